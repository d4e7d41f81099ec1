-- Where the event that a stream is parked at stands in the log, and what an operator has asked for.
ALTER TABLE read.parked_streams
  ADD COLUMN event_position text NOT NULL DEFAULT '',
  ADD COLUMN request jsonb;
