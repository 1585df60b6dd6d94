"""What the stream of ticks comes to: the session as planned and as measured, why it ended, and what freezes the black box."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from controller.core.model import Event, Inputs, Mode, Outputs, Prompt, Stage
from controller.programme.model import Moment
from controller.programme.sessions import Ending, PlannedStage, SessionRecord
from controller.records.summarise import NOTHING, Kept, Line, News, Occasion, Trip, summarise
from tests.core.ideal import PLAN
from tests.records.tables import LIMITS, Watched, finished, started
from tests.records.values import NOW

BERLIN = ZoneInfo("Europe/Berlin")


def moment_at(inputs: Inputs) -> Moment:
    return Moment(at=NOW + timedelta(seconds=inputs.now_s), zone=BERLIN, clock_trusted=False)


def news(table: Watched, occasion: Occasion | None = None) -> list[News]:
    return summarise([(moment_at(inputs), inputs, outputs) for inputs, outputs in table.ticks], LIMITS, occasion)


def sessions(table: Watched, occasion: Occasion | None = None) -> list[Kept]:
    return [item.session for item in news(table, occasion) if item.session is not None]


def trips(table: Watched) -> list[Trip]:
    return [item.trip for item in news(table) if item.trip is not None]


def record(table: Watched) -> SessionRecord:
    """The only session of a run, as it stands at the end."""
    found = sessions(table)
    assert {kept.run_number for kept in found} == {1}
    return found[-1].record


@pytest.fixture(scope="module")
def whole() -> Watched:
    """A plain session from start to finish."""
    return finished(started(Watched()))


@pytest.mark.req("TP15")
def test_a_session_is_kept_as_planned_and_as_measured(whole: Watched) -> None:
    kept = record(whole)
    assert (kept.protocol, kept.ceiling_deg) == (PLAN.name, 60.0)
    assert kept.planned == (PlannedStage(angle_deg=60.0, hold_s=30.0),)
    (stage,) = kept.measured
    assert stage.deepest_deg == pytest.approx(60.0, abs=0.5)
    assert stage.held_s == pytest.approx(30.0, abs=0.1)
    assert kept.deepest_deg == pytest.approx(60.0, abs=0.5)
    assert kept.inverted_s == max(outputs.inverted_s for _, outputs in whole.ticks)
    assert 60.0 < kept.inverted_s < 200.0
    assert (kept.ending, kept.reasons, kept.settled, kept.opened_early) == (Ending.COMPLETED, (), True, False)


def test_its_times_are_those_of_the_wall_and_of_the_place(whole: Watched) -> None:
    kept = record(whole)
    begun_s = next(inputs.now_s for inputs, outputs in whole.ticks if outputs.mode is Mode.PROOF_TEST)
    assert kept.started_at == NOW + timedelta(seconds=begun_s)
    assert kept.ended_at == NOW + timedelta(seconds=whole.ticks[-1][0].now_s)
    assert (kept.zone, kept.utc_offset_s, kept.clock_trusted) == ("Europe/Berlin", 3600, False)


def test_its_phases_follow_each_other_without_a_gap(whole: Watched) -> None:
    phases = sessions(whole)[-1].phases
    assert [phase.mode for phase in phases] == [mode.value for mode in whole.modes[whole.modes.index(Mode.PROOF_TEST) : -1]]
    for phase, after in pairwise(phases):
        assert after.begun_s == pytest.approx(phase.begun_s + phase.lasted_s)
        assert after.begun_deg == phase.ended_deg
    assert max(phase.deepest_deg or -90.0 for phase in phases) == sessions(whole)[-1].record.deepest_deg


@pytest.mark.req("TP6")
def test_the_first_word_of_a_session_comes_with_start_and_counts_as_held(whole: Watched) -> None:
    first = sessions(whole)[0]
    assert (first.phases, first.over, first.record.ended_at) == ((), False, None)
    assert first.record.ending is Ending.UNKNOWN
    assert first.record.held


def test_whose_it_is_and_which_of_theirs_is_what_the_programme_says(whole: Watched) -> None:
    kept = sessions(whole, Occasion(person="p-7", session=12))
    assert {(item.person, item.record.number, item.run_number) for item in kept} == {("p-7", 12, 1)}
    assert {item.person for item in sessions(whole)} == {None}


def test_a_clock_that_the_programme_doubts_is_not_sure_however_much_the_machine_trusts_it(whole: Watched) -> None:
    ticks = [(replace(moment_at(inputs), clock_trusted=True), inputs, outputs) for inputs, outputs in whole.ticks]
    for sure in (True, False):
        found = summarise(ticks, LIMITS, Occasion(person="p-7", session=1, clock_sure=sure))
        records = [item.session.record for item in found if item.session is not None]
        assert {record.clock_trusted for record in records} == {sure}


def test_quiet_ticks_are_no_news(whole: Watched) -> None:
    found = news(whole)
    assert len(found) < len(whole.ticks) / 100
    assert NOTHING not in found


@pytest.mark.req("TP9")
def test_return_pressed_ends_it_by_the_person() -> None:
    table = started(Watched()).until(Mode.HOLDING)
    table.run(5.0)
    table.press("return_")
    kept = record(finished(table))
    assert kept.ending is Ending.RETURN_PRESSED
    assert kept.measured[0].held_s == pytest.approx(5.0, abs=0.1)


def test_return_on_the_way_before_level_is_no_session_that_counts() -> None:
    table = started(Watched()).until(Mode.DESCENDING)
    table.run(3.0)
    table.press("return_")
    kept = record(finished(table))
    assert kept.ending is Ending.NOT_INVERTED
    assert not kept.held
    assert kept.deepest_deg < 0.0


@pytest.mark.req("SR16")
def test_a_proof_test_that_fails_is_no_session_that_counts() -> None:
    table = Watched(brake_holds=False)
    started(table).until(Mode.SETTLING)
    kept = record(finished(table))
    assert (kept.ending, kept.inverted_s, kept.measured) == (Ending.NOT_INVERTED, 0.0, ())


@pytest.mark.req("SR1")
def test_the_emergency_stop_is_named_as_such_and_is_a_trip() -> None:
    table = started(Watched()).until(Mode.HOLDING)
    table.estop_pressed = True
    table.until(Mode.STOPPED)
    assert sessions(table)[-1].record.ending is Ending.EMERGENCY_STOP
    (trip,) = trips(table)
    assert (trip.cause, trip.mode, trip.session) == ("STOPPED", "STOPPED", 1)
    assert trip.angle_deg == pytest.approx(60.0, abs=0.5)


@pytest.mark.req("SE9")
def test_a_rule_that_returns_is_a_trip_with_its_name_and_stands_in_the_record() -> None:
    table = started(Watched()).until(Mode.HOLDING)
    table.mains = False
    table.until(Mode.RETURNING)
    assert [trip.cause for trip in trips(table)] == ["mains_lost"]
    table.until(Mode.LEVEL_WAIT)
    kept = record(table)
    assert (kept.ending, kept.reasons) == (Ending.TRIP, ("mains_lost",))


def test_a_rule_that_only_warns_is_no_trip() -> None:
    table = started(Watched()).until(Mode.HOLDING)
    hot = replace(table.inputs().host, storage_ok=False)
    see = table.extra
    assert see is not None
    table.extra = lambda inputs: see(replace(inputs, host=hot))
    table.run(2.0)
    assert "storage" in {reason.name for reason in table.out.reasons}
    assert trips(table) == []


@pytest.mark.req("TP11")
def test_opening_early_and_dizziness_afterwards_are_recorded() -> None:
    table = started(Watched()).until(Mode.SETTLING)
    table.run(10.0)
    table.press("dizzy")
    table.run(5.0)
    table.press("dizzy")
    table.ankles_closed = False
    table.run(2.0)
    kept = record(table)
    assert kept.opened_early
    assert kept.dizzy_after_s == pytest.approx(15.3, abs=0.2)


@pytest.mark.req("TP8")
@pytest.mark.parametrize("spotted", [True, False])
def test_whether_a_spotter_pressed_the_button_is_recorded(spotted: bool) -> None:
    assert record(started(Watched(), **({"spotter": True} if spotted else {}))).spotter_confirmed is spotted


def test_stages_count_one_by_one_and_a_pause_splits_none() -> None:
    stages = (Stage(angle_deg=15.0, hold_s=20.0), Stage(angle_deg=25.0, hold_s=30.0))
    table = started(Watched(plan=replace(PLAN, stages=stages))).until(Mode.HOLDING)
    table.run(5.0)
    kept = record(finished(table))
    assert [round(stage.deepest_deg) for stage in kept.measured] == [15, 25]
    assert [stage.held_s for stage in kept.measured] == pytest.approx([20.0, 30.0], abs=0.1)
    assert kept.ending is Ending.COMPLETED


@pytest.mark.req("TP7")
def test_prompts_are_kept_with_their_keys() -> None:
    prompts = (Prompt(at_s=5.0, key="breathe", text="Breathe through the nose."),)
    plan = replace(PLAN, stages=(Stage(angle_deg=20.0, hold_s=20.0, prompts=prompts),))
    lines = [line for item in news(finished(started(Watched(plan=plan))), Occasion(person="p-1", session=4)) for line in item.lines]
    (shown,) = [line.prompt for line in lines if line.prompt is not None]
    assert (shown.key, shown.session, shown.text) == ("breathe", 4, "Breathe through the nose.")


def test_each_event_says_where_the_table_stood(whole: Watched) -> None:
    lines: list[Line] = [line for item in news(whole) for line in item.lines]
    assert [line.event for line in lines] == [event for _, outputs in whole.ticks for event in outputs.events]
    holding = next(line for line in lines if line.event.kind == "mode" and line.event.text == "HOLDING")
    assert (holding.mode, holding.session) == ("HOLDING", 1)
    assert holding.angle_deg == pytest.approx(60.0, abs=0.5)
    assert lines[0].session is None


def test_a_second_session_of_the_run_is_the_second() -> None:
    table = finished(started(Watched()))
    table.run(40.0)
    started(table).until(Mode.HOLDING)
    assert sessions(table)[-1].run_number == 2


def test_a_tick_of_nonsense_never_raises() -> None:
    wild = (float("nan"), float("inf"), -float("inf"), 1e300)
    plan_event = Event(at_s=0.0, kind="plan", text="x")
    ticks = []
    for number, value in enumerate(wild):
        inputs = replace(Watched().inputs(), now_s=float(number * 10))
        for mode in (Mode.PROOF_TEST, Mode.HOLDING, Mode.STOPPED, Mode.IDLE):
            events = (plan_event,) if mode is Mode.PROOF_TEST else ()
            ticks.append((moment_at(inputs), inputs, Outputs(mode=mode, angle_deg=value, inverted_s=abs(value), events=events)))
    assert len([item for item in summarise(ticks, LIMITS) if item.session is not None]) == 4 * len(wild)
