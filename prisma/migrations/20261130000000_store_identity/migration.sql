-- One row: the data folder's marker has the same id, so that neither is used with another's partner.
CREATE TABLE "store_identity" (
    "id" UUID NOT NULL,
    "only" BOOLEAN NOT NULL DEFAULT true CHECK ("only"),
    CONSTRAINT "store_identity_pkey" PRIMARY KEY ("only")
);
