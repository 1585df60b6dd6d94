"""Where a session can go from where it is: one table.  Pure; decides nothing about angles or time.

Signals are facts of this tick, most urgent first; the first one the table knows for the present mode wins.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from controller.core.model import Mode


class Signal(IntEnum):
    """What happened this tick.  The smaller number wins: safety before wishes."""

    ESTOP = 0  # auxiliary contact open, or the board says STOPPED
    RESCUE = 1  # RETURN held after an emergency stop: the board is bringing the person up
    FAULT = 2  # a rule demands the emergency-stop reaction, or the board has made it
    BOARD_UP = 3  # the board ascends, or must, because the Pi cannot
    RESET = 4  # the board's latch is gone again
    RETURN_PRESSED = 5
    RETURN_DUE = 6  # a rule, or nobody answered, or the board has begun a return
    PAUSE_DUE = 7
    DIZZY_BACK = 8  # TP10, past the gate and nothing against it
    DIZZY_STOP = 9  # TP10, every other case
    PROOF_FAILED = 10
    SESSION_OVER = 11  # the last hold is done, or the inverted time is
    AT_UPRIGHT = 12
    LEFT_UPRIGHT = 13  # off upright rest where no session should be
    AT_LEVEL = 14  # ... and the wait of SR15 is due
    REST_DUE = 15  # standing where SR3 wants its rest
    REST_TAKEN = 16  # counted by both sides
    ARRIVED = 17
    STAGE_OVER = 18
    ANSWERED = 19  # OK or RETURN at level
    GO_ON = 20  # OK in a pause whose cause has gone
    BOARD_DONE = 21  # the board stands still again and the Pi can steer
    START_OBEYED = 22
    PROOF_PASSED = 23
    READY = 24  # everything has been read once, at upright rest
    SETTLED = 25
    FINISHED = 26  # upright with the locks seen open, long enough


M, S = Mode, Signal

MOVED_BY_THE_PI = (M.PROOF_TEST, M.DESCENDING, M.HOLDING, M.PAUSED)
"""Modes in which the programme, not a return, is under way."""

RETURNS = (M.RETURNING, M.RESTING, M.BOARD_RETURN, M.LEVEL_WAIT, M.DIZZY_BACK, M.DIZZY_WAIT)
AT_REST_UPRIGHT = (M.IDLE, M.SETTLING, M.RELEASE)

TABLE: dict[tuple[Mode, Signal], Mode] = {
    **{(mode, S.ESTOP): M.STOPPED for mode in M if mode not in {M.STOPPED}},
    **{(mode, S.RESCUE): M.RESCUE for mode in (M.STARTING, M.STOPPED, M.FAULT, M.IDLE, *RETURNS)},
    **{(mode, S.FAULT): M.FAULT for mode in M if mode not in {M.FAULT, M.STOPPED}},
    **{
        (mode, S.BOARD_UP): M.BOARD_RETURN
        for mode in (M.STARTING, M.FAULT, *MOVED_BY_THE_PI, *AT_REST_UPRIGHT, M.RETURNING, M.RESTING, M.DIZZY_BACK, M.DIZZY_WAIT)
    },
    **{(mode, S.RESET): M.SETTLING for mode in (M.STOPPED, M.RESCUE, M.FAULT)},
    **{(mode, S.RETURN_PRESSED): M.RETURNING for mode in (*MOVED_BY_THE_PI, M.DIZZY_BACK, M.DIZZY_WAIT)},
    **{(mode, S.RETURN_DUE): M.RETURNING for mode in (*MOVED_BY_THE_PI, M.DIZZY_BACK, M.DIZZY_WAIT)},
    (M.PROOF_TEST, S.PAUSE_DUE): M.RETURNING,
    (M.DESCENDING, S.PAUSE_DUE): M.PAUSED,
    (M.HOLDING, S.PAUSE_DUE): M.PAUSED,
    (M.DIZZY_BACK, S.PAUSE_DUE): M.DIZZY_WAIT,
    (M.RETURNING, S.DIZZY_BACK): M.DIZZY_BACK,
    **{
        (mode, S.DIZZY_STOP): M.DIZZY_WAIT
        for mode in (M.DESCENDING, M.HOLDING, M.PAUSED, M.RETURNING, M.RESTING, M.BOARD_RETURN, M.DIZZY_BACK)
    },
    (M.PROOF_TEST, S.DIZZY_STOP): M.RETURNING,
    (M.PROOF_TEST, S.PROOF_FAILED): M.RETURNING,
    (M.DESCENDING, S.SESSION_OVER): M.RETURNING,
    (M.HOLDING, S.SESSION_OVER): M.RETURNING,
    **{(mode, S.AT_UPRIGHT): M.SETTLING for mode in (M.STARTING, *RETURNS)},  # STARTING: restarted with somebody still locked in
    **{(mode, S.LEFT_UPRIGHT): M.RETURNING for mode in (M.STARTING, *AT_REST_UPRIGHT)},
    (M.RETURNING, S.AT_LEVEL): M.LEVEL_WAIT,
    (M.BOARD_RETURN, S.AT_LEVEL): M.LEVEL_WAIT,
    (M.RETURNING, S.REST_DUE): M.RESTING,
    (M.RESTING, S.REST_TAKEN): M.RETURNING,
    (M.DESCENDING, S.ARRIVED): M.HOLDING,
    (M.DIZZY_BACK, S.ARRIVED): M.DIZZY_WAIT,
    (M.HOLDING, S.STAGE_OVER): M.DESCENDING,
    (M.LEVEL_WAIT, S.ANSWERED): M.RETURNING,
    (M.PAUSED, S.GO_ON): M.DESCENDING,
    (M.BOARD_RETURN, S.BOARD_DONE): M.RETURNING,
    (M.IDLE, S.START_OBEYED): M.PROOF_TEST,
    (M.PROOF_TEST, S.PROOF_PASSED): M.DESCENDING,
    (M.STARTING, S.READY): M.IDLE,
    (M.SETTLING, S.SETTLED): M.RELEASE,
    (M.SETTLING, S.FINISHED): M.IDLE,
    (M.RELEASE, S.FINISHED): M.IDLE,
}


def next_mode(mode: Mode, signals: Iterable[Signal]) -> tuple[Mode, Signal | None]:
    """The mode after this tick, and the signal that led there; `None` when nothing the table knows has happened."""
    for signal in signals:
        target = TABLE.get((mode, signal))
        if target is not None:
            return target, signal
    return mode, None


def diagram() -> str:
    """The table as a Mermaid state diagram.  What holds for (nearly) every mode is a note, not forty arrows."""
    every = {S.ESTOP, S.FAULT, S.RESCUE}
    lines = ["stateDiagram-v2", "    [*] --> STARTING"]
    for (mode, signal), target in sorted(TABLE.items(), key=lambda row: (list(M).index(row[0][0]), row[0][1])):
        if signal not in every:
            lines.append(f"    {mode.value} --> {target.value}: {signal.name.lower()}")
    for signal in sorted(every):
        sources = [mode.value for mode in M if (mode, signal) in TABLE]
        target = next(TABLE[(mode, signal)] for mode in M if (mode, signal) in TABLE)
        lines.append(f"    note right of {target.value}: {signal.name.lower()} from {', '.join(sources)}")
    return "\n".join(lines) + "\n"
