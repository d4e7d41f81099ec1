import type { Pool } from 'pg'

const FIRST_NAMES = words(
  'Ada Alan Barbara Claude Dennis Edith Frances Grace Hedy Irene James Katherine Linus Margaret Niklaus Ole Peter Radia Sophie Tim',
)
const LAST_NAMES = words(
  'Allen Backus Cerf Diffie Engelbart Floyd Goldberg Hamilton Iverson Johnson Kernighan Lamport McCarthy Naur Ousterhout Perlman ' +
    'Quinlan Ritchie Shannon Thompson Ullman Valiant Wilkes Yao Zuse Knuth Hopper Lovelace Turing Liskov',
)
const MATERIALS = words('Wooden Steel Plastic Leather Cotton Granite Paper Rubber Bamboo Marble')
const THINGS = words('Chair Binder Envelope Telephone Bookcase Stapler Lamp Table Notebook Printer Label Folder Marker')
const CITIES = words(
  'Amsterdam Berlin Chicago Denver Edinburgh Florence Glasgow Houston Istanbul Jacksonville Kyoto London',
)
const REGIONS = words(
  'Alabama Brandenburg California Delaware Essex Florida Georgia Hawaii Illinois Jutland Kansas Lombardy',
)

export const SEEDED_CUSTOMERS = 800
export const SEEDED_PRODUCTS = 1_900

/**
 * Fills the read schema with that many orders as a projector would have left them, by SQL, because projecting them takes minutes. Statistics
 * of the planner included.
 *
 * Orders are made every 20 minutes from 2014 on; ids are UUIDs by chance, the worst case for the dictionary of terms. Deterministic.
 */
export async function seedReadSchema(pool: Pool, orders: number): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query(SEED, [orders, FIRST_NAMES, LAST_NAMES, MATERIALS, THINGS, CITIES, REGIONS])
    // Indexes made at the end cost half of those filled row by row.
    const { rows: indexes } = await client.query<{ name: string; definition: string }>(SECONDARY_INDEXES, [TABLES])
    for (const { name } of indexes) await client.query(`DROP INDEX read_1.${name}`)
    for (const statement of FILL) await client.query(statement)
    for (const { definition } of indexes) await client.query(definition)
    for (const table of TABLES) await client.query(`VACUUM (ANALYZE) read_1.${table}`)
  } finally {
    client.release()
  }
}

const TABLES = ['orders', 'order_index', 'order_terms']

const SECONDARY_INDEXES = `
  SELECT indexname AS name, indexdef AS definition FROM pg_indexes
  WHERE schemaname = 'read_1' AND tablename = ANY ($1) AND indexname NOT LIKE '%_pkey'`

/** One row a line of an order: $1 orders, each of 1 to 3 lines. */
const SEED = `
  CREATE TEMPORARY TABLE seed AS
  SELECT
    n, md5('order ' || n)::uuid::text AS id, 'customer-' || customer AS customer_id,
    ($2::text[])[1 + customer % cardinality($2)] || ' ' || ($3::text[])[1 + customer % cardinality($3)] AS customer_name,
    'customer-' || customer || '@example.com' AS customer_email,
    CASE WHEN n % 100 = 0 THEN 'CANCELLED' WHEN n % 100 < 5 THEN 'PENDING' WHEN n % 100 < 15 THEN 'CONFIRMED'
         WHEN n % 100 < 30 THEN 'SHIPPED' ELSE 'DELIVERED' END AS status,
    CASE WHEN n % 50 = 0 THEN 'JPY' WHEN n % 10 = 0 THEN 'EUR' ELSE 'USD' END AS currency,
    ($6::text[])[1 + n % cardinality($6)] AS city, ($7::text[])[1 + n % cardinality($7)] AS region,
    CASE WHEN n % 100 BETWEEN 15 AND 99 THEN 'TRACK' || 700000 + n END AS tracking_number,
    timestamptz '2014-01-01 00:00Z' + n * interval '20 minutes' AS created_at,
    line, 'FUR-' || 10000000 + product AS sku,
    ($4::text[])[1 + product % cardinality($4)] || ' ' || ($5::text[])[1 + product % cardinality($5)] AS product_name,
    1 + n % 4 AS quantity, 500 + (product * 37) % 20000 AS unit_price_minor
  FROM generate_series(1, $1::int) AS n
  CROSS JOIN LATERAL (SELECT CASE WHEN n % 100 = 0 THEN 1 ELSE 1 + (n * 7919) % ${SEEDED_CUSTOMERS} END AS customer) AS who
  CROSS JOIN LATERAL generate_series(1, 1 + n % 3) AS line
  CROSS JOIN LATERAL (SELECT 1 + (n * 31 + line) % ${SEEDED_PRODUCTS} AS product) AS what`

const INSTANT = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`

const FILL = [
  `CREATE TEMPORARY TABLE seeded_orders AS
   SELECT
     id, customer_id, customer_name, customer_email, status, currency, city, region, tracking_number, created_at,
     to_char(created_at AT TIME ZONE 'UTC', ${INSTANT}) AS created_text,
     sum(quantity * unit_price_minor) AS total_minor, array_agg(sku ORDER BY line) AS skus,
     array_agg(quantity * unit_price_minor ORDER BY line) AS sku_totals_minor,
     jsonb_agg(jsonb_build_object('sku', sku, 'productName', product_name, 'unitPriceMinor', unit_price_minor,
       'quantity', quantity, 'lineTotalMinor', quantity * unit_price_minor) ORDER BY line) AS items,
     string_agg(product_name || ' ' || sku, ' ') AS product_texts
   FROM seed GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11`,
  `INSERT INTO read_1.orders (id, revision, document)
   SELECT id, 1, jsonb_build_object('id', id, 'version', 1, 'customerId', customer_id, 'customerVersion', 1,
     'customerName', customer_name, 'customerEmail', customer_email, 'status', status, 'items', items, 'currency', currency,
     'totalMinor', total_minor, 'paidMinor', 0,
     'shippingAddress', jsonb_build_object('line1', '1 Engine Way', 'line2', null, 'city', city, 'region', region,
       'postalCode', '12345', 'country', 'US'),
     'region', region, 'country', 'US', 'trackingNumber', tracking_number, 'cancellationReason', null,
     'createdAt', created_text, 'updatedAt', created_text, 'confirmedAt', null, 'shippedAt', null,
     'deliveredAt', null, 'cancelledAt', null, 'estimatedDelivery', created_text)
   FROM seeded_orders ORDER BY created_at`,
  `INSERT INTO read_1.order_index (id, customer_id, customer_version, status, created_at, updated_at, currency, total_minor, region, skus,
     sku_totals_minor, terms)
   SELECT id, customer_id, 1, status, created_at, created_at, currency, total_minor, region, skus, sku_totals_minor,
     ARRAY(SELECT DISTINCT term FROM regexp_split_to_table(lower(concat_ws(' ', id, customer_name, customer_email, product_texts,
       tracking_number, city)), '[^a-z0-9]+') AS term)
   FROM seeded_orders ORDER BY created_at`,
  'INSERT INTO read_1.order_terms (term) SELECT DISTINCT unnest(terms) FROM read_1.order_index',
  'DROP TABLE seed, seeded_orders',
]

function words(text: string): readonly string[] {
  return text.split(' ')
}
