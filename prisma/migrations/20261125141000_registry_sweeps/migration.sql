-- What the last sweep of each registry found and did.
CREATE TABLE "registry_sweep" (
    "registry" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3) NOT NULL,
    "listed" INTEGER NOT NULL,
    "found" JSONB NOT NULL,
    "error" TEXT,
    CONSTRAINT "registry_sweep_pkey" PRIMARY KEY ("registry")
);

-- What only one process does at a time, and until when it is that process.
CREATE TABLE "lease" (
    "name" TEXT NOT NULL,
    "holder" TEXT NOT NULL,
    "leased_until" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "lease_pkey" PRIMARY KEY ("name")
);
