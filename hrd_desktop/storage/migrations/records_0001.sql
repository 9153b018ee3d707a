-- Schema 1 of the records database. What each column means: docs/spec/records-schema.md.
-- This file is never changed: a later schema is a new file.

CREATE TABLE setting (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Items. The running number is the primary key, so that every list "newest first" is a walk down a key.

CREATE TABLE item (
  number INTEGER PRIMARY KEY CHECK (number > 0),
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  state TEXT NOT NULL,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  note TEXT NOT NULL,
  collected_by TEXT NOT NULL,
  collected_at TEXT,
  collected_zone TEXT,
  collected_precision TEXT,
  how_received TEXT NOT NULL,
  source TEXT NOT NULL,
  device TEXT NOT NULL,
  capture_tool TEXT NOT NULL,
  place_name TEXT NOT NULL,
  place_latitude REAL CHECK (place_latitude BETWEEN -90 AND 90),
  place_longitude REAL CHECK (place_longitude BETWEEN -180 AND 180),
  place_precision TEXT NOT NULL,
  language TEXT NOT NULL,
  reliability TEXT NOT NULL,
  verification TEXT NOT NULL,
  confidentiality TEXT NOT NULL,
  privileged INTEGER NOT NULL CHECK (privileged IN (0, 1)),
  sealed INTEGER NOT NULL CHECK (sealed IN (0, 1)),
  distressing INTEGER NOT NULL CHECK (distressing IN (0, 1)),
  review_on TEXT,
  original_name BLOB NOT NULL,
  media_type TEXT NOT NULL,
  size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0),
  sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
  object_name BLOB NOT NULL UNIQUE CHECK (length(object_name) = 16),
  imported_utc INTEGER NOT NULL,
  original_modified_utc INTEGER,
  changed_utc INTEGER NOT NULL,
  CHECK ((collected_at IS NULL) = (collected_precision IS NULL)),
  CHECK (collected_zone IS NULL OR collected_at IS NOT NULL),
  CHECK ((place_latitude IS NULL) = (place_longitude IS NULL))
) STRICT;
CREATE INDEX item_by_state ON item (state);
CREATE INDEX item_by_sha256 ON item (sha256);
CREATE INDEX item_by_kind ON item (kind);
CREATE INDEX item_by_review ON item (review_on) WHERE review_on IS NOT NULL;

