-- Generations of the read models: the tables of each in a schema of its own, and for readers a view of each in the schema `read`, on the one
-- that is current. A release before this one writes through the views as it wrote into the tables.

CREATE SCHEMA read_1;

ALTER TABLE read.orders SET SCHEMA read_1;
ALTER TABLE read.order_timelines SET SCHEMA read_1;
ALTER TABLE read.customers SET SCHEMA read_1;
ALTER TABLE read.products SET SCHEMA read_1;
ALTER TABLE read.order_index SET SCHEMA read_1;
ALTER TABLE read.product_index SET SCHEMA read_1;
ALTER TABLE read.order_terms SET SCHEMA read_1;
ALTER TABLE read.product_terms SET SCHEMA read_1;
ALTER TABLE read.parked_streams SET SCHEMA read_1;

CREATE VIEW read.orders AS SELECT * FROM read_1.orders;
CREATE VIEW read.order_timelines AS SELECT * FROM read_1.order_timelines;
CREATE VIEW read.customers AS SELECT * FROM read_1.customers;
CREATE VIEW read.products AS SELECT * FROM read_1.products;
CREATE VIEW read.order_index AS SELECT * FROM read_1.order_index;
CREATE VIEW read.product_index AS SELECT * FROM read_1.product_index;
CREATE VIEW read.order_terms AS SELECT * FROM read_1.order_terms;
CREATE VIEW read.product_terms AS SELECT * FROM read_1.product_terms;
CREATE VIEW read.parked_streams AS SELECT * FROM read_1.parked_streams;
