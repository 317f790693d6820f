-- When somebody set a model's labels: an ingest that was asked for before does not undo it.
ALTER TABLE "model" ADD COLUMN "labels_set_at" TIMESTAMPTZ(3);

-- How often a model's tags and aliases were written: whoever read them from a registry can tell that a newer event came first.
CREATE TABLE "model_notes" (
    "model_id" UUID NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT "model_notes_pkey" PRIMARY KEY ("model_id")
);
ALTER TABLE "model_notes" ADD CONSTRAINT "model_notes_model_id_fkey"
    FOREIGN KEY ("model_id") REFERENCES "model"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Whether a delivery said that a version is gone: one of the same moment that says the opposite leaves it open.
ALTER TABLE "webhook_delivery" ADD COLUMN "removes" BOOLEAN NOT NULL DEFAULT false;
