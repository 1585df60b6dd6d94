"""A body and its owner's habits over a year, as far as the programme can see them: pain, reach, nights, days off, slips.  No medicine.

The figures are chosen so that every rule of the programme has work to do; nothing here says what inversion does to anybody.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from controller.programme.model import Condition, Contraindication
from controller.programme.sessions import StopSign


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """How one person is doing today."""

    pain_ratio: float  # 0 none, 1 the worst
    toe_touch_cm: float
    night_ratio: float  # how often a night hurts
    eager_ratio: float  # how often they want a session on a day
    away_days: int = 0  # a holiday, an illness: days left of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """What does not change in a year."""

    condition: Condition
    yes: frozenset[Contraindication]
    gain_ratio: float  # how much of the pain a session takes
    slip_ratio: float  # how often a session ends with a stop sign
    away_ratio: float  # how often a day begins an absence


def character(dice: Random) -> Character:
    """Somebody who might come to a clinic."""
    yes = frozenset(question for question in Contraindication if dice.random() < 0.03)
    return Character(
        condition=dice.choices(list(Condition), weights=(6, 2, 1, 2, 1))[0],
        yes=yes,
        gain_ratio=dice.uniform(0.002, 0.012),
        slip_ratio=dice.uniform(0.0, 0.01),
        away_ratio=dice.uniform(0.0, 0.01),
    )


def body(dice: Random) -> Body:
    """On the first day."""
    return Body(
        pain_ratio=dice.uniform(0.3, 0.8),
        toe_touch_cm=dice.uniform(4.0, 25.0),
        night_ratio=dice.uniform(0.1, 0.8),
        eager_ratio=dice.uniform(0.4, 1.0),
    )


def next_day(now: Body, who: Character, dice: Random) -> Body:
    """A night passed."""
    if now.away_days:
        return replace(now, away_days=now.away_days - 1)
    away_days = dice.randint(3, 30) if dice.random() < who.away_ratio else 0
    return replace(now, pain_ratio=min(1.0, max(0.0, now.pain_ratio + dice.gauss(0.0, 0.015))), away_days=away_days)


def after_session(now: Body, who: Character) -> Body:
    """What a session leaves."""
    left = 1.0 - who.gain_ratio
    return replace(now, pain_ratio=now.pain_ratio * left, toe_touch_cm=now.toe_touch_cm * left, night_ratio=now.night_ratio * left)


def sign(who: Character, dice: Random) -> StopSign | None:
    """What a session may end with."""
    return dice.choice(list(StopSign)) if dice.random() < who.slip_ratio else None
