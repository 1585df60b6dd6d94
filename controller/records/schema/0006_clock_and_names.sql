-- A clock that had once been set wrong into the future, put right by somebody; and under which names somebody has been known.

CREATE TABLE clock_rights (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL, -- what the clock shows now, and somebody has compared with a calendar
  by_whom TEXT NOT NULL,
  was TEXT NOT NULL, -- the latest moment that had been seen until then
  sessions INTEGER NOT NULL -- how many were dated later than that, and are of an unknown day since
) STRICT;

CREATE TABLE former_names ( -- whoever is erased is recognised by any of them
  id INTEGER PRIMARY KEY,
  person_id INTEGER NOT NULL REFERENCES people ON DELETE CASCADE,
  name TEXT NOT NULL,
  birth_year INTEGER
) STRICT;
CREATE INDEX former_names_of_person ON former_names (person_id);

-- Whether the year of birth stands in the locked part, so that leaving it out does not make somebody a stranger.
ALTER TABLE erased ADD COLUMN year_inside INTEGER NOT NULL DEFAULT 0;
