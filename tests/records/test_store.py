"""People and everything recorded about them come back as they were written; what cannot be is refused in one line."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.programme.clock import dated_anew
from controller.programme.model import Answers, Clearance, Contraindication, History, Person
from controller.programme.sessions import Ending, MeasuredStage, PlannedStage, Rating, SessionRecord, When
from controller.records import database
from controller.records.database import RecordsError
from controller.records.erase import erase
from controller.records.migrate import migrate
from controller.records.rows import COLUMNS, TABLES, row_of, value_of
from controller.records.store import opened
from tests.records.values import EVERYTHING, NOW, PERSON, SESSION, values


@pytest.mark.req("TP15", "TP1", "TP12")
def test_everything_about_a_person_comes_back_as_it_was_written(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.add_person(PERSON)
        store.record(PERSON.key, *values(EVERYTHING))
    with opened(tmp_path) as store:
        assert store.people() == (PERSON,)
        assert store.history(PERSON.key) == EVERYTHING


@pytest.mark.req("TP15")
def test_each_person_has_a_history_of_their_own(tmp_path: Path) -> None:
    other, brief = replace(PERSON, key="p-2", name="Another Person"), replace(EVERYTHING, sessions=EVERYTHING.sessions[:1], prompts=())
    with opened(tmp_path) as store:
        for person, history in ((PERSON, EVERYTHING), (other, brief)):
            store.add_person(person)
            store.record(person.key, *values(history))
        assert store.history(PERSON.key) == EVERYTHING
        assert store.history(other.key) == brief


def test_every_list_of_a_history_has_its_table() -> None:
    assert set(TABLES.values()) == {field.name for field in fields(History)} - {"erased_before"}


@pytest.mark.parametrize(("kind", "table"), [(Person, "people"), *TABLES.items()], ids=str)
def test_a_values_fields_are_its_tables_columns(tmp_path: Path, kind: type, table: str) -> None:
    """A field that is added needs a step in controller/records/schema."""
    ours = {"id", "person_id", "run_id", "run_number", "erased_before"}
    with closing(database.connect(database.prepare(tmp_path))) as connection:
        migrate(connection)
        there = {row["name"] for row in connection.execute(f"PRAGMA table_info({table})")} - ours
    assert {column.name for column in COLUMNS[kind]} == there


moments = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))
degrees = st.floats(-90.0, 95.0)
some_sessions = st.builds(
    SessionRecord,
    number=st.integers(1, 1_000_000),
    protocol=st.from_regex(r"[a-z_0-9]{1,20}", fullmatch=True),
    started_at=moments,
    zone=st.sampled_from(["UTC", "Europe/Berlin"]),
    utc_offset_s=st.integers(-50_000, 50_000),
    clock_trusted=st.booleans(),
    known_by=st.none() | moments,
    planned=st.lists(st.builds(PlannedStage, angle_deg=degrees, hold_s=st.floats(0.0, 600.0)), max_size=3).map(tuple),
    ceiling_deg=degrees,
    ended_at=st.none() | moments,
    measured=st.lists(st.builds(MeasuredStage, deepest_deg=degrees, held_s=st.floats(0.0, 600.0)), max_size=3).map(tuple),
    deepest_deg=degrees,
    inverted_s=st.floats(0.0, 86_400.0),
    ending=st.sampled_from(Ending),
    reasons=st.lists(st.from_regex(r"[a-z_]{1,20}", fullmatch=True), max_size=4).map(tuple),
    spotter_confirmed=st.booleans(),
    dizzy_after_s=st.floats(0.0, 864_000.0),
)
some_ratings = st.builds(
    Rating,
    at=moments,
    session=st.integers(1, 1_000_000),
    when=st.sampled_from(When),
    pain=st.integers(0, 10),
    toe_touch_cm=st.none() | st.floats(-60.0, 150.0),
    stiffness_minutes=st.none() | st.integers(0, 1440),
    doses=st.none() | st.integers(0, 50),
    night_pain=st.none() | st.booleans(),
)
some_answers = st.builds(Answers, at=moments, yes=st.frozensets(st.sampled_from(Contraindication)))
some_clearances = st.builds(
    Clearance,
    at=moments,
    by=st.text(st.characters(categories=("L", "N", "P")), min_size=1, max_size=60),
    on=st.dates(date(1970, 1, 1), date(2100, 1, 1)),
    covers=st.frozensets(st.sampled_from(Contraindication)),
    lifts=st.frozensets(st.integers(1, 1_000_000)),
    allows=st.booleans(),
    angle_ceiling_deg=st.none() | st.floats(5.0, 90.0),
)


@given(st.one_of(some_sessions, some_ratings, some_answers, some_clearances))
@settings(max_examples=150, deadline=None)
def test_any_value_survives_its_row(value: object) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.row_factory = sqlite3.Row
        migrate(connection)
        connection.execute("PRAGMA foreign_keys = OFF")
        row = {"person_id": 1} | row_of(value)
        table = TABLES[type(value)]
        connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
        assert value_of(type(value), dict(connection.execute(f"SELECT * FROM {table}").fetchone())) == value


def test_a_session_written_again_takes_the_place_of_what_was_known(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.add_person(PERSON)
        for session in (replace(SESSION, ended_at=None, ending=Ending.UNKNOWN), SESSION):
            store.record(PERSON.key, session)
        assert store.history(PERSON.key).sessions == (SESSION,)


def test_a_person_is_changed_but_for_key_and_the_day_they_were_added(tmp_path: Path) -> None:
    heavier = replace(PERSON, mass_kg=70.0, name="Marie Curie", shaft_setting=None, added_at=NOW + timedelta(days=9))
    with opened(tmp_path) as store:
        store.add_person(PERSON)
        store.change_person(heavier)
        assert store.person(PERSON.key) == replace(heavier, added_at=PERSON.added_at)


def test_what_is_recorded_together_stands_together_or_not_at_all(tmp_path: Path) -> None:
    rating = Rating(at=NOW, session=1, when=When.AFTER, pain=3)
    with opened(tmp_path) as store:
        store.add_person(PERSON)
        with pytest.raises(KeyError):
            store.record(PERSON.key, rating, "no value of the programme")
        assert store.history(PERSON.key) == History()


@pytest.mark.parametrize("act", ["record", "history", "person", "change_person"])
def test_a_key_that_nobody_has_is_one_line(tmp_path: Path, act: str) -> None:
    with opened(tmp_path) as store, pytest.raises(RecordsError, match=r"^p-1: nobody has this key$"):
        getattr(store, act)(PERSON if act == "change_person" else PERSON.key)


def test_a_key_that_somebody_has_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.add_person(PERSON)
        with pytest.raises(RecordsError, match="somebody's key already"):
            store.add_person(replace(PERSON, name="Somebody Else"))


def test_a_row_that_was_changed_by_hand_into_nonsense_is_refused_and_names_nobody(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.add_person(PERSON)
        store.connection.execute("UPDATE people SET mass_kg = 7000")
        with pytest.raises(RecordsError, match=r"^records: people row 1: mass_kg: 7000 is outside 20 to 300$"):
            store.people()


# ------------------------------------------------------------------ the clock


@pytest.mark.req("TP6", "F54")
def test_the_latest_seen_moment_only_moves_on(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        assert store.latest_seen() is None
        for hours in (0, 5, 2):
            store.saw(NOW + timedelta(hours=hours))
        assert store.latest_seen() == NOW + timedelta(hours=5)
        store.saw(NOW + timedelta(hours=5, microseconds=1))
        assert store.latest_seen() == NOW + timedelta(hours=5, microseconds=1)


@pytest.mark.req("TP6", "F54")
def test_a_session_held_by_a_doubtful_clock_is_known_by_the_first_trusted_moment(tmp_path: Path) -> None:
    doubtful = replace(SESSION, number=1, clock_trusted=False, started_at=datetime(1970, 1, 1, 0, 3, tzinfo=UTC))
    with opened(tmp_path) as store:
        store.add_person(PERSON)
        store.record(PERSON.key, doubtful, replace(SESSION, number=2))
        store.saw(NOW)
        store.saw(NOW + timedelta(days=1))
        assert [session.known_by for session in store.history(PERSON.key).sessions] == [NOW, None]


@pytest.mark.req("TP6", "TP15")
def test_putting_the_clock_right_dates_every_later_session_anew_and_says_who_did_it(tmp_path: Path) -> None:
    ahead = NOW + timedelta(days=900)
    sessions = (
        replace(SESSION, number=1),
        replace(SESSION, number=2, started_at=ahead, ended_at=ahead),
        replace(SESSION, number=3, clock_trusted=False, known_by=ahead),
        replace(SESSION, number=4, clock_trusted=False, known_by=None),
    )
    with opened(tmp_path) as store:
        store.add_person(PERSON)
        store.record(PERSON.key, *sessions)
        with pytest.raises(RecordsError, match="nothing to put right"):
            store.put_right(NOW + timedelta(hours=1), "A. Turner")
        store.saw(ahead)
        right = NOW + timedelta(hours=1)
        assert store.put_right(right, "A. Turner") == 3
        told = (*sessions[:3], replace(sessions[3], known_by=ahead))  # the wrong clock was believed while it showed this
        assert store.history(PERSON.key).sessions == tuple(dated_anew(session, right) for session in told)
        assert store.latest_seen() == right
        assert [tuple(row)[1:] for row in store.connection.execute("SELECT * FROM clock_rights")] == [
            (right.isoformat(), "A. Turner", ahead.isoformat(), 3)
        ]
        with pytest.raises(RecordsError, match="nothing to put right"):
            store.put_right(right, "A. Turner")


@pytest.mark.req("TP6", "TP15")
def test_a_session_of_somebody_erased_is_dated_no_later_than_the_clock_that_is_right(tmp_path: Path) -> None:
    ahead = NOW + timedelta(days=900)
    with opened(tmp_path) as store:
        store.add_person(PERSON)
        store.record(PERSON.key, replace(SESSION, started_at=ahead, ended_at=ahead))
        store.saw(ahead)
        erase(store.connection, PERSON.key, ahead)
        store.put_right(NOW, "A. Turner")
        assert store.erased_session_at() == NOW
