"""The companion tells the running programme what has changed, and nothing about the person before."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from controller.config import ProgrammeSettings, Settings, TableSettings
from controller.programme.model import History, Moment, Person
from controller.programme.outcome import Verdict
from controller.programme.personal import PersonalProgramme
from controller.programme.protocols import ProtocolError
from controller.programme.rules import Rules
from controller.programme.verdict import judge
from controller.records.store import Known
from controller.therapy import Companion, case_of, protocols_of

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SETTINGS = Settings(table=TableSettings(certified_mark="CE"))


class Records:
    """What the journal shows, set by hand."""

    def __init__(self) -> None:
        self.known: Known | None = None
        self.chosen: str | None = None
        self.idle = True
        self.people: tuple[Person, ...] = ()
        self.wanted: list[str | None] = []

    def want(self, key: str | None) -> None:
        self.wanted.append(key)


class Clock:
    def __init__(self) -> None:
        self.now = NOON
        self.trusted = True

    def moment(self) -> Moment:
        return Moment(at=self.now, zone=UTC, clock_trusted=self.trusted)


def known(key: str) -> Known:
    person = Person(key=key, name=key, added_at=NOON, height_cm=170.0, mass_kg=70.0)
    return Known(person=person, history=History(), latest_seen=None, erased_session_at=None)


class Listening(PersonalProgramme):
    """Counts how often it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.told = 0

    def tell(self, verdict: Verdict | None) -> None:
        self.told += 1
        super().tell(verdict)


class Set:
    def __init__(self) -> None:
        self.records, self.clock, self.programme = Records(), Clock(), Listening()
        self.companion = Companion(self.programme, SETTINGS, protocols_of(SETTINGS), self.clock.moment)

    def look(self) -> None:
        self.companion.look(self.records)

    def rules(self) -> set[str]:
        return {refusal.rule for refusal in self.programme.permission(0, at_upright=True).refusals}


@pytest.fixture
def table() -> Set:
    return Set()


@pytest.mark.req("TP15", "SR11")
def test_nobody_may_start_until_somebody_is_chosen_and_known(table: Set) -> None:
    table.look()
    assert table.rules() == {"TP15"}
    table.records.chosen = "ada"
    table.look()
    assert table.records.wanted == ["ada"]
    assert table.rules() == {"TP15"}
    table.records.known = known("ada")
    table.look()
    assert table.rules() == {"TP1", "TP2", "TP3"}
    occasion = table.companion.occasion()
    assert occasion is not None
    assert (occasion.person, occasion.session) == ("ada", 1)


@pytest.mark.req("TP15")
def test_when_somebody_else_is_chosen_nothing_told_about_the_one_before_holds(table: Set) -> None:
    table.records.chosen, table.records.known = "ada", known("ada")
    table.look()
    table.records.chosen, table.records.known = "bob", None
    table.look()
    assert table.rules() == {"TP15"}
    assert table.companion.occasion() is None


@pytest.mark.req("TP6")
def test_a_clock_that_shows_a_time_before_one_already_seen_is_not_sure_for_the_session_either(table: Set) -> None:
    seen = replace(known("ada"), latest_seen=NOON + timedelta(days=2))
    table.records.chosen, table.records.known = "ada", seen
    table.look()
    occasion = table.companion.occasion()
    assert occasion is not None
    assert not occasion.clock_sure


@pytest.mark.req("TP2", "TP3", "TP16")
def test_the_numbers_of_the_tables_settings_are_those_that_the_table_and_its_protocols_are_judged_by(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text('name = "own"\ntitle = "Own"\n[[stages]]\nangle_deg = 55\nhold_s = 60\n')
    strict = Settings(rules=Rules(load_ratio=1.7, weeks_3_4_angle_deg=50.0, week_5_angle_deg=50.0))
    for settings, expected in ((Settings(), set()), (strict, {"too_heavy"})):
        verdict = judge(case_of(known("ada"), Clock().moment(), settings, protocols_of(settings)))
        assert {refused.name for refused in verdict.refusals if refused.name == "too_heavy"} == expected
    with pytest.raises(
        ProtocolError, match=r"own.toml:4: stages\[1\].angle_deg: 55.0 is more than week 5 allows at this table; 5.0 to 50 \(TP4\)$"
    ):
        protocols_of(replace(strict, programme=ProgrammeSettings(protocols=str(tmp_path))))


@pytest.mark.req("SR12")
def test_nobody_else_is_taken_while_a_session_runs(table: Set) -> None:
    table.records.chosen, table.records.known = "ada", known("ada")
    table.look()
    table.records.idle, table.records.chosen = False, "bob"
    table.look()
    assert table.records.wanted == ["ada"]


@pytest.mark.req("TP6")
def test_the_programme_is_asked_again_after_half_a_minute_and_when_the_clock_becomes_doubtful(table: Set) -> None:
    table.records.chosen, table.records.known = "ada", known("ada")
    table.look()
    table.clock.now += timedelta(seconds=29)
    table.look()
    assert table.programme.told == 1
    table.clock.now += timedelta(seconds=1)
    table.look()
    assert table.programme.told == 2
    table.clock.trusted = False
    table.look()
    assert table.programme.told == 3


@pytest.mark.req("SR11")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # it is meant to die
def test_a_companion_that_has_died_is_seen_to_be_dead(table: Set) -> None:
    died = threading.Event()

    def dies(*, idle: bool) -> None:
        died.set()
        raise KeyError(idle)

    assert not table.companion.alive
    table.companion.start(table.records, dies)
    assert died.wait(10.0)
    table.companion.close(10.0)
    assert not table.companion.alive


def test_a_companion_that_looks_is_alive_until_it_is_closed(table: Set) -> None:
    table.companion.start(table.records)
    assert table.companion.alive
    table.companion.close(10.0)
    assert not table.companion.alive
