-- Runners: programs elsewhere that run models which are not ONNX.
ALTER TYPE "ingest_state" ADD VALUE 'AWAITING_RUNNER' AFTER 'QUEUED';
ALTER TYPE "ingest_state" ADD VALUE 'NOT_APPLICABLE' AFTER 'FAILED';
ALTER TYPE "model_status" ADD VALUE 'NOT_APPLICABLE';

ALTER TABLE "ingest" ADD COLUMN "runner_flavors" TEXT[] DEFAULT ARRAY[]::TEXT[];

CREATE TABLE "runner" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "flavors" TEXT[],
    "software" TEXT,
    "actor" TEXT NOT NULL,
    "announced_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "runner_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "runner_last_seen_at_idx" ON "runner"("last_seen_at");
