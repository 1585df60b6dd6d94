"""Situations in which a mad Pi may find a person, each reached by a good one with the buttons really pressed.  Judges nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sim.orders import DOWN, HOLD, UP, Order, Pi

ANSWERS_EVERY_S = 40.0
LATE_USED_S = 530.0


def press(pi: Pi, button: str, order: Order = HOLD) -> None:
    """0.1 s, and let go."""
    pi.world.press(button)
    pi.obey(replace(order, lasts_s=0.1))
    pi.world.press(button, pressed=False)
    pi.obey(replace(order, lasts_s=0.06))


def lie_down(pi: Pi) -> None:
    """In the table, each lock seen open and then closed, everything read."""
    pi.world.estop(pressed=False)
    pi.world.set_mains(True)
    pi.obey(replace(HOLD, lasts_s=1.0))
    pi.world.close_ankles()
    pi.obey(replace(HOLD, lasts_s=2.0))


def started_long_ago(pi: Pi) -> None:
    """START was pressed and nothing came of it for eight seconds."""
    lie_down(pi)
    press(pi, "start")
    pi.obey(replace(HOLD, lasts_s=8.0))


def _down_to(pi: Pi, angle_deg: float, rate_dps: float = 3.0) -> None:
    lie_down(pi)
    press(pi, "start")
    pi.until(lambda now: now.angle_deg > angle_deg - 4.0, replace(DOWN, rate_dps=rate_dps), within_s=120.0)
    pi.until(lambda now: now.angle_deg > angle_deg - 0.05, replace(DOWN, rate_dps=0.3), within_s=60.0)
    pi.obey(HOLD)


def deep(pi: Pi) -> None:
    """In a session, at 60 degrees."""
    _down_to(pi, 60.0)


def at_the_limit(pi: Pi) -> None:
    """In a session, at 88 degrees."""
    _down_to(pi, 88.0)


def before_the_gate(pi: Pi) -> None:
    """On the way up at RETURN's wish, at 33 degrees, no rest taken."""
    _down_to(pi, 38.0)
    press(pi, "return", UP)
    pi.until(lambda now: now.angle_deg < 33.0, UP, within_s=60.0)


def past_the_gate(pi: Pi) -> None:
    """In a session that is still on its way down, at 20 degrees."""
    _down_to(pi, 20.0)


def stopped(pi: Pi) -> None:
    """The mushroom was hit at 40 degrees and is out again."""
    _down_to(pi, 40.0)
    pi.world.estop()
    pi.obey(replace(HOLD, lasts_s=1.0))
    pi.world.estop(pressed=False)
    pi.obey(replace(HOLD, lasts_s=1.0))


def reset_below_level(pi: Pi) -> None:
    """The board was reset at 45 degrees."""
    _down_to(pi, 45.0)
    pi.world.reset_board()
    pi.obey(replace(HOLD, lasts_s=0.3))


def late(pi: Pi) -> None:
    """At 60 degrees with 70 seconds of the ten minutes left."""
    deep(pi)
    while pi.now.inverted_s < LATE_USED_S:
        pi.obey(replace(HOLD, lasts_s=min(ANSWERS_EVERY_S, LATE_USED_S + 0.02 - pi.now.inverted_s)))
        press(pi, "ok")


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Its name, how it comes about, and what the person does while the Pi is mad."""

    name: str
    reach: Callable[[Pi], None]
    answers: bool = False  # presses OK now and then, which keeps the board from bringing them up unasked
    long_s: float = 60.0  # of a stream, at most


SITUATIONS: tuple[Situation, ...] = (
    Situation(name="upright, START never pressed", reach=lie_down, long_s=30.0),
    Situation(name="upright, START pressed long ago", reach=started_long_ago, long_s=30.0),
    Situation(name="20 deg, going down", reach=past_the_gate),
    Situation(name="33 deg, coming up", reach=before_the_gate),
    Situation(name="60 deg", reach=deep, answers=True),
    Situation(name="88 deg", reach=at_the_limit),
    Situation(name="emergency stop released at 40 deg", reach=stopped, long_s=30.0),
    Situation(name="board reset at 45 deg", reach=reset_below_level),
    Situation(name="530 s inverted", reach=late, answers=True, long_s=150.0),
)
"""Every place where a rule stands between the Pi's wish and the person."""
