-- Files that a model keeps weights in, beside its own file (ONNX external data).
CREATE TABLE "model_data_file" (
    "model_id" UUID NOT NULL,
    "location" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,
    CONSTRAINT "model_data_file_pkey" PRIMARY KEY ("model_id", "location")
);
CREATE INDEX "model_data_file_digest_idx" ON "model_data_file"("digest");
ALTER TABLE "model_data_file" ADD CONSTRAINT "model_data_file_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "model"("id") ON DELETE CASCADE ON UPDATE CASCADE;
