"""A year of the programme: figures that no rule would let through, the same however they are worked out, records that can be opened."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from controller.core.limits import Limits
from controller.programme.outcome import Step, Verdict
from controller.programme.sessions import StopSign
from controller.programme.verdict import Case, judge
from controller.records.store import opened
from sim import year, year_body, year_course
from sim.year import Span
from sim.year_command import told
from sim.year_course import BEGINS_ON, Clinic, Course, Recorded
from sim.year_table import ZONE, recorded

DAYS = 45
SPAN = Span(seed=3, day_count=DAYS)
COURSES, FOUND = year.run(2, SPAN)
HELD: Recorded = {}
"""What the tests below have had held, by plan."""


def lived(clinic: Clinic, number: int, day_count: int, held: Recorded) -> Course:
    """Without any of the machinery for many: a session is held when it is needed."""
    course = clinic.begin(number)
    while True:
        course, wanted = clinic.live(course, day_count, held)
        if wanted is None:
            return course
        assert wanted not in held
        held[wanted] = recorded(wanted, Limits())


@pytest.mark.req("TP4", "TP6")
def test_nobody_gets_more_sessions_or_angle_than_the_guide_allows() -> None:
    """At most three a day and, in the first two weeks, 30 degrees; the very first is 15 degrees for 30 s."""
    assert FOUND.sessions > 20
    assert FOUND.most_a_day <= 3
    for course in COURSES:
        first, *others = course.history.sessions
        assert first.deepest_deg == pytest.approx(15.0, abs=1.0)
        begun = first.started_at.astimezone(ZONE).date()
        early = [each for each in others if (each.started_at.astimezone(ZONE).date() - begun).days < 14]
        assert all(each.deepest_deg <= 31.0 for each in early)


@pytest.mark.req("TP4")
def test_steps_go_up_one_at_a_time() -> None:
    for course in COURSES:
        steps = [step for _, step in course.steps]
        assert steps[0] is Step.FIRST
        assert all(later - earlier <= 1 for earlier, later in pairwise(steps))


def test_sessions_are_what_the_simulated_table_did() -> None:
    assert 2 <= FOUND.sessions_simulated <= FOUND.sessions
    for course in COURSES:
        for session in course.history.sessions:
            assert session.measured
            assert session.inverted_s < 600.0


def test_the_figures_count_people_who_reached_something() -> None:
    for name in ("pain", "toe_touch", "night_pain"):
        assert FOUND.markers_reached[name] == sum(name in course.reached for course in COURSES)
    assert 1 <= max(FOUND.markers_reached.values()) <= len(COURSES)


def test_the_weeks_add_up_to_the_people_and_to_what_they_did() -> None:
    assert [week.week for week in FOUND.weeks] == [1, 2, 3, 4, 5, 6]
    by_week = Counter(
        (session.started_at.astimezone(ZONE).date() - BEGINS_ON).days // 7 + 1 for course in COURSES for session in course.history.sessions
    )
    for week in FOUND.weeks:
        assert week.sessions == by_week[week.week]
        assert sum(week.on_step.values()) == len(COURSES)
        assert week.most_a_day <= week.most_a_week <= FOUND.most_a_week
    assert FOUND.weeks[0].deepest_deg < 31.0 < FOUND.weeks[-1].deepest_deg


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_the_same_seed_gives_the_same_year_in_any_number_of_processes(at_once: int) -> None:
    again, found = year.run(2, SPAN, at_once=at_once)
    assert found == FOUND
    assert list(found.steps) == sorted(found.steps, key=lambda name: Step[name])  # never as a set happens to be ordered
    assert [(course.person, course.history) for course in again] == [(course.person, course.history) for course in COURSES]


def test_a_year_begins_on_the_day_that_was_asked_for() -> None:
    courses, found = year.run(1, SPAN._replace(begins_on=date(2025, 3, 3)))
    first, here = courses[0].history.sessions[0].started_at, COURSES[0].history.sessions[0].started_at
    assert first - here == date(2025, 3, 3) - BEGINS_ON
    assert found.weeks[0].sessions == year.run(1, SPAN)[1].weeks[0].sessions


def test_nobodys_year_depends_on_who_else_comes() -> None:
    alone, _ = year.run(1, SPAN)
    assert alone[0].history == COURSES[0].history
    assert COURSES[1].history != COURSES[0].history


def test_walking_the_whole_history_each_time_gives_the_same_year() -> None:
    """The year goes on from an earlier walk through the history; this one never does."""
    plain = Clinic(3, Limits(), goes_on=False)
    for course in COURSES:
        whole = lived(plain, course.number, DAYS, HELD)
        assert whole.so_far is None
        assert course.so_far is not None
        assert (whole.history, whole.steps, whole.refused) == (course.history, course.steps, course.refused)


@pytest.mark.req("TP6")
def test_who_is_told_a_day_comes_on_that_day_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """From week 5 on there is one session a day: a second visit a day is turned away, a third is not made."""
    asked: list[tuple[int, bool]] = []

    def listening(case: Case) -> Verdict:
        answer = judge(case)
        asked.append(((case.moment.local_date() - BEGINS_ON).days, answer.may_start))
        return answer

    monkeypatch.setattr(year_course, "judge", listening)
    clinic = Clinic(3, Limits())
    lived(clinic, 2, DAYS, HELD)
    refusals = Counter(day for day, may_start in asked if not may_start)
    assert refusals
    assert max(refusals.values()) == 1


@pytest.mark.req("TP9")
def test_who_is_blocked_sees_a_clinician_and_then_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(year_body, "sign", lambda _who, dice: StopSign.NUMBNESS if dice.random() < 0.1 else None)
    course = lived(Clinic(3, Limits()), 2, DAYS, HELD)
    assert course.refused["blocked"] >= 1
    assert len(course.history.blocks) > 1
    for block in course.history.blocks[:-1]:
        (clearance,) = (each for each in course.history.clearances if block.number in each.lifts)
        after = [each.started_at for each in course.history.sessions if each.number > block.session]
        assert min(after) >= clearance.at >= block.at + timedelta(days=year_course.CLINICIAN_DAYS - 1)


def test_a_day_that_needs_a_session_not_held_yet_is_begun_anew() -> None:
    clinic = Clinic(3, Limits())
    course, wanted = clinic.live(clinic.begin(1), DAYS, {})
    assert wanted is not None
    assert not course.history.sessions
    assert not course.history.ratings, "what was noted on that day is not there"
    again, wanted_again = clinic.live(course, DAYS, {})
    assert (again.day, wanted_again) == (course.day, wanted)


def test_progress_tells_the_people_that_are_done(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[year.Reached] = []
    monkeypatch.setattr(year, "BATCH", 1)
    year.run(2, Span(seed=3, day_count=3), tell=heard.append)
    assert heard[0].people == 0
    assert heard[-1].people == 2
    assert all(earlier.people <= later.people and earlier.simulated <= later.simulated for earlier, later in pairwise(heard))


def test_the_figures_of_a_clinic_are_one_screen() -> None:
    shown = told(FOUND, 1.0).splitlines()
    assert len(shown) < 40
    assert all(len(line) <= 110 for line in shown)
    first = next(line for line in shown if line.split()[:1] == ["1"])
    assert first.split()[5:8] == [str(FOUND.weeks[0].most_a_day), str(FOUND.weeks[0].most_a_week), str(FOUND.weeks[0].sessions)]


def test_the_demonstration_records_are_the_years_own(tmp_path: Path) -> None:
    year.write(COURSES, tmp_path / "records")
    with opened(tmp_path / "records") as store:
        assert [person.key for person in store.people()] == ["demo-001", "demo-002"]
        assert store.history("demo-002") == COURSES[1].history


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("--people", "0"), "--people: 0 is out of range; 1 to 1000 is right\n"),
        (("--days", "2.5"), "--days: 2.5 is not a whole number; 1 to 3650 is right\n"),
        (("--begins", "soon"), "--begins: 'soon' is not a date; one like 2024-01-08 would be right\n"),
        (("--begins", "1970-01-01"), "--begins: 1970-01-01 is out of range; 1971-01-01 to 2100-12-31 is right\n"),
        (("--at-once", "0"), "--at-once: 0 is out of range; 1 to 64 is right\n"),
    ],
)
def test_a_year_that_makes_no_sense_is_one_line(arguments: tuple[str, ...], line: str) -> None:
    done = subprocess.run([sys.executable, "-m", "sim", "year", *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr.endswith(f"error: argument {line}")) == (2, True), done.stderr


def test_the_command_prints_its_figures_for_a_machine() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sim", "year", "--days", "5", "--json"], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    figures = json.loads(done.stdout)
    assert figures["days"] == 5
    assert figures["weeks"][0]["sessions"] == figures["sessions"]


def test_a_session_that_breaks_a_rule_ends_the_year_with_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever process found it."""
    monkeypatch.setattr("sim.year_table.LASTS_S", 30.0)  # too short for any session
    monkeypatch.setattr(year, "recorded", recorded.__wrapped__)  # held anew, whatever the tests before have had held
    for at_once in (1, 2):
        with pytest.raises(RuntimeError, match="first: no session was recorded"):
            year.run(2, Span(seed=3, day_count=3), at_once=at_once)
