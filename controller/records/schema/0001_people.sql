-- People and all that is known of them.  Each table holds one kind of value of controller/programme/model.py.
-- Moments are text in UTC, 2026-03-01T18:30:00.250000+00:00; dates are local ones, 2026-03-01.  Sets are words with a space between.
-- Angles are inversion angles: 0 level, positive head down.

CREATE TABLE people (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again
  key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  added_at TEXT NOT NULL,
  height_cm REAL NOT NULL,
  mass_kg REAL NOT NULL,
  shaft_setting TEXT,
  condition TEXT NOT NULL,
  dizzy_to_level INTEGER NOT NULL CHECK (dizzy_to_level IN (0, 1)),
  language TEXT NOT NULL,
  birth_year INTEGER
) STRICT;

CREATE TABLE answers ( -- the nine questions of TP1
  id INTEGER PRIMARY KEY,
  person_id INTEGER NOT NULL REFERENCES people ON DELETE CASCADE,
  at TEXT NOT NULL,
  yes TEXT NOT NULL,
  no TEXT NOT NULL -- in neither: not answered
) STRICT;
CREATE INDEX answers_of_person ON answers (person_id);

CREATE TABLE clearances (
  id INTEGER PRIMARY KEY,
  person_id INTEGER NOT NULL REFERENCES people ON DELETE CASCADE,
  at TEXT NOT NULL,
  by_whom TEXT NOT NULL,
  given_on TEXT NOT NULL,
  covers TEXT NOT NULL,
  lifts TEXT NOT NULL, -- numbers of blocks
  allows INTEGER NOT NULL CHECK (allows IN (0, 1)),
  angle_ceiling_deg REAL,
  inverted_ceiling_s REAL,
  expires_on TEXT
) STRICT;
CREATE INDEX clearances_of_person ON clearances (person_id);

CREATE TABLE sign_offs (
  id INTEGER PRIMARY KEY,
  person_id INTEGER NOT NULL REFERENCES people ON DELETE CASCADE,
  at TEXT NOT NULL,
  by_whom TEXT NOT NULL,
  given_on TEXT NOT NULL
) STRICT;
CREATE INDEX sign_offs_of_person ON sign_offs (person_id);

CREATE TABLE practices ( -- of the manual release lever
  id INTEGER PRIMARY KEY,
  person_id INTEGER NOT NULL REFERENCES people ON DELETE CASCADE,
  at TEXT NOT NULL
) STRICT;
CREATE INDEX practices_of_person ON practices (person_id);

CREATE TABLE checklists ( -- of the set-up before a session
  id INTEGER PRIMARY KEY,
  person_id INTEGER NOT NULL REFERENCES people ON DELETE CASCADE,
  at TEXT NOT NULL,
  session INTEGER NOT NULL,
  confirmed TEXT NOT NULL
) STRICT;
CREATE INDEX checklists_of_person ON checklists (person_id);

CREATE TABLE prepared (
  id INTEGER PRIMARY KEY,
  person_id INTEGER NOT NULL REFERENCES people ON DELETE CASCADE,
  at TEXT NOT NULL,
  session INTEGER NOT NULL,
  what TEXT NOT NULL
) STRICT;
CREATE INDEX prepared_of_person ON prepared (person_id);

CREATE TABLE sessions (
  id INTEGER PRIMARY KEY,
  person_id INTEGER REFERENCES people ON DELETE CASCADE, -- NULL: nobody was chosen
  number INTEGER NOT NULL, -- per person; of the run for sessions of nobody
  protocol TEXT NOT NULL,
  started_at TEXT NOT NULL,
  zone TEXT NOT NULL,
  utc_offset_s INTEGER NOT NULL,
  clock_trusted INTEGER NOT NULL CHECK (clock_trusted IN (0, 1)),
  known_by TEXT,
  planned TEXT NOT NULL, -- [[angle_deg, hold_s], ...]
  ceiling_deg REAL NOT NULL,
  ended_at TEXT, -- NULL: not over, or nobody wrote the end down
  measured TEXT NOT NULL, -- [[deepest_deg, held_s], ...]
  deepest_deg REAL NOT NULL,
  inverted_s REAL NOT NULL,
  ending TEXT NOT NULL,
  reasons TEXT NOT NULL,
  spotter_confirmed INTEGER NOT NULL CHECK (spotter_confirmed IN (0, 1)),
  settled INTEGER NOT NULL CHECK (settled IN (0, 1)),
  opened_early INTEGER NOT NULL CHECK (opened_early IN (0, 1)),
  dizzy_after_s REAL NOT NULL,
  UNIQUE (person_id, number)
) STRICT;

CREATE TABLE ratings (
  id INTEGER PRIMARY KEY,
  person_id INTEGER NOT NULL REFERENCES people ON DELETE CASCADE,
  at TEXT NOT NULL,
  session INTEGER NOT NULL,
  side TEXT NOT NULL, -- before, after
  pain INTEGER NOT NULL,
  toe_touch_cm REAL,
  stiffness_minutes INTEGER,
  doses INTEGER,
  night_pain INTEGER CHECK (night_pain IN (0, 1))
) STRICT;
CREATE INDEX ratings_of_person ON ratings (person_id);

CREATE TABLE felt (
  id INTEGER PRIMARY KEY,
  person_id INTEGER NOT NULL REFERENCES people ON DELETE CASCADE,
  at TEXT NOT NULL,
  session INTEGER NOT NULL,
  signs TEXT NOT NULL,
  dizzy_minutes INTEGER NOT NULL,
  note TEXT NOT NULL
) STRICT;
CREATE INDEX felt_of_person ON felt (person_id);

CREATE TABLE blocks ( -- no session until a clearance lifts the block by its number
  id INTEGER PRIMARY KEY,
  person_id INTEGER NOT NULL REFERENCES people ON DELETE CASCADE,
  number INTEGER NOT NULL,
  at TEXT NOT NULL,
  session INTEGER NOT NULL,
  sign TEXT NOT NULL,
  UNIQUE (person_id, number)
) STRICT;

CREATE TABLE prompts ( -- as they were given in a session
  id INTEGER PRIMARY KEY,
  person_id INTEGER NOT NULL REFERENCES people ON DELETE CASCADE,
  at TEXT NOT NULL,
  session INTEGER NOT NULL,
  key TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT;
CREATE INDEX prompts_of_person ON prompts (person_id);

CREATE TABLE clock (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  latest_seen TEXT -- by a trusted clock; one that shows less is wrong
) STRICT;
