-- CreateEnum
CREATE TYPE "model_status" AS ENUM ('PENDING', 'READY', 'FAILED');

-- CreateEnum
CREATE TYPE "response_kind" AS ENUM ('LOGITS', 'LOG_PROBABILITIES');

-- CreateEnum
CREATE TYPE "logit_status" AS ENUM ('SEARCHABLE', 'DEGENERATE');

-- CreateEnum
CREATE TYPE "ingest_state" AS ENUM ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED');

-- CreateEnum
CREATE TYPE "ingest_stage" AS ENUM ('QUEUED', 'FETCHING', 'INSPECTING', 'PROBING', 'STORING', 'INDEXING', 'DONE');

-- CreateTable
CREATE TABLE "probe_set" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "size" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "probe_set_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "probe" (
    "id" UUID NOT NULL,
    "probe_set_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "digest" TEXT NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "media_type" TEXT NOT NULL,

    CONSTRAINT "probe_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "probe_embedding" (
    "probe_set_id" UUID NOT NULL,
    "encoder_id" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "dimensions" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "probe_embedding_pkey" PRIMARY KEY ("probe_set_id","encoder_id")
);

-- CreateTable
CREATE TABLE "model" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "status" "model_status" NOT NULL DEFAULT 'PENDING',
    "probe_set_id" UUID NOT NULL,
    "labels" TEXT[],
    "has_labels" BOOLEAN NOT NULL DEFAULT false,
    "outputs" INTEGER,
    "input_shape" JSONB,
    "output_name" TEXT,
    "response_kind" "response_kind",
    "log_floor" DOUBLE PRECISION,
    "preprocessing" JSONB,
    "file_digest" TEXT,
    "file_bytes" BIGINT,
    "responses_digest" TEXT,
    "notes" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "probed_at" TIMESTAMPTZ(3),

    CONSTRAINT "model_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "logit" (
    "model_id" UUID NOT NULL,
    "index" INTEGER NOT NULL,
    "label" TEXT,
    "status" "logit_status" NOT NULL,
    "coverage" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "logit_pkey" PRIMARY KEY ("model_id","index")
);

-- CreateTable
CREATE TABLE "ingest" (
    "id" UUID NOT NULL,
    "model_id" UUID NOT NULL,
    "state" "ingest_state" NOT NULL DEFAULT 'QUEUED',
    "stage" "ingest_stage" NOT NULL DEFAULT 'QUEUED',
    "done" INTEGER NOT NULL DEFAULT 0,
    "total" INTEGER NOT NULL DEFAULT 0,
    "eta_seconds" DOUBLE PRECISION,
    "error_code" TEXT,
    "error_message" TEXT,
    "request" JSONB NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "peak_memory_bytes" BIGINT,
    "worker" TEXT,
    "leased_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "ingest_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "probe_set_name_key" ON "probe_set"("name");

-- CreateIndex
CREATE INDEX "probe_digest_idx" ON "probe"("digest");

-- CreateIndex
CREATE UNIQUE INDEX "probe_probe_set_id_position_key" ON "probe"("probe_set_id", "position");

-- CreateIndex
CREATE INDEX "probe_embedding_digest_idx" ON "probe_embedding"("digest");

-- CreateIndex
CREATE INDEX "model_created_at_id_idx" ON "model"("created_at", "id");

-- CreateIndex
CREATE INDEX "model_probe_set_id_status_idx" ON "model"("probe_set_id", "status");

-- CreateIndex
CREATE INDEX "model_file_digest_idx" ON "model"("file_digest");

-- CreateIndex
CREATE INDEX "model_responses_digest_idx" ON "model"("responses_digest");

-- CreateIndex
CREATE UNIQUE INDEX "model_name_version_key" ON "model"("name", "version");

-- CreateIndex
CREATE INDEX "ingest_state_created_at_idx" ON "ingest"("state", "created_at");

-- CreateIndex
CREATE INDEX "ingest_model_id_created_at_idx" ON "ingest"("model_id", "created_at");

-- CreateIndex
CREATE INDEX "ingest_created_at_id_idx" ON "ingest"("created_at", "id");

-- AddForeignKey
ALTER TABLE "probe" ADD CONSTRAINT "probe_probe_set_id_fkey" FOREIGN KEY ("probe_set_id") REFERENCES "probe_set"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "probe_embedding" ADD CONSTRAINT "probe_embedding_probe_set_id_fkey" FOREIGN KEY ("probe_set_id") REFERENCES "probe_set"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "model" ADD CONSTRAINT "model_probe_set_id_fkey" FOREIGN KEY ("probe_set_id") REFERENCES "probe_set"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "logit" ADD CONSTRAINT "logit_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "model"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ingest" ADD CONSTRAINT "ingest_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "model"("id") ON DELETE CASCADE ON UPDATE CASCADE;
