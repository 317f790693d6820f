-- Retries, priority, and turns for registries. What waits already keeps its place: each takes the turn of its model's
-- registry.
ALTER TABLE "ingest"
    ADD COLUMN "priority" INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN "lane" TEXT NOT NULL DEFAULT '',
    ADD COLUMN "failures" INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN "kills" INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN "next_attempt_at" TIMESTAMPTZ(3),
    ADD COLUMN "claimed_at" TIMESTAMPTZ(3);
UPDATE "ingest" SET "lane" = "model"."registry", "claimed_at" = "ingest"."started_at"
FROM "model" WHERE "model"."id" = "ingest"."model_id" AND "model"."registry" IS NOT NULL;
CREATE INDEX "ingest_state_lane_priority_created_at_id_idx" ON "ingest"("state", "lane", "priority" DESC, "created_at", "id");
CREATE INDEX "ingest_lane_claimed_at_idx" ON "ingest"("lane", "claimed_at");
