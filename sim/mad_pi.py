"""A Pi gone mad: a search for any stream of valid commands that makes the drive board hurt somebody.

    python -m sim.mad_pi                          300 streams for each situation and aim, on the board's C code
    python -m sim.mad_pi --streams 5000
    python -m sim.mad_pi --avr 2                  and the worst two of each replayed on the flashed binary with the monitors on

Every frame is whole, in sequence, in time, from our own schema, with the challenge answered; what it asks for is whatever the search likes,
lies about the angle included.  Random streams first, then changes to the worst ones, towards each aim; judged on the truth of the physics.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import partial

from controller.core.wire import Request
from controller.exit_codes import ExitCode
from sim.arguments import any_seed, whole
from sim.build import BuildError
from sim.copies import in_a_copy
from sim.mad_judge import AIMS, OWED, Aim, Judge, monitored
from sim.mad_situations import ANSWERS_EVERY_S, SITUATIONS, Situation
from sim.monitors import Violation
from sim.orders import TICK_MS, Order, Pi
from sim.world import Snapshot, World

MOST_ORDERS = 14
RANDOM_SHARE = 0.3
KEPT = 10
"""The worst so far, from which the next ones are made."""
REQUESTS = (0, 1, 1, 1, 2, 2, 3, 4, 4, 5, 6)
RATES_DPS = (-3.0, -1.5, -0.75, -0.3, -0.05, 0.0, 0.05, 0.2, 0.75, 1.5, 3.0)
FLAGS = (8, 8, 0, 10, 12, 14, 40, 63)
PERMITTED_DEG = (90.0, 90.0, 90.0, 60.0, 30.0, 0.0, -60.0, -90.0)
LIES_DEG = (None, None, 0.0, 1.0, -1.0, 5.0, -5.0, 60.0, -120.0)
LASTS_S = (0.02, 0.04, 0.1, 0.3, 1.0, 3.0, 9.0, 12.5, 20.0, 45.0)
EVERY_MS = (20, 20, 20, 40, 80, 120)

Stream = tuple[Order, ...]
"""Orders, one after another; the last one goes on to the end."""


def random_order(dice: random.Random) -> Order:
    """Any at all; mostly at the values where a rule begins to count."""
    rough = dice.random() < 0.25
    return Order(
        request=dice.choice(REQUESTS),
        rate_dps=round(dice.uniform(-3.0, 3.0), 2) if rough else dice.choice(RATES_DPS),
        flags=dice.randrange(64) if rough else dice.choice(FLAGS),
        permitted_deg=round(dice.uniform(-90.0, 90.0), 1) if rough else dice.choice(PERMITTED_DEG),
        lie_deg=dice.choice(LIES_DEG),
        lasts_s=dice.choice(LASTS_S) * dice.uniform(0.7, 1.3),
        every_ms=dice.choice(EVERY_MS),
    )


def random_stream(dice: random.Random) -> Stream:
    return tuple(random_order(dice) for _ in range(dice.randint(1, MOST_ORDERS)))


def changed(stream: Stream, dice: random.Random) -> Stream:
    """One to three small changes."""
    orders = list(stream)
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(len(orders))
        way = dice.randrange(5)
        if way == 0 and len(orders) < MOST_ORDERS:
            orders.insert(at, random_order(dice))
        elif way == 1 and len(orders) > 1:
            del orders[at]
        elif way == 2:
            orders[at] = replace(
                orders[at], lasts_s=max(TICK_MS / 1000, orders[at].lasts_s * dice.choice((0.3, 0.8, 0.95, 1.05, 1.2, 3.0)))
            )
        else:
            name = dice.choice(("request", "rate_dps", "flags", "permitted_deg", "lie_deg", "every_ms"))
            orders[at] = replace(orders[at], **{name: getattr(random_order(dice), name)})
    return tuple(orders)


def play(pi: Pi, situation: Situation, stream: Stream) -> None:
    """The stream from now on, with the person doing what they do in this situation."""
    left_s, answer_s = situation.long_s, ANSWERS_EVERY_S
    queue = list(stream)
    while left_s > 0.0:
        order = queue.pop(0) if queue else replace(stream[-1], lasts_s=left_s)
        while order.lasts_s > 1e-9 and left_s > 0.0:
            part_s = max(TICK_MS / 1000, min(order.lasts_s, left_s, answer_s))
            pi.obey(replace(order, lasts_s=part_s))
            order = replace(order, lasts_s=order.lasts_s - part_s)
            left_s, answer_s = left_s - part_s, answer_s - part_s
            if answer_s <= 0.0:
                answer_s = ANSWERS_EVERY_S
                pi.world.press("ok", pressed=situation.answers)
                pi.obey(replace(stream[-1], lasts_s=0.1))
                pi.world.press("ok", pressed=False)


@dataclass(slots=True)
class Found:
    """What the search made of one situation and one aim."""

    situation: Situation
    aim: Aim
    streams: int = 0
    frames: int = 0
    worst: list[tuple[float, Stream]] = field(default_factory=list)  # greatest first

    @property
    def value(self) -> float:
        return self.worst[0][0]

    @property
    def broken(self) -> bool:
        return self.value > self.aim.most

    def keep(self, value: float, stream: Stream) -> None:
        self.worst = sorted([*self.worst, (value, stream)], key=lambda item: -item[0])[:KEPT]


def _one(world: World, ready: Snapshot, found: Found, stream: Stream) -> None:
    world.restore(ready)
    pi = Pi(world)
    judge = Judge(pi.now)
    pi.each = judge
    play(pi, found.situation, stream)
    found.streams += 1
    found.frames += pi.frames
    found.keep(found.aim.of(judge), stream)


def search(world: World, ready: Snapshot, situation: Situation, aim: Aim, streams: int, seed: int) -> Found:
    """Random streams, then changes to the worst; stops at the first that breaks the rule."""
    dice = random.Random(f"{seed} {situation.name} {aim.name}")
    found = Found(situation, aim)
    while found.streams < streams and not (found.worst and found.broken):
        fresh = found.streams < streams * RANDOM_SHARE or dice.random() < 0.1
        _one(world, ready, found, random_stream(dice) if fresh else changed(dice.choice(found.worst)[1], dice))
    return found


def reached(situation: Situation, board: str = "native") -> World:
    """A world in this situation."""
    world = World(board=board)
    situation.reach(Pi(world))
    return world


def excused(violation: Violation, stream: Stream) -> bool:
    """What the Pi may ask for at any time: an emergency-stop reaction, which brakes hard, and DIZZY's way back to 30 degrees."""
    asked = {order.request for order in stream}
    hard_stop = violation.monitor == "acceleration" and "slowing" in violation.says and Request.TRIP in asked
    return hard_stop or (violation.monitor == "return_only" and Request.DIZZY_BACK in asked)


