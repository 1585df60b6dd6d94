"""Emergency-stop edge to outputs off, measured cycle by cycle on the real binary: every phase of a tick, under ten kinds of traffic.

    python -m sim.avr.latency                     a sample: 200 phases for each kind of traffic
    python -m sim.avr.latency --every 1           all 16 000 phases for each; --every N takes each Nth

The board is in the descent of a real session, bridge working; each edge is put on a forked copy of it.
"""

from __future__ import annotations

import argparse
import os
import random
import struct
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median

from sim.agenda import Agenda
from sim.avr.processor import CLOCK_HZ, MS_CYCLES, Processor
from sim.cli import SHIPPED
from sim.runner import Run
from sim.scenario_loader import load_scenario

BUDGET_US = 10.0
BUDGET_MEDIAN_US = 1.5
WAIT_CYCLES = 1600
"""100 us: what is not off by then is missed."""
FAST_DPS = 0.5
"""Well under way."""
MISSED = -1
US = 1e6 / CLOCK_HZ
OUTPUTS = ("down", "up", "PB0", "PD6")
"""Both sides of the bridge, brake coil, contactor."""

Traffic = Callable[[Processor, random.Random], None]


def _quiet(board: Processor, dice: random.Random) -> None:
    """Nothing on any wire."""


def _bytes(size: int) -> Traffic:
    def send(board: Processor, dice: random.Random) -> None:
        board.send(dice.randbytes(size))

    return send


def _zeros(board: Processor, dice: random.Random) -> None:  # noqa: ARG001  # one signature for all
    board.send(bytes(25))


def _encoder(steps: int) -> Traffic:
    def turn(board: Processor, dice: random.Random) -> None:
        for step in range(steps):
            at = board.cycle + (step + 1) * MS_CYCLES // (steps + 1) + dice.randrange(400)
            board.set_pin_at(at, "PD4" if step % 2 == 0 else "PD5", step % 4 < 2)

    return turn


def _both(board: Processor, dice: random.Random) -> None:
    _bytes(25)(board, dice)
    _encoder(4)(board, dice)


def _contacts(board: Processor, dice: random.Random) -> None:
    for name in ("PB3", "PB4", "PC3", "PC4", "PC5"):
        board.set_pin_at(board.cycle + 1 + dice.randrange(MS_CYCLES), name, dice.random() < 0.5)


def _noisy_converter(board: Processor, dice: random.Random) -> None:
    for channel, middle in ((1, 512), (2, 760), (6, 770)):
        board.set_counts(channel, middle + dice.randrange(-30, 31))


def _all(board: Processor, dice: random.Random) -> None:
    for traffic in (_both, _contacts, _noisy_converter):
        traffic(board, dice)


