"""The mode table restated by hand, mode by mode: where each signal leads, and that no other is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.core.model import Mode
from controller.core.modes import AT_REST_UPRIGHT, MOVED_BY_THE_PI, RETURNS, TABLE, Signal, diagram, next_mode

BY_HAND: dict[str, str] = {
    "STARTING": "ESTOP>STOPPED RESCUE>RESCUE FAULT>FAULT BOARD_UP>BOARD_RETURN LEFT_UPRIGHT>RETURNING READY>IDLE AT_UPRIGHT>SETTLING",
    "IDLE": "ESTOP>STOPPED RESCUE>RESCUE FAULT>FAULT BOARD_UP>BOARD_RETURN LEFT_UPRIGHT>RETURNING START_OBEYED>PROOF_TEST",
    "PROOF_TEST": "ESTOP>STOPPED FAULT>FAULT BOARD_UP>BOARD_RETURN RETURN_PRESSED>RETURNING RETURN_DUE>RETURNING PAUSE_DUE>RETURNING"
    " DIZZY_STOP>RETURNING PROOF_FAILED>RETURNING PROOF_PASSED>DESCENDING",
    "DESCENDING": "ESTOP>STOPPED FAULT>FAULT BOARD_UP>BOARD_RETURN RETURN_PRESSED>RETURNING RETURN_DUE>RETURNING PAUSE_DUE>PAUSED"
    " DIZZY_STOP>DIZZY_WAIT SESSION_OVER>RETURNING ARRIVED>HOLDING",
    "HOLDING": "ESTOP>STOPPED FAULT>FAULT BOARD_UP>BOARD_RETURN RETURN_PRESSED>RETURNING RETURN_DUE>RETURNING PAUSE_DUE>PAUSED"
    " DIZZY_STOP>DIZZY_WAIT SESSION_OVER>RETURNING STAGE_OVER>DESCENDING",
    "PAUSED": "ESTOP>STOPPED FAULT>FAULT BOARD_UP>BOARD_RETURN RETURN_PRESSED>RETURNING RETURN_DUE>RETURNING DIZZY_STOP>DIZZY_WAIT"
    " GO_ON>DESCENDING",
    "RETURNING": "ESTOP>STOPPED RESCUE>RESCUE FAULT>FAULT BOARD_UP>BOARD_RETURN DIZZY_BACK>DIZZY_BACK DIZZY_STOP>DIZZY_WAIT"
    " AT_UPRIGHT>SETTLING AT_LEVEL>LEVEL_WAIT REST_DUE>RESTING",
    "RESTING": "ESTOP>STOPPED RESCUE>RESCUE FAULT>FAULT BOARD_UP>BOARD_RETURN DIZZY_STOP>DIZZY_WAIT AT_UPRIGHT>SETTLING"
    " REST_TAKEN>RETURNING",
    "BOARD_RETURN": "ESTOP>STOPPED RESCUE>RESCUE FAULT>FAULT DIZZY_STOP>DIZZY_WAIT AT_UPRIGHT>SETTLING AT_LEVEL>LEVEL_WAIT"
    " BOARD_DONE>RETURNING",
    "LEVEL_WAIT": "ESTOP>STOPPED RESCUE>RESCUE FAULT>FAULT AT_UPRIGHT>SETTLING ANSWERED>RETURNING",
    "DIZZY_BACK": "ESTOP>STOPPED RESCUE>RESCUE FAULT>FAULT BOARD_UP>BOARD_RETURN RETURN_PRESSED>RETURNING RETURN_DUE>RETURNING"
    " PAUSE_DUE>DIZZY_WAIT DIZZY_STOP>DIZZY_WAIT AT_UPRIGHT>SETTLING ARRIVED>DIZZY_WAIT",
    "DIZZY_WAIT": "ESTOP>STOPPED RESCUE>RESCUE FAULT>FAULT BOARD_UP>BOARD_RETURN RETURN_PRESSED>RETURNING RETURN_DUE>RETURNING"
    " AT_UPRIGHT>SETTLING",
    "SETTLING": "ESTOP>STOPPED FAULT>FAULT BOARD_UP>BOARD_RETURN LEFT_UPRIGHT>RETURNING SETTLED>RELEASE FINISHED>IDLE",
    "RELEASE": "ESTOP>STOPPED FAULT>FAULT BOARD_UP>BOARD_RETURN LEFT_UPRIGHT>RETURNING FINISHED>IDLE",
    "STOPPED": "RESCUE>RESCUE RESET>SETTLING",
    "RESCUE": "ESTOP>STOPPED FAULT>FAULT RESET>SETTLING",
    "FAULT": "ESTOP>STOPPED RESCUE>RESCUE BOARD_UP>BOARD_RETURN RESET>SETTLING",
}


def known(mode: Mode) -> dict[str, str]:
    return {signal.name: target.value for (source, signal), target in TABLE.items() if source is mode}


@pytest.mark.req("SR1", "SR13", "TP9", "TP10", "TP11")
@pytest.mark.parametrize("mode", list(Mode))
def test_every_mode_knows_exactly_these_signals(mode: Mode) -> None:
    assert known(mode) == {row.split(">")[0]: row.split(">")[1] for row in BY_HAND[mode.value].split()}


URGENCY = [
    "ESTOP",
    "RESCUE",
    "FAULT",
    "BOARD_UP",
    "RESET",
    "RETURN_PRESSED",
    "RETURN_DUE",
    "PAUSE_DUE",
    "DIZZY_BACK",
    "DIZZY_STOP",
    "PROOF_FAILED",
    "SESSION_OVER",
    "AT_UPRIGHT",
    "LEFT_UPRIGHT",
    "AT_LEVEL",
    "REST_DUE",
    "REST_TAKEN",
    "ARRIVED",
    "STAGE_OVER",
    "ANSWERED",
    "GO_ON",
    "BOARD_DONE",
    "START_OBEYED",
    "PROOF_PASSED",
    "READY",
    "SETTLED",
    "FINISHED",
]


@pytest.mark.req("SR1", "SR9")
def test_signals_are_numbered_by_urgency_from_zero() -> None:
    assert [signal.name for signal in sorted(Signal)] == URGENCY
    assert [int(signal) for signal in sorted(Signal)] == list(range(27))


@pytest.mark.req("SR1")
def test_the_first_signal_the_mode_knows_wins_and_is_named() -> None:
    assert next_mode(Mode.HOLDING, [Signal.READY, Signal.RETURN_DUE, Signal.PAUSE_DUE]) == (Mode.RETURNING, Signal.RETURN_DUE)
    assert next_mode(Mode.HOLDING, []) == (Mode.HOLDING, None)
    assert next_mode(Mode.STOPPED, [Signal.ESTOP, Signal.FAULT, Signal.RETURN_PRESSED]) == (Mode.STOPPED, None)


def test_the_three_groups_of_modes_are_these() -> None:
    M = Mode  # noqa: N806
    assert MOVED_BY_THE_PI == (M.PROOF_TEST, M.DESCENDING, M.HOLDING, M.PAUSED)
    assert RETURNS == (M.RETURNING, M.RESTING, M.BOARD_RETURN, M.LEVEL_WAIT, M.DIZZY_BACK, M.DIZZY_WAIT)
    assert AT_REST_UPRIGHT == (M.IDLE, M.SETTLING, M.RELEASE)


def test_the_diagram_draws_every_row_once_and_notes_what_holds_for_nearly_all() -> None:
    lines = diagram().splitlines()
    drawn = {line.strip() for line in lines if "-->" in line and "[*]" not in line}
    rows = {f"{mode.value} --> {target.value}: {signal.name.lower()}" for (mode, signal), target in TABLE.items()}
    everywhere = {row for row in rows if row.endswith((": estop", ": rescue", ": fault"))}
    assert drawn == rows - everywhere
    assert len(lines) == len(drawn) + 5
    assert diagram().endswith("\n")
    notes = [line for line in lines if "note right of" in line]
    assert [line.split(": ")[0] for line in notes] == [f"    note right of {name}" for name in ("STOPPED", "RESCUE", "FAULT")]
    assert notes[1] == (
        "    note right of RESCUE: rescue from STARTING, IDLE, RETURNING, RESTING, BOARD_RETURN, LEVEL_WAIT, DIZZY_BACK,"
        " DIZZY_WAIT, STOPPED, FAULT"
    )
    sources = [line.split(" --> ")[0].strip() for line in lines[2:] if "-->" in line]
    assert sources == sorted(sources, key=[mode.value for mode in Mode].index)
    for mode in Mode:
        told = [line.split(": ")[1] for line in lines if line.startswith(f"    {mode.value} -->")]
        assert told == [name.lower() for name in URGENCY if name.lower() in told]


def test_the_diagram_is_the_one_that_the_documents_show() -> None:
    """In the modes' and the signals' own order, indented as Mermaid wants it."""
    assert diagram() in (Path(__file__).resolve().parents[2] / "docs" / "modes.md").read_text(encoding="utf-8")