CREATE TABLE item_count (
  state TEXT NOT NULL PRIMARY KEY,
  items INTEGER NOT NULL CHECK (items >= 0)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER item_inserted AFTER INSERT ON item BEGIN
  INSERT INTO item_count (state, items) VALUES (new.state, 1) ON CONFLICT (state) DO UPDATE SET items = items + 1;
END;
CREATE TRIGGER item_deleted AFTER DELETE ON item BEGIN
  UPDATE item_count SET items = items - 1 WHERE state = old.state;
END;
CREATE TRIGGER item_moved AFTER UPDATE OF state ON item WHEN old.state <> new.state BEGIN
  UPDATE item_count SET items = items - 1 WHERE state = old.state;
  INSERT INTO item_count (state, items) VALUES (new.state, 1) ON CONFLICT (state) DO UPDATE SET items = items + 1;
END;

-- Tags. A tag that no item carries any more is gone: it may name somebody.

CREATE TABLE tag (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  folded TEXT NOT NULL UNIQUE,
  items INTEGER NOT NULL DEFAULT 0 CHECK (items >= 0)
) STRICT;
CREATE TABLE item_tag (
  tag INTEGER NOT NULL REFERENCES tag (number),
  item INTEGER NOT NULL REFERENCES item (number) ON DELETE CASCADE,
  PRIMARY KEY (tag, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX item_tag_by_item ON item_tag (item);
CREATE TRIGGER item_tag_inserted AFTER INSERT ON item_tag BEGIN
  UPDATE tag SET items = items + 1 WHERE number = new.tag;
END;
CREATE TRIGGER item_tag_deleted AFTER DELETE ON item_tag BEGIN
  UPDATE tag SET items = items - 1 WHERE number = old.tag;
  DELETE FROM tag WHERE number = old.tag AND items = 0;
END;

-- Cases. next_exhibit only grows: an exhibit number is never given twice.

CREATE TABLE case_file (
  number INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  reference TEXT NOT NULL,
  folded TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  status TEXT NOT NULL,
  summary TEXT NOT NULL,
  to_be_preserved INTEGER NOT NULL CHECK (to_be_preserved IN (0, 1)),
  opened_utc INTEGER NOT NULL,
  changed_utc INTEGER NOT NULL,
  next_exhibit INTEGER NOT NULL DEFAULT 1 CHECK (next_exhibit > 0),
  items INTEGER NOT NULL DEFAULT 0 CHECK (items >= 0)
) STRICT;
CREATE TABLE case_item (
  case_file INTEGER NOT NULL REFERENCES case_file (number),
  item INTEGER NOT NULL REFERENCES item (number) ON DELETE CASCADE,
  exhibit INTEGER NOT NULL CHECK (exhibit > 0),
  registered_utc INTEGER NOT NULL,
  PRIMARY KEY (case_file, item),
  UNIQUE (case_file, exhibit)
) STRICT, WITHOUT ROWID;
CREATE INDEX case_item_by_item ON case_item (item);
CREATE TRIGGER case_item_inserted AFTER INSERT ON case_item BEGIN
  UPDATE case_file SET items = items + 1 WHERE number = new.case_file;
END;
CREATE TRIGGER case_item_deleted AFTER DELETE ON case_item BEGIN
  UPDATE case_file SET items = items - 1 WHERE number = old.case_file;
END;

-- Contacts and people.

CREATE TABLE contact (
  number INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  alias TEXT NOT NULL,
  folded TEXT NOT NULL,
  kind TEXT NOT NULL,
  real_name TEXT NOT NULL,
  role TEXT NOT NULL,
  organisation TEXT NOT NULL,
  emergency_order INTEGER,
  public_key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  how_checked TEXT NOT NULL,
  checked_on TEXT,
  notes TEXT NOT NULL,
  delete_on TEXT,
  created_utc INTEGER NOT NULL,
  changed_utc INTEGER NOT NULL
) STRICT;
CREATE INDEX contact_by_alias ON contact (folded, number);
CREATE INDEX contact_by_emergency ON contact (emergency_order) WHERE emergency_order IS NOT NULL;
CREATE INDEX contact_by_deletion ON contact (delete_on) WHERE delete_on IS NOT NULL;
CREATE TABLE contact_channel (
  contact INTEGER NOT NULL REFERENCES contact (number) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  safe TEXT NOT NULL,
  hours TEXT NOT NULL,
  note TEXT NOT NULL,
  preferred INTEGER NOT NULL CHECK (preferred IN (0, 1)),
  PRIMARY KEY (contact, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE contact_language (
  contact INTEGER NOT NULL REFERENCES contact (number) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  tag TEXT NOT NULL,
  PRIMARY KEY (contact, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE contact_tag (
  contact INTEGER NOT NULL REFERENCES contact (number) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (contact, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_tag_by_name ON contact_tag (name);

CREATE TABLE case_person (
  case_file INTEGER NOT NULL REFERENCES case_file (number),
  contact INTEGER NOT NULL REFERENCES contact (number) ON DELETE CASCADE,
  role TEXT NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (case_file, contact, role)
) STRICT, WITHOUT ROWID;
CREATE INDEX case_person_by_contact ON case_person (contact);
CREATE TABLE item_person (
  item INTEGER NOT NULL REFERENCES item (number) ON DELETE CASCADE,
  contact INTEGER NOT NULL REFERENCES contact (number) ON DELETE CASCADE,
  how TEXT NOT NULL,
  PRIMARY KEY (item, contact, how)
) STRICT, WITHOUT ROWID;
CREATE INDEX item_person_by_contact ON item_person (contact);

CREATE TABLE consent (
  number INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  contact INTEGER NOT NULL REFERENCES contact (number) ON DELETE CASCADE,
  purpose TEXT NOT NULL,
  decision TEXT NOT NULL,
  reason TEXT NOT NULL,
  given_by TEXT NOT NULL,
  given_by_name TEXT NOT NULL,
  given_on TEXT,
  language TEXT NOT NULL,
  interpreter TEXT NOT NULL,
  form TEXT NOT NULL,
  anonymity_asked INTEGER NOT NULL CHECK (anonymity_asked IN (0, 1)),
  expires_on TEXT,
  withdrawn_on TEXT,
  capacity TEXT NOT NULL,
  risks_explained INTEGER NOT NULL CHECK (risks_explained IN (0, 1)),
  recorded_by TEXT NOT NULL,
  note TEXT NOT NULL,
  created_utc INTEGER NOT NULL,
  changed_utc INTEGER NOT NULL
) STRICT;
CREATE INDEX consent_by_contact ON consent (contact, purpose, number);

-- What was made from what. Ids, not references: the history of a copy outlives its destroyed source.

CREATE TABLE derivation (
  number INTEGER PRIMARY KEY,
  source_id BLOB NOT NULL CHECK (length(source_id) = 16),
  derived_id BLOB NOT NULL CHECK (length(derived_id) = 16),
  action TEXT NOT NULL,
  tool TEXT NOT NULL,
  reason TEXT NOT NULL,
  parameters TEXT NOT NULL,
  made_utc INTEGER NOT NULL
) STRICT;
CREATE INDEX derivation_by_source ON derivation (source_id);
CREATE INDEX derivation_by_derived ON derivation (derived_id);

-- Custody. Rows are only ever added; forgetting a value takes one disclosure out of a row.

CREATE TABLE custody_log (
  number INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  purpose TEXT NOT NULL CHECK (purpose IN ('inbox', 'case', 'bundle')),
  case_file INTEGER UNIQUE REFERENCES case_file (number),
  signing_seed BLOB NOT NULL CHECK (length(signing_seed) = 32),
  created_utc INTEGER NOT NULL,
  events INTEGER NOT NULL DEFAULT 0 CHECK (events >= 0),
  CHECK ((purpose = 'case') = (case_file IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX custody_log_inbox ON custody_log (purpose) WHERE purpose = 'inbox';
CREATE TABLE custody_event (
  number INTEGER PRIMARY KEY,
  log INTEGER NOT NULL REFERENCES custody_log (number),
  sequence INTEGER NOT NULL CHECK (sequence >= 0),
  item_number INTEGER NOT NULL,
  item_id BLOB NOT NULL CHECK (length(item_id) = 16),
  leaf BLOB NOT NULL,
  leaf_hash BLOB NOT NULL CHECK (length(leaf_hash) = 32),
  disclosures TEXT NOT NULL,
  UNIQUE (log, sequence)
) STRICT;
CREATE INDEX custody_event_by_item ON custody_event (log, item_number, sequence);
CREATE INDEX custody_event_by_id ON custody_event (item_id);

-- The vault's own bookkeeping.

CREATE TABLE slot (
  number INTEGER PRIMARY KEY CHECK (number BETWEEN 0 AND 7),
  used INTEGER NOT NULL CHECK (used IN (0, 1)),
  slot_id BLOB CHECK (length(slot_id) = 16),
  kind INTEGER NOT NULL,
  label TEXT NOT NULL,
  flags INTEGER NOT NULL,
  made_utc INTEGER NOT NULL,
  hash_a BLOB NOT NULL CHECK (length(hash_a) = 32),
  hash_b BLOB NOT NULL CHECK (length(hash_b) = 32)
) STRICT;
CREATE TABLE slot_intent (
  number INTEGER PRIMARY KEY CHECK (number = 1),
  payload BLOB NOT NULL
) STRICT;
CREATE TABLE reserved_name (
  name BLOB NOT NULL PRIMARY KEY CHECK (length(name) = 16)
) STRICT, WITHOUT ROWID;
CREATE TABLE unlink_name (
  name BLOB NOT NULL PRIMARY KEY CHECK (length(name) = 16)
) STRICT, WITHOUT ROWID;
CREATE TABLE reserve (
  number INTEGER PRIMARY KEY,
  part TEXT NOT NULL CHECK (part IN ('records', 'derived', 'object')),
  name BLOB UNIQUE CHECK (length(name) = 16),
  size_bytes INTEGER NOT NULL CHECK (size_bytes > 0),
  CHECK ((part = 'object') = (name IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX reserve_database ON reserve (part) WHERE part <> 'object';
CREATE TABLE snapshot (
  name BLOB NOT NULL PRIMARY KEY CHECK (length(name) = 16),
  epoch INTEGER NOT NULL CHECK (epoch >= 0),
  made_utc INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE rekey (
  number INTEGER PRIMARY KEY CHECK (number = 1),
  state TEXT NOT NULL,
  final_slots BLOB NOT NULL
) STRICT;
CREATE TABLE rekey_header (
  name BLOB NOT NULL PRIMARY KEY CHECK (length(name) = 16),
  pending INTEGER NOT NULL DEFAULT 0 CHECK (pending IN (0, 1)),
  header BLOB
) STRICT;
CREATE INDEX rekey_header_by_step ON rekey_header (pending);

-- What the user was in the middle of, and what they look for again.

CREATE TABLE draft (
  kind TEXT NOT NULL PRIMARY KEY,
  json TEXT NOT NULL,
  made_utc INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE saved_search (
  number INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  name TEXT NOT NULL,
  query TEXT NOT NULL,
  made_utc INTEGER NOT NULL
) STRICT;
