-- One line for each session of a person, with what was rated before and after it: for charts.

CREATE VIEW progress AS
SELECT
  people.key AS person,
  sessions.number AS session,
  sessions.started_at,
  sessions.protocol,
  sessions.deepest_deg,
  sessions.inverted_s,
  sessions.ending,
  before.pain AS pain_before,
  after.pain AS pain_after,
  before.toe_touch_cm AS toe_touch_before_cm,
  after.toe_touch_cm AS toe_touch_after_cm,
  coalesce(before.stiffness_minutes, after.stiffness_minutes) AS stiffness_minutes,
  coalesce(before.doses, after.doses) AS doses,
  coalesce(before.night_pain, after.night_pain) AS night_pain
FROM sessions
JOIN people ON people.id = sessions.person_id
LEFT JOIN ratings AS before ON before.id = (
  SELECT max(id) FROM ratings WHERE person_id = people.id AND session = sessions.number AND side = 'before')
LEFT JOIN ratings AS after ON after.id = (
  SELECT max(id) FROM ratings WHERE person_id = people.id AND session = sessions.number AND side = 'after');
