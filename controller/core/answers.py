"""Are you all right?  (SR15)  Pure; counts inverted seconds since the person last answered."""

from __future__ import annotations

from dataclasses import dataclass

from controller.core.limits import Limits
from controller.core.quick import closed, drafter


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """How long nothing has been heard from the person while inverted, and whether they have been asked."""

    quiet_s: float = 0.0
    asked: bool = False
    unanswered: bool = False  # until they answer


HEARD = Ask()
_ask = drafter(Ask)


def update(ask: Ask, limits: Limits, dt_s: float, inverted: bool, answered: bool) -> Ask:
    """One tick.  A question that was asked stays open when level is reached: silence is still silence."""
    if answered or not (inverted or ask.asked):
        return HEARD
    quiet_s = ask.quiet_s + dt_s
    new = _ask()
    new.quiet_s = quiet_s
    new.asked = quiet_s >= limits.ask_every_s
    new.unanswered = quiet_s >= limits.ask_every_s + limits.answer_within_s
    return closed(new, Ask)