PATTERNS: dict[str, Traffic] = {
    "quiet": _quiet,
    "one command": _bytes(20),
    "flood of noise": _bytes(25),
    "flood of frame ends": _zeros,
    "slow encoder": _encoder(1),
    "fast encoder": _encoder(3),
    "noise on the encoder": _encoder(40),
    "flood and encoder": _both,
    "every contact": _contacts,
    "everything": _all,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of one kind of traffic."""

    pattern: str
    samples: int
    missed: int
    least_us: float
    median_us: float
    p999_us: float
    most_us: float


def driving_run() -> Run:
    """A session on the real binary, in its descent: the bridge works, brake and contactor are energised."""
    run = Run(load_scenario(SHIPPED / "sessions" / "week_1.toml"), "fast", 1, lambda _moment: None, "avr")
    agenda = Agenda(run.scenario, run)
    run.habits.begin()
    row = run.recorder.row()
    while row.pi_mode != "DESCENDING" or row.rate_dps < FAST_DPS:
        run.tick(agenda, row)
        row = run.recorder.row()
        run.habits.live(row)
    run.world.run_ms(10)  # not long: a Pi that is silent for 100 ms ends the descent
    return run


def _measure(board: Processor, phase: int, channel: str, traffic: Traffic, dice: random.Random) -> int:
    """Cycles from the edge until bridge, brake and contactor are all off; MISSED if 100 us did not do."""
    board.tell("BD")
    board.events()
    traffic(board, dice)
    board.run_ms(1)
    traffic(board, dice)
    edge = board.cycle + phase
    board.set_pin_at(edge, channel, high=True)
    board.run_to(edge + WAIT_CYCLES)
    if board.duty(0) != 0.0 or board.duty(1) != 0.0 or board.pin("PB0") or board.pin("PD6"):
        return MISSED
    switched = [event.cycle for event in board.events() if event.what in OUTPUTS and event.value == 0 and event.cycle >= edge]
    return max(switched) - edge if switched else MISSED


def _one(board: Processor, phase: int, pattern: str, seed: int) -> int:
    return _measure(board, phase, ("PD2", "PD3")[phase % 2], PATTERNS[pattern], random.Random(seed * 100_003 + phase))


def in_a_copy(measure: Callable[[], int]) -> int:
    """A forked process measures and ends: the copy of a running processor that its library cannot make."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, struct.pack("<i", measure()))
        os._exit(0)
    os.close(writer)
    said = os.read(reader, 4)
    os.close(reader)
    os.waitpid(child, 0)
    return MISSED if len(said) != 4 else int(struct.unpack("<i", said)[0])


def taken(board: Processor, pattern: str, phases: range, *, seed: int = 1) -> list[int]:
    """Cycles from the edge to everything off at each of these phases of a tick, or MISSED; odd phases on channel B, even ones on A."""
    return [in_a_copy(partial(_one, board, phase, pattern, seed)) for phase in phases]


def figures(pattern: str, cycles: Sequence[int]) -> Figures:
    """Of one kind of traffic, or of several together."""
    good = sorted(cycle for cycle in cycles if cycle != MISSED) or [MISSED]
    return Figures(
        pattern=pattern, samples=len(cycles), missed=sum(cycle == MISSED for cycle in cycles), least_us=good[0] * US,
        median_us=median(good) * US, p999_us=good[min(len(good) - 1, int(len(good) * 0.999))] * US, most_us=good[-1] * US,
    )  # fmt: skip


def sweep(run: Run, pattern: str, phases: range, *, seed: int = 1) -> Figures:
    """One kind of traffic over these phases of a tick."""
    return figures(pattern, taken(run.world.processor, pattern, phases, seed=seed))


def _line(found: Figures) -> str:
    return (
        f"{found.pattern:<22} {found.samples:>7} {found.missed:>6} {found.least_us:>8.2f} {found.median_us:>8.2f} "
        f"{found.p999_us:>8.2f} {found.most_us:>8.2f}"
    )


def main() -> int:
    """Print the table; 1 if an edge was missed or the worst is over budget."""
    parser = argparse.ArgumentParser(description="Emergency-stop edge to outputs off, on the real binary.")
    parser.add_argument("--every", type=int, default=80, help="take each Nth of the 16 000 phases (default %(default)s)")
    parser.add_argument("--pattern", choices=tuple(PATTERNS), help="this traffic only")
    given = parser.parse_args()
    sys.stdout.write(f"{'traffic':<22} {'edges':>7} {'missed':>6} {'min us':>8} {'median':>8} {'p99.9':>8} {'max us':>8}\n")
    run = driving_run()
    worst = 0.0
    missed = 0
    for pattern in (given.pattern,) if given.pattern else tuple(PATTERNS):
        found = sweep(run, pattern, range(0, MS_CYCLES, given.every))
        worst, missed = max(worst, found.most_us), missed + found.missed
        sys.stdout.write(_line(found) + "\n")
        sys.stdout.flush()
    sys.stdout.write(f"budget {BUDGET_US} us worst, {BUDGET_MEDIAN_US} us median, none missed\n")
    return 0 if missed == 0 and worst <= BUDGET_US else 1


if __name__ == "__main__":
    sys.exit(main())
