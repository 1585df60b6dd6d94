"""The help ladder (SR14): tone at once, speech at 10 s, remote notice at 30 s, again each minute.  Pure.

Its causes are judged in `cause`; the emergency stop never silences it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from controller.core.facts import Facts
from controller.core.model import Mode
from controller.core.wire import BoardMode, Contact, StatusFlag
from controller.core.words import LADDER_WORDS, RESCUE_STEPS

TONE, SPEECH, NOTICE = 1, 2, 3
SPEECH_S = 10.0
NOTICE_S = 30.0
AGAIN_S = 60.0
DIZZY_LONG_S = 300.0
"""TP11: dizziness that lasts longer than this wants a doctor."""

LOCKS_JAM_S = 60.0
"""SR14, ankle locks jammed: this long after RELEASE OK without a lock opening, the person is asked."""


PROGRESS_DEG = 0.5
"""A return that has come this much nearer has made progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """When the return last came nearer, or motion became due; infinity while none is due."""

    since_s: float = inf
    nearest_deg: float = 999.0


NOT_DUE = Progress()


def progress(last: Progress, f: Facts) -> Progress:
    """One tick of watching a return come nearer."""
    if not motion_due(f):
        return NOT_DUE
    if last.since_s == inf or (f.angle_known and f.angle_deg < last.nearest_deg - PROGRESS_DEG):
        return Progress(since_s=f.now_s, nearest_deg=f.angle_deg)
    return last


def _stuck(last: Progress, f: Facts) -> bool:
    """No progress for too long; a rest that the board may be taking by itself is waited for."""
    allowed_s = f.limits.no_progress_s + (f.limits.rest_s if board_may_rest(f) else 0.0)
    return f.now_s - last.since_s > allowed_s


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


def cause(f: Facts, last: Progress) -> str:
    """Why help is needed, or nothing.  The first that applies names it."""
    if f.at_upright:
        return "locks_jam" if f.mode is Mode.RELEASE and not f.watch.opened_at_upright and f.in_mode_s > LOCKS_JAM_S else ""
    if f.mode is Mode.LEVEL_WAIT:
        return "level_wait"
    if f.mode in (Mode.STOPPED, Mode.RESCUE) and f.off_upright and f.now_s - f.watch.estop_since_s > f.limits.estop_ladder_s:
        return "estop_waiting"
    if f.mode is Mode.STOPPED and f.off_upright and f.in_mode_s > f.limits.estop_ladder_s:
        return "estop_waiting"
    if f.mode is Mode.FAULT and f.off_upright and f.in_mode_s > f.limits.no_progress_s:
        return "faulted"
    if _stuck(last, f):
        return "no_progress" if f.board_ok else "unheard"
    if f.session and f.inverted and f.time_left_s <= 0.0:
        return "time_up"
    if f.mode is Mode.DIZZY_WAIT and f.in_mode_s > DIZZY_LONG_S:
        return "dizzy"
    return "board" if f.flags & StatusFlag.LADDER else ""


def motion_due(f: Facts) -> bool:
    """A return ought to be moving now; SR3's rest, TP10's and SR15's waits are other modes or the board's own rest."""
    if f.mode is Mode.RETURNING:
        return f.off_upright
    if f.mode is Mode.BOARD_RETURN:
        waits = f.flags & StatusFlag.LEVEL_WAIT or f.contacts & Contact.RELEASE
        return not waits and not f.at_upright
    return f.mode is Mode.RESCUE and f.board_mode is BoardMode.RESCUE


def board_may_rest(f: Facts) -> bool:
    """The board may be taking the rest by itself: at rest, within the gate or past it."""
    past = not f.angle_known or f.angle_deg <= f.limits.gate_deg + f.limits.gate_half_deg
    return past and not f.flags & StatusFlag.REST_DONE


def update(ladder: Ladder, f: Facts, why: str, *, answered: bool) -> Ladder:
    """One tick.  Once on it repeats until upright, or until the person answers when its cause has gone."""
    if not why:
        if ladder.since_s == inf:
            return OFF
        if f.at_upright or answered or ladder.cause == "level_wait":
            return OFF
        why = ladder.cause
    if f.at_upright and answered:
        return Ladder(acknowledged=why)
    if ladder.acknowledged == why:
        return ladder
    since_s = ladder.since_s if ladder.since_s != inf else f.now_s
    on_s = f.now_s - since_s
    due = 0 if on_s < SPEECH_S else 1 + int((on_s - SPEECH_S) // AGAIN_S)
    level = TONE if on_s < SPEECH_S else SPEECH if on_s < NOTICE_S else NOTICE
    speech = (LADDER_WORDS[why], *RESCUE_STEPS) if due > ladder.said else ()
    if why in ("level_wait", "locks_jam") and speech:
        speech = speech[:1]
    if since_s == ladder.since_s and not speech and not ladder.speech and level == ladder.level and why == ladder.cause:
        return ladder
    return Ladder(since_s=since_s, cause=why, said=due, level=level, speech=speech)
