"""Points that a person confirms with OK, one after another, while the table stands idle (TP3, TP15).  Pure; moves nothing.

It is no mode: whatever the table has to do or to say otherwise closes it.  OK counts only when it goes down alone and is let go
soon, so that the holds of a reset and an inspection, and every OK that answers SR15, mean here what they mean everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf

from controller.core import buttons
from controller.core.asking import Asking, Confirmed, Question
from controller.core.facts import Facts
from controller.core.members import MODE
from controller.core.model import Mode

SHORT_S = 1.0
"""OK held longer than this means something else (SR1's reset: 3 s, SR6's inspection: 5 s)."""

LEAVES_AFTER_S = 60.0
"""Whoever has pressed nothing for so long is no longer there; what they had confirmed is forgotten."""

ALL_HINT = "OK: yes. SELECT: another point. RETURN: leave."
ONE_HINT = "OK: yes. SELECT: the next. RETURN: leave."
LEFT_WORDS = "Left. Nothing is recorded."
LOCKS_WORDS = "Close both ankle locks until they click, then press OK."
SELECT = buttons.SELECT_MINUS | buttons.SELECT_PLUS


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """Where it stands."""

    asking: Asking | None = None  # what is gone through; None: closed
    at: int = 0  # the point that is shown
    yes: frozenset[int] = frozenset()  # points confirmed so far
    heard_s: float = 0.0  # when something was last pressed
    ok_since_s: float = inf  # since when OK has been down, alone and pressed while idle
    confirmed: Confirmed | None = None  # this tick only
    says: str = ""  # this tick only

    @property
    def question(self) -> Question | None:
        """The point that is shown."""
        return None if self.asking is None else self.asking.questions[self.at]


CLOSED = Dialogue()


def update(last: Dialogue, f: Facts, mode: Mode, calling: bool) -> Dialogue:
    """One tick.  `calling`: help is being called (SR14)."""
    asking = f.inputs.permission.asking
    if asking is None or mode is not MODE.IDLE or calling or not f.at_upright:
        return CLOSED
    if last is CLOSED and not f.buttons.pressed & buttons.OK:
        return last
    since_s, short = _ok(last, f)
    if last.asking is None:
        opened = replace(_shown(Dialogue(asking=asking), 0, f), ok_since_s=since_s)
        return opened if short else _waiting(since_s)
    if last.asking is not asking and last.asking != asking:
        return CLOSED  # somebody else, or it has been confirmed elsewhere
    return _go_on(replace(last, asking=asking, ok_since_s=since_s, says=""), f, short=short)


def _waiting(since_s: float) -> Dialogue:
    return CLOSED if since_s == inf else Dialogue(ok_since_s=since_s)


def _ok(last: Dialogue, f: Facts) -> tuple[float, bool]:
    """Since when OK has been down alone, and whether it has just been let go after a short press."""
    if f.buttons.down & buttons.OK:
        alone = f.buttons.down == buttons.OK
        began_s = f.now_s if f.buttons.pressed & buttons.OK else last.ok_since_s
        return (began_s if alone else inf), False
    return inf, last.ok_since_s != inf and f.now_s - last.ok_since_s <= SHORT_S


def _go_on(now: Dialogue, f: Facts, *, short: bool) -> Dialogue:
    if f.buttons.pressed & buttons.RETURN or f.now_s - now.heard_s > LEAVES_AFTER_S:
        return Dialogue(says=LEFT_WORDS)
    if short:
        return _yes(now, f)
    if f.buttons.pressed & SELECT:
        return _shown(now, now.at + (1 if f.buttons.pressed & buttons.SELECT_PLUS else -1), f)
    return now


def _yes(now: Dialogue, f: Facts) -> Dialogue:
    """The point that is shown holds; on to the next one that has not been confirmed."""
    asking, question = now.asking, now.question
    if asking is None or question is None:
        return CLOSED
    if question.with_locks and not f.ankles_ok:
        return replace(now, heard_s=f.now_s, says=LOCKS_WORDS)
    yes = now.yes | {now.at}
    left = [at for at in range(len(asking.questions)) if at not in yes]
    if asking.one or not left:
        keys = tuple(asking.questions[at].key for at in ([now.at] if asking.one else sorted(yes)))
        return Dialogue(confirmed=Confirmed(occasion=asking.occasion, keys=keys), says=asking.done)
    after = [at for at in left if at > now.at]
    return _shown(replace(now, yes=yes), (after or left)[0], f)


def _shown(now: Dialogue, at: int, f: Facts) -> Dialogue:
    """Another point is shown and spoken."""
    moved = replace(now, at=at % len(now.asking.questions) if now.asking else 0, heard_s=f.now_s)
    return replace(moved, says=moved.question.says if moved.question else "")


def lines(now: Dialogue) -> tuple[str, str]:
    """The first display line, with a tick for what has been confirmed, and the text that runs through the second."""
    asking, question = now.asking, now.question
    if asking is None or question is None:
        return "", ""
    mark = " yes" if now.at in now.yes else ""
    return f"{now.at + 1}/{len(asking.questions)} {question.title}{mark}", f"{question.shows} {ONE_HINT if asking.one else ALL_HINT}"
