"""The help ladder (SR14): tone at once, speech at 10 s, remote notice at 30 s, again each minute.  Pure.

Its causes are judged in `cause`; the emergency stop never silences it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from controller.core.facts import Facts
from controller.core.members import BOARD, CONTACT, FLAG, MODE
from controller.core.words import LADDER_WORDS, RESCUE_STEPS

TONE, SPEECH, NOTICE = 1, 2, 3
SPEECH_S = 10.0
NOTICE_S = 30.0
AGAIN_S = 60.0
DIZZY_LONG_S = 300.0
"""TP11: dizziness that lasts longer than this wants a doctor."""

LOCKS_JAM_S = 60.0
"""SR14, ankle locks jammed: this long after RELEASE OK without a lock opening, the person is asked."""


TAKES_UP_S = 1.0
"""A RETURN that the drive board takes shows in its mode well within this; one it has not taken by then, it refuses."""

PROGRESS_DEG = 0.5
"""A return that has come this much nearer has made progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """When the return last came nearer, or motion became due; infinity while none is due."""

    since_s: float = inf
    nearest_deg: float = 999.0
    rests: bool = False  # the board may have been resting by itself


NOT_RAISED = "not_raised"
"""RETURN was pressed in a stop for a fault and the board stands as it stood: the person must not be told to press it again."""

NO_RESCUE = frozenset({"level_wait", "locks_jam", "dizzy"})
"""Causes in which nobody has to be got up by hand: the lever is not spoken of."""

ENDS_WITH_ITS_CAUSE = frozenset({"level_wait", "board"})
"""SR15's wait ends by OK or RETURN; the drive board judges by itself when its own call ends."""

NOT_DUE = Progress()


def progress(last: Progress, f: Facts) -> Progress:
    """One tick of watching a return come nearer."""
    if not motion_due(f):
        return NOT_DUE
    rests = board_may_rest(f)
    nearer = f.angle_known and f.angle_deg < last.nearest_deg - PROGRESS_DEG
    if last.since_s == inf or nearer or (last.rests and not rests):  # a rest that has just been taken was no lack of progress
        return Progress(since_s=f.now_s, nearest_deg=f.angle_deg, rests=rests)
    return last if rests is last.rests else Progress(since_s=last.since_s, nearest_deg=last.nearest_deg, rests=rests)


def _no_way_up(f: Facts, last: Progress) -> str:
    """No progress for too long; a rest that the board may be taking by itself is waited for."""
    allowed_s = f.limits.no_progress_s + (f.limits.rest_s if board_may_rest(f) else 0.0)
    if f.now_s - last.since_s <= allowed_s:
        return ""
    return "no_progress" if f.board_ok else "unheard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """Why help is being called and since when; infinity while it is not."""

    since_s: float = inf
    cause: str = ""
    said: int = 0  # speeches made
    acknowledged: str = ""  # a cause at upright rest that OK has answered
    level: int = 0  # 0 off, 1 tone, 2 speech, 3 remote notice
    speech: tuple[str, ...] = ()  # to be said, this tick only


OFF = Ladder()


def cause(f: Facts, last: Progress, latched_s: float, asked_s: float) -> str:
    """Why help is needed, or nothing.  How long an emergency stop has been latched, and RETURN asked in a stop for a fault."""
    if f.at_upright:
        jammed = f.mode is MODE.RELEASE and not f.watch.opened_at_upright and f.in_mode_s > LOCKS_JAM_S
        return "locks_jam" if jammed else ""
    if not f.off_upright and not f.session:
        return ""
    return _waits(f, latched_s, asked_s) or ("" if last is NOT_DUE else _no_way_up(f, last)) or _runs_out(f)


def _waits(f: Facts, latched_s: float, asked_s: float) -> str:
    """The table stands until somebody does something."""
    if f.mode is MODE.LEVEL_WAIT:
        return "level_wait"
    if latched_s >= f.limits.estop_ladder_s:
        return "estop_waiting"
    pulled = f.contacts & CONTACT.RELEASE != 0
    if asked_s >= TAKES_UP_S and f.board_mode is BOARD.FAULT and not pulled:
        return NOT_RAISED
    if f.mode is not MODE.FAULT or f.in_mode_s <= f.limits.no_progress_s:
        return ""
    return "no_progress" if pulled else "faulted"  # RETURN moves nothing while the lever is pulled


def _runs_out(f: Facts) -> str:
    """Time, patience, or the drive board's."""
    if f.session and f.inverted and f.time_left_s <= 0.0:
        return "time_up"
    if f.mode is MODE.DIZZY_WAIT and f.in_mode_s > DIZZY_LONG_S:
        return "dizzy"
    return "board" if f.flags & FLAG.LADDER else ""


def motion_due(f: Facts) -> bool:
    """A return ought to be moving now; SR3's rest, TP10's and SR15's waits are other modes or the board's own rest."""
    if f.mode is MODE.RETURNING:
        return f.off_upright
    if f.mode is MODE.BOARD_RETURN:
        waits = f.flags & FLAG.LEVEL_WAIT or f.contacts & CONTACT.RELEASE
        return not waits and not f.at_upright
    return f.mode is MODE.RESCUE and f.board_mode is BOARD.RESCUE


def board_may_rest(f: Facts) -> bool:
    """The board may be taking the rest by itself: at rest, within the gate or past it."""
    past = not f.angle_known or f.angle_deg <= f.limits.gate_deg + f.limits.gate_half_deg
    return past and not f.flags & FLAG.REST_DONE


def update(ladder: Ladder, f: Facts, why: str, answered: bool) -> Ladder:
    """One tick.  Once on it repeats until upright, whatever is pressed; there OK acknowledges it."""
    if not why:
        over = ladder.since_s == inf or f.at_upright or ladder.cause in ENDS_WITH_ITS_CAUSE
        return OFF if over else _climb(ladder, f, ladder.cause)
    if f.at_upright and answered:
        return Ladder(acknowledged=why)
    return ladder if ladder.acknowledged == why else _climb(ladder, f, why)


def _climb(ladder: Ladder, f: Facts, why: str) -> Ladder:
    since_s = ladder.since_s if ladder.since_s != inf else f.now_s
    on_s = f.now_s - since_s
    due = 0 if on_s < SPEECH_S else 1 + int((on_s - SPEECH_S) // AGAIN_S)
    level = TONE if on_s < SPEECH_S else SPEECH if on_s < NOTICE_S else NOTICE
    speech: tuple[str, ...] = ()
    if due > ladder.said:
        speech = (LADDER_WORDS[why],) if why in NO_RESCUE else (LADDER_WORDS[why], *RESCUE_STEPS)
    if since_s == ladder.since_s and not speech and not ladder.speech and level == ladder.level and why == ladder.cause:
        return ladder
    return Ladder(since_s=since_s, cause=why, said=due, level=level, speech=speech)
