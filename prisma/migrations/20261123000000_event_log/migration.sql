-- The installation: the id stands in tokens, the era in every event.
CREATE TABLE "installation" (
    "singleton" BOOLEAN NOT NULL DEFAULT true,
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "era" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "installation_pkey" PRIMARY KEY ("singleton"),
    CONSTRAINT "installation_is_one_row" CHECK ("singleton")
);
INSERT INTO "installation" DEFAULT VALUES;

CREATE TABLE "events" (
    "position" BIGSERIAL NOT NULL,
    "era" INTEGER NOT NULL,
    "transaction_id" xid8 NOT NULL DEFAULT pg_current_xact_id(),
    "stream_id" TEXT NOT NULL,
    "stream_category" TEXT NOT NULL,
    "stream_version" INTEGER NOT NULL CHECK ("stream_version" > 0),
    "type" TEXT NOT NULL,
    "schema_version" INTEGER NOT NULL,
    "data" JSONB NOT NULL,
    "principal" TEXT NOT NULL,
    "command_id" TEXT NOT NULL,
    "recorded_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
    "metadata" JSONB NOT NULL,

    CONSTRAINT "events_pkey" PRIMARY KEY ("position")
);

-- The optimistic lock of a stream.
CREATE UNIQUE INDEX "events_stream_id_stream_version_key" ON "events"("stream_id", "stream_version");
-- The idempotency record.
CREATE UNIQUE INDEX "events_principal_command_id_key" ON "events"("principal", "command_id");
-- The order in which the log is read.
CREATE INDEX "events_in_log_order" ON "events"("era", "transaction_id", "position");
-- The newest name and price of a product, in one step.
CREATE INDEX "events_catalogue_entries" ON "events"("stream_id", "stream_version" DESC)
    WHERE "type" IN ('ProductAdded', 'ProductPriceChanged');

-- Facts are never changed, by nobody, also not by accident in a console.
CREATE FUNCTION "refuse_change_of_events"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are append-only: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER "events_are_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "events"
    FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change_of_events"();

CREATE TABLE "customer_keys" (
    "customer_id" TEXT NOT NULL,
    "wrapped_key" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "forgotten_at" TIMESTAMPTZ(6),

    CONSTRAINT "customer_keys_pkey" PRIMARY KEY ("customer_id"),
    CONSTRAINT "customer_keys_key_or_tombstone" CHECK (("wrapped_key" IS NULL) = ("forgotten_at" IS NOT NULL))
);
