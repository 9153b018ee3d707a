-- Custody logs: their Merkle trees and signed heads, receipts, and what witnesses say. docs/spec/custody.md

CREATE TABLE custody_node (
  log INTEGER NOT NULL REFERENCES custody_log (number),
  level INTEGER NOT NULL CHECK (level >= 0),
  position INTEGER NOT NULL CHECK (position >= 0),
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (log, level, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE custody_head (
  number INTEGER PRIMARY KEY,
  log INTEGER NOT NULL UNIQUE REFERENCES custody_log (number),
  checkpoint TEXT NOT NULL
) STRICT;
CREATE TABLE custody_receipt (
  number INTEGER PRIMARY KEY,
  log INTEGER NOT NULL REFERENCES custody_log (number),
  size INTEGER NOT NULL CHECK (size >= 0),
  root BLOB NOT NULL CHECK (length(root) = 32),
  given_to TEXT NOT NULL,
  made_utc INTEGER NOT NULL
) STRICT;
CREATE INDEX custody_receipt_by_log ON custody_receipt (log, size);
CREATE TABLE custody_cosignature (
  number INTEGER PRIMARY KEY,
  log INTEGER NOT NULL REFERENCES custody_log (number),
  origin TEXT NOT NULL,
  size INTEGER NOT NULL CHECK (size >= 0),
  witness BLOB NOT NULL CHECK (length(witness) = 32),
  line TEXT NOT NULL,
  added_utc INTEGER NOT NULL,
  UNIQUE (log, origin, size, witness)
) STRICT;
CREATE TABLE witness_key (
  number INTEGER PRIMARY KEY CHECK (number = 1),
  signing_seed BLOB NOT NULL CHECK (length(signing_seed) = 32),
  made_utc INTEGER NOT NULL
) STRICT;
CREATE TABLE witnessed_log (
  origin TEXT NOT NULL PRIMARY KEY,
  public_key BLOB NOT NULL CHECK (length(public_key) = 32),
  size INTEGER NOT NULL CHECK (size >= 0),
  root BLOB NOT NULL CHECK (length(root) = 32),
  seen_utc INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