def replayed(situation: Situation, streams: Iterable[Stream], board: str) -> list[str]:
    """The streams from this situation with every monitor of OWED on, from before START; what those saw broken."""
    world = World(board=board)
    each, watch = monitored(world)
    pi = Pi(world, each)
    situation.reach(pi)

    def one(stream: Stream) -> list[str]:
        play(pi, situation, stream)
        return [str(each) for each in watch.violations if each.monitor in OWED and not excused(each, stream)]

    return [text for stream in streams for text in in_a_copy(partial(one, stream))]


def aims_of(situation: Situation) -> list[Aim]:
    return [aim for aim in AIMS if aim.only in situation.name]


def line(found: Found, seen: list[str]) -> str:
    """One row of the table."""
    verdict = "BROKEN" if found.broken else ("held" if not seen else "BROKEN: " + "; ".join(sorted(set(seen))))
    return (
        f"{found.situation.name:<34} {found.aim.name:<36} {found.aim.rule:<5} {found.streams:>7} {found.frames:>9} "
        f"{found.value:>9.2f} {found.aim.most:>7.2f}  {verdict}"
    )


def main() -> int:
    """Print the table; 1 if any stream broke a rule."""
    parser = argparse.ArgumentParser(description="Streams of valid commands that try to make the drive board hurt somebody.")
    parser.add_argument("--streams", type=whole(1, 1_000_000), default=300, help="for each situation and aim (default %(default)s)")
    parser.add_argument("--seed", type=any_seed, default=1)
    parser.add_argument("--avr", type=whole(0, 1000), default=0, metavar="N", help="replay the worst N of each on the flashed binary")
    parser.add_argument("--situation", default="", help="only those whose name contains this")
    given = parser.parse_args()
    try:
        return _table(given)
    except BuildError as error:
        sys.stderr.write(f"{error}\n")
        return ExitCode.UNAVAILABLE


def _table(given: argparse.Namespace) -> int:
    sys.stdout.write(f"{'situation':<34} {'aim':<36} {'rule':<5} {'streams':>7} {'frames':>9} {'worst':>9} {'most':>7}\n")
    streams = frames = bad = again = 0
    for situation in (each for each in SITUATIONS if given.situation in each.name):
        world = reached(situation)
        ready = world.snapshot()
        for aim in aims_of(situation):
            found = search(world, ready, situation, aim, given.streams, given.seed)
            worst = [stream for _, stream in found.worst]
            seen = replayed(situation, worst[:3], "native") + replayed(situation, worst[: given.avr], "avr")
            again += min(len(worst), given.avr)
            streams, frames, bad = streams + found.streams, frames + found.frames, bad + bool(found.broken or seen)
            sys.stdout.write(line(found, seen) + "\n")
            if found.broken or seen:
                sys.stdout.write("".join(f"    {order}\n" for order in worst[0]))
            sys.stdout.flush()
    sys.stdout.write(f"{streams} streams, {frames} frames, {again} replayed on the flashed binary; {bad} rules broken\n")
    return ExitCode.CHECK_FAILED if bad else ExitCode.OK


if __name__ == "__main__":
    sys.exit(main())
