-- What the registry calls the content of a version that was read from it; null where none was.
ALTER TABLE "model" ADD COLUMN "revision" TEXT;
