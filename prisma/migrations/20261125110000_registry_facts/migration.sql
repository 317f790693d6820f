-- What the registry calls the content of a version that was read from it; null where none was.
ALTER TABLE "model" ADD COLUMN "revision" TEXT;

-- What people say of a version in its registry.
CREATE TABLE "model_tag" (
    "model_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    CONSTRAINT "model_tag_pkey" PRIMARY KEY ("model_id", "key")
);
CREATE INDEX "model_tag_key_idx" ON "model_tag"("key");
ALTER TABLE "model_tag" ADD CONSTRAINT "model_tag_model_id_fkey"
    FOREIGN KEY ("model_id") REFERENCES "model"("id") ON DELETE CASCADE ON UPDATE CASCADE;
CREATE TABLE "model_alias" (
    "model_id" UUID NOT NULL,
    "alias" TEXT NOT NULL,
    CONSTRAINT "model_alias_pkey" PRIMARY KEY ("model_id", "alias")
);
CREATE INDEX "model_alias_alias_idx" ON "model_alias"("alias");
ALTER TABLE "model_alias" ADD CONSTRAINT "model_alias_model_id_fkey"
    FOREIGN KEY ("model_id") REFERENCES "model"("id") ON DELETE CASCADE ON UPDATE CASCADE;
