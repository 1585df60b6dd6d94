"""A year of the programme: figures that no rule would let through, records that a person can open."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from controller.programme.outcome import Step
from controller.records.store import opened
from sim import year

DAYS = 45
COURSES, FOUND = year.run(2, day_count=DAYS, seed=3, tell=lambda _day: None)


@pytest.mark.req("TP4", "TP6")
def test_nobody_gets_more_sessions_or_angle_than_the_guide_allows() -> None:
    """At most three a day and, in the first two weeks, 30 degrees; the very first is 15 degrees for 30 s."""
    assert FOUND.sessions > 20
    assert FOUND.most_a_day <= 3
    for course in COURSES:
        first, *others = course.history.sessions
        assert first.deepest_deg == pytest.approx(15.0, abs=1.0)
        begun = first.started_at.astimezone(year.ZONE).date()
        early = [each for each in others if (each.started_at.astimezone(year.ZONE).date() - begun).days < 14]
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
        assert FOUND.markers_reached.get(name, 0) == sum(name in course.reached for course in COURSES)
    assert 1 <= max(FOUND.markers_reached.values()) <= len(COURSES)


def test_the_same_seed_gives_the_same_year() -> None:
    again, found = year.run(2, day_count=DAYS, seed=3, tell=lambda _day: None)
    assert found == FOUND
    assert list(found.steps) == sorted(found.steps, key=lambda name: Step[name])  # never as a set happens to be ordered
    assert [course.history for course in again] == [course.history for course in COURSES]


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
    assert json.loads(done.stdout)["days"] == 5
