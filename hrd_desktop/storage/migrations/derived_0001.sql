-- Schema 1 of the derived database. What each column means: docs/spec/records-schema.md.
-- This file is never changed: a later schema is a new file.

CREATE TABLE setting (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE pending (
  number INTEGER PRIMARY KEY,
  item_id BLOB NOT NULL UNIQUE CHECK (length(item_id) = 16),
  attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0)
) STRICT;
CREATE INDEX pending_by_attempts ON pending (attempts, number);

CREATE TABLE found (
  item_id BLOB NOT NULL PRIMARY KEY CHECK (length(item_id) = 16),
  fields TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE item_text (
  number INTEGER PRIMARY KEY,
  item_id BLOB NOT NULL UNIQUE CHECK (length(item_id) = 16),
  text TEXT NOT NULL
) STRICT;

CREATE TABLE thumbnail (
  number INTEGER PRIMARY KEY,
  item_id BLOB NOT NULL UNIQUE CHECK (length(item_id) = 16),
  media_type TEXT NOT NULL,
  image BLOB NOT NULL
) STRICT;

-- What can be searched for. The row's number gives the order: items by their running number.

CREATE TABLE document (
  number INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  record_id BLOB NOT NULL CHECK (length(record_id) = 16),
  version INTEGER NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  with_text INTEGER NOT NULL DEFAULT 0 CHECK (with_text IN (0, 1)),
  UNIQUE (kind, record_id)
) STRICT;

-- Holds folded words joined by single spaces, never the text as it was written. The ascii tokenizer leaves
-- everything above U+007F alone, so that what a word is is decided by the program alone.
-- Row 2n holds document n without the text of its file, row 2n + 1 the same with it: the text comes later,
-- and adding a row costs a hundredth of taking words out without a trace.
CREATE VIRTUAL TABLE word USING fts5 (
  title, body, text,
  tokenize = 'ascii', prefix = '1 2 3'
);
INSERT INTO word (word, rank) VALUES ('secure-delete', 1);

-- Every word of four characters or more in the index, to find by its beginning: the index itself would first
-- gather all documents of all words that begin so. A word that no document holds any more is gone.
CREATE TABLE term (
  word TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;
