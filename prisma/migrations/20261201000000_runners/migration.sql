-- Runners: programs elsewhere that run models which are not ONNX.

-- A value that ALTER TYPE adds cannot be used in the same transaction, and restoring a backup migrates and fills the tables in one.
ALTER TYPE "ingest_state" RENAME TO "ingest_state_before";
CREATE TYPE "ingest_state" AS ENUM ('QUEUED', 'AWAITING_RUNNER', 'RUNNING', 'SUCCEEDED', 'FAILED', 'NOT_APPLICABLE', 'CANCELLED');
ALTER TABLE "ingest" ALTER COLUMN "state" DROP DEFAULT;
ALTER TABLE "ingest" ALTER COLUMN "state" TYPE "ingest_state" USING "state"::text::"ingest_state";
ALTER TABLE "ingest" ALTER COLUMN "state" SET DEFAULT 'QUEUED';
DROP TYPE "ingest_state_before";

ALTER TYPE "model_status" RENAME TO "model_status_before";
CREATE TYPE "model_status" AS ENUM ('PENDING', 'READY', 'FAILED', 'NOT_APPLICABLE');
ALTER TABLE "model" ALTER COLUMN "status" DROP DEFAULT;
ALTER TABLE "model" ALTER COLUMN "status" TYPE "model_status" USING "status"::text::"model_status";
ALTER TABLE "model" ALTER COLUMN "status" SET DEFAULT 'PENDING';
DROP TYPE "model_status_before";

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
