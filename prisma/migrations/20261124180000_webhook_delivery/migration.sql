-- Which webhook deliveries were taken, so that a repeated one changes nothing. No foreign key to "ingest": a delivery
-- stays known when the model that it registered is removed.
CREATE TYPE "delivery_outcome" AS ENUM ('ACCEPTED', 'IGNORED', 'DUPLICATE');
CREATE TABLE "webhook_delivery" (
    "source" TEXT NOT NULL,
    "delivery_id" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "event" TEXT NOT NULL,
    "occurred_at" TIMESTAMPTZ(3),
    "subject" TEXT,
    "outcome" "delivery_outcome" NOT NULL,
    "reason" TEXT,
    "ingest_id" UUID,
    CONSTRAINT "webhook_delivery_pkey" PRIMARY KEY ("source", "delivery_id")
);
CREATE INDEX "webhook_delivery_received_at_idx" ON "webhook_delivery"("received_at");
CREATE INDEX "webhook_delivery_source_subject_occurred_at_idx" ON "webhook_delivery"("source", "subject", "occurred_at");
