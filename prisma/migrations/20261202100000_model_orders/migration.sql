-- Lists of models in other orders, and their numbers by license.
CREATE INDEX "model_outputs_id_idx" ON "model"("outputs", "id");
CREATE INDEX "model_file_bytes_id_idx" ON "model"("file_bytes", "id");
CREATE INDEX "model_licence_idx" ON "model"("licence");
