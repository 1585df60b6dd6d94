"""The service asks the programme before START, runs what it allows, and records what happened."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.core.model import Mode
from controller.programme.model import Person, SetUpItem
from controller.programme.sessions import Ending, Felt, Rating, When
from controller.records.store import opened
from tests.therapy.evening import BEGINS, Evening, evening

NOBODY = "Nobody is chosen."
UNCONFIRMED = "Not confirmed for this session: the whole set-up."


def known_session(table: Evening, number: int) -> bool:
    known = table.journal.known
    return known is not None and len(known.history.sessions) >= number and known.history.sessions[number - 1].ended_at is not None


@pytest.mark.req("TP1", "TP4", "TP6", "TP9", "TP15", "SR11")
def test_a_first_evening_from_nobody_to_the_refusal_of_a_second_session_that_was_not_asked_about(tmp_path: Path) -> None:
    folder = tmp_path / "records"
    with evening(folder) as table:
        assert NOBODY in table.refusals()
        table.prepare()
        table.until_records(lambda: NOBODY not in table.refusals() and table.journal.known is not None)
        assert table.allowed()
        table.step_on()
        modes = table.session()
        assert modes[:3] == [Mode.PROOF_TEST, Mode.DESCENDING, Mode.HOLDING]
        assert modes[-1] is Mode.IDLE
        table.until_records(lambda: known_session(table, 1))
        table.until_records(lambda: "It is not known what you felt in session 1." in table.refusals())
        with opened(folder) as store:
            history = store.history("ada")
            (session,) = history.sessions
        assert (session.number, session.protocol, session.ending) == (1, "first", Ending.COMPLETED)
        assert session.deepest_deg == pytest.approx(15.0, abs=1.0)
        assert (session.spotter_confirmed, session.settled, session.reasons) == (True, True, ())
        assert [prompt.key for prompt in history.prompts][:1] == ["breathe_nose"]
        assert BEGINS < session.started_at < (session.ended_at or BEGINS)


@pytest.mark.req("TP6", "TP9")
def test_after_what_was_felt_is_told_a_second_session_of_the_day_may_follow_and_is_counted(tmp_path: Path) -> None:
    folder = tmp_path / "records"
    with evening(folder) as table:
        table.prepare()
        table.until_records(lambda: table.journal.known is not None and NOBODY not in table.refusals())
        table.step_on()
        table.session()
        table.until_records(lambda: known_session(table, 1))
        now = table.moment().at
        with opened(folder) as store:
            store.record("ada", Felt(at=now, session=1), Rating(at=now, session=1, when=When.AFTER, pain=2))
        table.prepare(2)
        table.run(35.0)  # the session is over for the board after 30 s with the locks open
        table.until_records(table.allowed)
        table.step_on()
        assert Mode.HOLDING in table.session()
        table.until_records(lambda: known_session(table, 2))
        with opened(folder) as store:
            assert [each.number for each in store.history("ada").sessions] == [1, 2]


@pytest.mark.req("SR12", "TP15")
def test_somebody_else_who_is_chosen_during_a_session_is_taken_only_when_the_table_is_idle_again(tmp_path: Path) -> None:
    folder = tmp_path / "records"
    with evening(folder) as table:
        table.prepare()
        table.until_records(lambda: table.journal.known is not None and NOBODY not in table.refusals())
        table.step_on()
        table.tap("spotter")
        table.tap("start")
        table.run(60.0, lambda: table.outputs.mode is Mode.DESCENDING)
        with opened(folder) as store:
            store.choose(None, table.moment().at)
        table.until_records(lambda: table.journal.chosen is None)
        assert table.outputs.mode in {Mode.DESCENDING, Mode.HOLDING}
        person = table.companion.person
        assert person is not None
        assert person.key == "ada"
        table.tap("return")
        table.run(300.0, lambda: table.outputs.mode is Mode.RELEASE)
        table.locks(closed=False)
        table.run(60.0, lambda: table.outputs.mode is Mode.IDLE)
        table.until_records(lambda: table.companion.person is None)
        assert NOBODY in table.refusals()


@pytest.mark.req("TP3", "TP15", "SR11")
def test_somebody_chooses_themselves_and_confirms_the_set_up_with_the_panels_buttons_alone_and_starts(tmp_path: Path) -> None:
    folder = tmp_path / "records"
    with evening(folder) as table:
        table.prepare(checklist=False)
        with opened(folder) as store:
            store.add_person(Person(key="bob", name="Bob", added_at=BEGINS, height_cm=180.0, mass_kg=90.0, shaft_setting="9"))
            store.choose(None, table.moment().at)
        table.until_records(lambda: NOBODY in table.refusals() and len(table.journal.people) == 2)
        table.step_on()
        table.confirm("ok")
        shown = table.outputs.lines[0]
        table.confirm(*(("ok",) if shown == "1/2 ada" else ("select_plus", "ok")))
        table.until_records(lambda: table.journal.known is not None and UNCONFIRMED in table.refusals())
        table.confirm(*["ok"] * 9)
        table.until_records(table.allowed)
        with opened(folder) as store:
            (checklist,) = store.history("ada").checklists
            assert store.chosen() == "ada"
        assert (checklist.session, checklist.confirmed) == (1, frozenset(SetUpItem))
        assert table.session()[:2] == [Mode.PROOF_TEST, Mode.DESCENDING]
        assert table.told == []


@pytest.mark.req("TP3", "F56")
def test_what_cannot_be_recorded_is_said_without_a_name_and_start_stays_refused(tmp_path: Path) -> None:
    folder = tmp_path / "records"
    with evening(folder) as table:
        table.prepare(checklist=False)
        table.until_records(lambda: UNCONFIRMED in table.refusals())
        table.step_on()
        with opened(folder) as store:
            store.connection.execute("DROP TABLE checklists")
            table.confirm(*["ok"] * 9)
            table.run(1.0)
        assert "panel: what was confirmed could not be recorded (OperationalError)" in table.told
        assert not table.allowed()
