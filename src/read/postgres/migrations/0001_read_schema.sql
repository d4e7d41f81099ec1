-- The read models, and what the projector keeps beside them. Ids, keys and terms compare by code point (COLLATE "C"): cursors and
-- prefix scans must not depend on the locale that the database was made with.

CREATE EXTENSION IF NOT EXISTS fuzzystrmatch;

-- Documents by id, all four alike. revision: 1 for a new row, one more for every write; what compare-and-set compares. No other column
-- may be indexed here: an update then touches no index (HOT), which the room left in each page is for.
CREATE TABLE read.orders (
  id       text COLLATE "C" PRIMARY KEY,
  revision bigint NOT NULL,
  document jsonb NOT NULL
) WITH (fillfactor = 70);

CREATE TABLE read.order_timelines (LIKE read.orders INCLUDING ALL) WITH (fillfactor = 70);
CREATE TABLE read.customers (LIKE read.orders INCLUDING ALL) WITH (fillfactor = 70);
CREATE TABLE read.products (LIKE read.orders INCLUDING ALL) WITH (fillfactor = 70);

-- What lists, search and statistics ask of an order, one row for each row of read.orders, written in the same transaction. Apart from the
-- documents because a row here is a fraction of theirs: statistics over everything read that much less.
CREATE TABLE read.order_index (
  id               text COLLATE "C" PRIMARY KEY,
  customer_id      text COLLATE "C" NOT NULL,
  customer_version integer NOT NULL,
  status           text COLLATE "C" NOT NULL,
  created_at       timestamptz NOT NULL,
  updated_at       timestamptz NOT NULL,
  currency         text COLLATE "C" NOT NULL,
  total_minor      bigint NOT NULL,
  region           text COLLATE "C" NOT NULL,
  -- Each sku once; sku_totals_minor[n] is the sum of the lines of skus[n].
  skus             text[] COLLATE "C" NOT NULL,
  sku_totals_minor bigint[] NOT NULL,
  terms            text[] COLLATE "C" NOT NULL
);

-- One index for each sort, ending in the id, so that a page begins where its key says and reads no more than the page; and one a filter.
CREATE INDEX order_index_created ON read.order_index (created_at, id);
CREATE INDEX order_index_updated ON read.order_index (updated_at, id);
CREATE INDEX order_index_total ON read.order_index (currency, total_minor, id);
CREATE INDEX order_index_customer ON read.order_index (customer_id, created_at, id);
CREATE INDEX order_index_status ON read.order_index (status, created_at, id);
-- A short pending list: every search reads all of it.
CREATE INDEX order_index_skus ON read.order_index USING gin (skus) WITH (gin_pending_list_limit = 512);
CREATE INDEX order_index_terms ON read.order_index USING gin (terms) WITH (gin_pending_list_limit = 512);
-- Of the sweep after a customer has changed, which goes through the customer's orders in the order of their ids.
CREATE INDEX order_index_sweep ON read.order_index (customer_id, id) INCLUDE (customer_version);

CREATE TABLE read.product_index (
  id    text COLLATE "C" PRIMARY KEY,
  terms text[] COLLATE "C" NOT NULL
);
CREATE INDEX product_index_terms ON read.product_index USING gin (terms);

-- Every distinct term of read.order_index and read.product_index, to find those that a word with typing errors may mean. The indexes are
-- what termCandidates.ts asks for: terms by their beginning, their end, and two letters in the middle.
CREATE TABLE read.order_terms (term text COLLATE "C" PRIMARY KEY);
CREATE INDEX order_terms_backwards ON read.order_terms (reverse(term));
CREATE INDEX order_terms_middle ON read.order_terms USING gin ((ARRAY[substr(term, 3, 2), substr(term, 4, 2), substr(term, 5, 2)]));

CREATE TABLE read.product_terms (term text COLLATE "C" PRIMARY KEY);
CREATE INDEX product_terms_backwards ON read.product_terms (reverse(term));
CREATE INDEX product_terms_middle ON read.product_terms USING gin ((ARRAY[substr(term, 3, 2), substr(term, 4, 2), substr(term, 5, 2)]));

-- In the order of their commits: publishers take turns (postgresAnnouncementFeed.ts).
CREATE TABLE read.announcements (
  position     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  body         jsonb NOT NULL,
  published_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE read.parked_streams (
  projection     text COLLATE "C" NOT NULL,
  stream_id      text COLLATE "C" NOT NULL,
  failed_version integer NOT NULL,
  last_skipped   integer NOT NULL,
  event_type     text NOT NULL,
  error          text NOT NULL,
  attempts       integer NOT NULL,
  parked_at      timestamptz NOT NULL,
  PRIMARY KEY (stream_id, projection)
);

CREATE TABLE read.projection_status (
  projection          text COLLATE "C" PRIMARY KEY,
  lag_events          bigint NOT NULL,
  lag_seconds         double precision NOT NULL,
  quarantined_streams integer NOT NULL,
  reported_at         timestamptz NOT NULL
);
