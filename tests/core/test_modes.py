"""The mode table as a whole: safety first, no dead ends, nothing that moves where nothing may."""

from __future__ import annotations

import pytest

from controller.core.model import Mode
from controller.core.modes import AT_REST_UPRIGHT, RETURNS, TABLE, Signal, diagram, next_mode

HUMAN_WISHES = (Signal.DIZZY_BACK, Signal.DIZZY_STOP, Signal.GO_ON, Signal.START_OBEYED, Signal.STAGE_OVER)


@pytest.mark.req("SR1")
@pytest.mark.parametrize("mode", [mode for mode in Mode if mode is not Mode.STOPPED])
def test_the_emergency_stop_wins_from_every_mode_over_every_other_signal(mode: Mode) -> None:
    assert next_mode(mode, sorted(Signal))[0] is Mode.STOPPED


@pytest.mark.req("SR9")
@pytest.mark.parametrize("mode", [mode for mode in Mode if mode not in {Mode.STOPPED, Mode.FAULT, Mode.RESCUE}])
def test_a_fault_wins_over_everything_but_the_emergency_stop(mode: Mode) -> None:
    later = [signal for signal in sorted(Signal) if signal > Signal.RESCUE]
    assert next_mode(mode, later)[0] is Mode.FAULT


@pytest.mark.req("SR1")
def test_only_the_board_can_end_an_emergency_stop() -> None:
    ways_out = {signal for (mode, signal) in TABLE if mode is Mode.STOPPED}
    assert ways_out == {Signal.RESCUE, Signal.RESET}


@pytest.mark.req("SR11")
def test_the_only_way_into_a_session_is_an_obeyed_start_and_a_passed_proof_test() -> None:
    into = {(mode, signal) for (mode, signal), target in TABLE.items() if target is Mode.PROOF_TEST}
    assert into == {(Mode.IDLE, Signal.START_OBEYED)}
    down = {(mode, signal) for (mode, signal), target in TABLE.items() if target is Mode.DESCENDING}
    assert down == {(Mode.PROOF_TEST, Signal.PROOF_PASSED), (Mode.HOLDING, Signal.STAGE_OVER), (Mode.PAUSED, Signal.GO_ON)}


@pytest.mark.req("SR13")
def test_no_return_mode_leads_back_into_the_programme() -> None:
    programme = {Mode.DESCENDING, Mode.HOLDING, Mode.PAUSED, Mode.PROOF_TEST}
    assert [row for row, target in TABLE.items() if row[0] in RETURNS and target in programme] == []


@pytest.mark.req("SR1", "SR14")
@pytest.mark.parametrize("mode", list(Mode))
def test_every_mode_can_reach_idle(mode: Mode) -> None:
    reached, todo = set(), [mode]
    while todo:
        here = todo.pop()
        if here not in reached:
            reached.add(here)
            todo += [target for (source, _), target in TABLE.items() if source is here]
    assert Mode.IDLE in reached


@pytest.mark.req("TP9")
@pytest.mark.parametrize("mode", [Mode.PROOF_TEST, Mode.DESCENDING, Mode.HOLDING, Mode.PAUSED, Mode.DIZZY_BACK, Mode.DIZZY_WAIT])
def test_return_starts_the_return_from_every_mode_that_is_not_one(mode: Mode) -> None:
    assert next_mode(mode, [Signal.RETURN_PRESSED])[0] is Mode.RETURNING


@pytest.mark.req("TP10")
@pytest.mark.parametrize("mode", [*AT_REST_UPRIGHT, Mode.STARTING, Mode.STOPPED, Mode.FAULT, Mode.RESCUE])
def test_dizzy_never_changes_anything_at_upright_rest_or_in_a_latch(mode: Mode) -> None:
    assert next_mode(mode, [Signal.DIZZY_BACK, Signal.DIZZY_STOP]) == (mode, None)


@pytest.mark.req("SR1")
@pytest.mark.parametrize("mode", [Mode.STOPPED, Mode.RESCUE, Mode.FAULT])
@pytest.mark.parametrize("signal", HUMAN_WISHES)
def test_no_wish_moves_anybody_out_of_a_latch(mode: Mode, signal: Signal) -> None:
    assert next_mode(mode, [signal]) == (mode, None)


def test_a_signal_the_mode_does_not_know_changes_nothing() -> None:
    assert next_mode(Mode.IDLE, [Signal.STAGE_OVER]) == (Mode.IDLE, None)


def test_the_diagram_shows_every_mode_and_begins_where_the_service_does() -> None:
    text = diagram()
    assert text.startswith("stateDiagram-v2\n    [*] --> STARTING\n")
    assert [mode.value for mode in Mode if mode.value not in text] == []
    assert "PROOF_TEST --> DESCENDING: proof_passed" in text
