-- What the table did, tick by tick where it matters: runs of the service, events, trips and their black boxes.
-- at_s and begun_s count seconds on a clock that never jumps and that begins anew with each start of the machine.

CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  begun_at TEXT NOT NULL,
  ended_at TEXT, -- NULL: still runs, or died
  program TEXT NOT NULL, -- version
  dropped INTEGER NOT NULL -- items that never reached the disk
) STRICT;

ALTER TABLE sessions ADD COLUMN run_id INTEGER REFERENCES runs; -- NULL: written by something else than a table
ALTER TABLE sessions ADD COLUMN run_number INTEGER; -- 1, 2, 3 ... within the run
CREATE UNIQUE INDEX sessions_of_run ON sessions (run_id, run_number);

CREATE TABLE phases ( -- one for each mode that a session went through, as measured
  session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,
  number INTEGER NOT NULL,
  mode TEXT NOT NULL,
  begun_s REAL NOT NULL, -- since the session began
  lasted_s REAL NOT NULL,
  begun_deg REAL,
  deepest_deg REAL,
  ended_deg REAL,
  PRIMARY KEY (session_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  session_id INTEGER REFERENCES sessions ON DELETE CASCADE, -- NULL: between sessions
  person_id INTEGER REFERENCES people ON DELETE CASCADE, -- who was chosen then
  at TEXT NOT NULL,
  at_s REAL NOT NULL,
  kind TEXT NOT NULL, -- mode, refusal, reason, cleared, prompt, ask, answer, ladder, button, plan, proof
  rule TEXT NOT NULL,
  text TEXT NOT NULL,
  mode TEXT NOT NULL,
  angle_deg REAL,
  board_mode TEXT NOT NULL,
  board_angle_deg REAL NOT NULL
) STRICT;
CREATE INDEX events_of_session ON events (session_id);
CREATE INDEX events_of_person ON events (person_id);
CREATE INDEX events_of_run ON events (run_id);

CREATE TABLE trips (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  run_number INTEGER NOT NULL, -- 1, 2, 3 ... within the run
  session_id INTEGER REFERENCES sessions ON DELETE CASCADE,
  at TEXT NOT NULL,
  at_s REAL NOT NULL,
  cause TEXT NOT NULL, -- names of rules, or modes
  mode TEXT NOT NULL,
  angle_deg REAL,
  UNIQUE (run_id, run_number)
) STRICT;
CREATE INDEX trips_of_session ON trips (session_id);

CREATE TABLE box_formats (
  id INTEGER PRIMARY KEY,
  layout TEXT NOT NULL UNIQUE -- columns with their struct codes, and the words behind bits and numbers
) STRICT;

CREATE TABLE boxes ( -- the black box at full rate: zlib of packed little-endian rows, one a tick
  id INTEGER PRIMARY KEY,
  trip_id INTEGER NOT NULL REFERENCES trips ON DELETE CASCADE,
  part TEXT NOT NULL CHECK (part IN ('before', 'after')),
  format_id INTEGER NOT NULL REFERENCES box_formats,
  ticks INTEGER NOT NULL,
  data BLOB NOT NULL,
  UNIQUE (trip_id, part)
) STRICT;
CREATE INDEX boxes_of_format ON boxes (format_id);
