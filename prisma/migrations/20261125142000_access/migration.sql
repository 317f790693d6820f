-- Who may see a model; null: everybody who may read.
ALTER TABLE "model" ADD COLUMN "visibility" TEXT;
CREATE INDEX "model_visibility_idx" ON "model"("visibility");

-- Secrets that let programs in; only their hashes are kept.
CREATE TYPE "access_scope" AS ENUM ('READ', 'INGEST', 'ADMIN');
CREATE TABLE "api_key" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "scopes" "access_scope"[],
    "labels" TEXT[],
    "registry" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    CONSTRAINT "api_key_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "api_key_prefix_key" ON "api_key"("prefix");
CREATE INDEX "api_key_created_at_id_idx" ON "api_key"("created_at", "id");

-- Who changed what, when and from where.
CREATE TYPE "audit_action" AS ENUM (
    'MODEL_REGISTERED', 'MODEL_REPROBED', 'MODEL_RENAMED', 'MODEL_REMOVED', 'MODEL_ANNOTATED',
    'INGEST_CANCELLED', 'INGEST_RETRIED', 'RESPONSES_UPLOADED', 'LABELS_SET', 'VISIBILITY_SET',
    'KEY_CREATED', 'KEY_REVOKED'
);
CREATE TABLE "audit_entry" (
    "id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "action" "audit_action" NOT NULL,
    "actor" TEXT NOT NULL,
    "address" TEXT,
    "user_agent" TEXT,
    "request_id" TEXT,
    "model_id" UUID,
    "subject" TEXT NOT NULL,
    "details" JSONB,
    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "audit_entry_created_at_id_idx" ON "audit_entry"("created_at", "id");
CREATE INDEX "audit_entry_actor_created_at_id_idx" ON "audit_entry"("actor", "created_at", "id");
CREATE INDEX "audit_entry_model_id_created_at_id_idx" ON "audit_entry"("model_id", "created_at", "id");

-- Rows are added, and go by age alone: the sweep says within its transaction that it is the sweep.
CREATE FUNCTION "audit_entry_is_append_only"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('probelog.audit_sweep', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'rows of audit_entry are not changed or removed';
END $$;
CREATE TRIGGER "audit_entry_append_only" BEFORE UPDATE OR DELETE ON "audit_entry"
    FOR EACH ROW EXECUTE FUNCTION "audit_entry_is_append_only"();
