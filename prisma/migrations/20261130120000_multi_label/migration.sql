-- Whether a model's outputs are independent labels: then nothing that is common to them is removed from its responses.
ALTER TABLE "model" ADD COLUMN "multi_label" BOOLEAN NOT NULL DEFAULT false;
