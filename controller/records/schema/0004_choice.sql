-- Who lies on the table next: said by the panel's process or the command line, taken by the service while it is idle.

CREATE TABLE choices (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  person_id INTEGER REFERENCES people ON DELETE SET NULL -- nobody: whoever was meant has left, or has been erased
) STRICT;
