-- What a registry knows of a model besides its file; null where nobody said.
ALTER TABLE "model" ADD COLUMN "licence" TEXT, ADD COLUMN "registry" TEXT;
CREATE INDEX "model_registry_idx" ON "model"("registry");
