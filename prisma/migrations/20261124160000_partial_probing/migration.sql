-- Expected squared error for each probe of a completed descriptor; null where every probe was run, as for all logits so far.
ALTER TABLE "logit" ADD COLUMN "completion_error" DOUBLE PRECISION;
