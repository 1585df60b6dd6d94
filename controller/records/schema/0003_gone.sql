-- What is no longer there: people who were erased, records files that were damaged.

CREATE TABLE erased ( -- nothing that says who it was or what they had
  id INTEGER PRIMARY KEY,
  erased_at TEXT NOT NULL,
  salt BLOB NOT NULL,
  identity BLOB NOT NULL, -- half of scrypt of name and year of birth
  needs BLOB NOT NULL, -- what needed a clinician, to be read only with the other half
  key_digest BLOB NOT NULL -- SHA-256 of salt and key, which is never used again
) STRICT;

ALTER TABLE clock ADD COLUMN erased_session_at TEXT; -- when the newest session of anybody who has been erased began
ALTER TABLE people ADD COLUMN erased_before INTEGER NOT NULL DEFAULT 0 CHECK (erased_before IN (0, 1)); -- was erased while needing a clinician

CREATE TABLE damages ( -- damaged records files that were kept aside; Start is refused until each is acknowledged
  id INTEGER PRIMARY KEY,
  file TEXT NOT NULL UNIQUE,
  found_at TEXT NOT NULL,
  says TEXT NOT NULL,
  acknowledged_at TEXT,
  acknowledged_by TEXT
) STRICT;
