-- The CRC-32 of the journal's entry that holds position `shipped`, so that another journal is told from it.
-- Null until the next shipment of a node that shipped before this.

alter table node add column entry_check bigint;
