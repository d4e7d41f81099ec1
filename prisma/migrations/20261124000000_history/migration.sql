-- Which history of the log this is. A log that is restored from a backup begins another one: what was filled from the former may hold events
-- that this one does not have. The first history has the installation's own id, so that what was filled before this column came is of it.
ALTER TABLE "installation" ADD COLUMN "history_id" UUID;
UPDATE "installation" SET "history_id" = "id";
ALTER TABLE "installation" ALTER COLUMN "history_id" SET NOT NULL;
