"""`inversion-table-sim bench`: cost of a tick, times real time, whether a seed repeats to the byte.  Measures; decides nothing.

The only file of the simulator that reads a wall clock to learn something; what it learns are ratios and counts of one run on one machine.
"""

from __future__ import annotations

import argparse
import hashlib
import platform
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from controller.core.limits import Limits
from controller.core.model import Inputs, Latches, Outputs
from controller.core.state import State
from controller.core.step import step
from controller.exit_codes import ExitCode
from controller.ports import Machine
from controller.programme.protocols import builtin_protocols
from sim import bench_rates
from sim.arguments import any_seed, number
from sim.autopilot import Autopilot
from sim.build import ROOT, BuildError
from sim.desk import DEPTHS, Desk, as_it_is
from sim.generated import replace_part

DOCUMENT = ROOT / "docs" / "performance.md"
BEGIN = "<!-- bench -->"
SESSION_S = 600.0
STEP_BUDGET_US = 60.0
TICK_P99_BUDGET_US = 1000.0
SPEED_BUDGET = {"fast": 500.0}
"""Budgets of the project's plan: times real time on one core, whole stack with the native board."""
SESSIONS_BUDGET, INJECTIONS_BUDGET = 20_000.0, 1_000_000.0  # an hour, two cores
START_BUDGET_S, MEMORY_BUDGET_MB, GROWTH_BUDGET_MB = 1.5, 80.0, 1.0
FORKED_MOMENTS = 6
RUNS = 3
"""Speeds are the median of so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """How long something took, over many times."""

    count: int
    mean_us: float
    p50_us: float
    p99_us: float
    p999_us: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One measured row."""

    what: str
    found: str
    budget: str = ""
    held: bool = True


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    parser = subparsers.add_parser("bench", help="measure: cost of a tick, times real time, same seed same bytes", description=__doc__)
    parser.add_argument("--seed", type=any_seed, default=1)
    parser.add_argument(
        "--hours", type=number(0.2, 1000), default=1.0, help="simulated hours over which memory is watched (24: some minutes)"
    )
    parser.add_argument("--write", action="store_true", help="put the figures into docs/performance.md")
    return parser


def main(args: argparse.Namespace) -> int:
    lines: list[Line] = []
    sys.stdout.write(f"{where()}\n")
    try:
        for line in measure(args.seed, args.hours):
            lines.append(line)
            sys.stdout.write(f"{line.what:<58} {line.found:<52} {line.budget}{'' if line.held else '  NOT HELD'}\n")
            sys.stdout.flush()  # some take minutes: who looks on sees how far it is
    except BuildError as error:
        sys.stderr.write(f"{error}\n")
        return int(ExitCode.UNAVAILABLE)
    command = f"inversion-table-sim bench --seed {args.seed} --hours {args.hours:g}"
    if args.write:
        try:
            write(DOCUMENT, command, lines)
        except OSError as error:
            sys.stderr.write(f"{DOCUMENT}: cannot be written: {error.strerror}\n")
            return int(ExitCode.CANNOT_WRITE)
    return int(ExitCode.OK if all(line.held for line in lines) else ExitCode.CHECK_FAILED)


def where() -> str:
    return f"Python {platform.python_version()} on {platform.machine()}, times of one core's work"


# ------------------------------------------------------------------ measuring


class Timed:
    """A machine that notes when its tick begins (sense) and ends (act), and keeps what was sensed."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._begun_ns = 0
        self.spent_ns: list[int] = []
        self.inputs: list[Inputs] = []

    def sense(self) -> Inputs:
        self._begun_ns = time.thread_time_ns()
        sensed = self._machine.sense()
        self.inputs.append(sensed)
        return sensed

    def act(self, outputs: Outputs) -> None:
        self._machine.act(outputs)
        self.spent_ns.append(time.thread_time_ns() - self._begun_ns)

    def wait_for_tick(self) -> None:
        self._machine.wait_for_tick()


def session(
    seed: int,
    depth: str,
    *,
    for_s: float = SESSION_S,
    wrap: Callable[[Machine], Machine] = as_it_is,
    look: Callable[[Desk], None] | None = None,
) -> None:
    """Ten minutes of virtual time on the longest built-in protocol, keys pressed by the autopilot."""
    limits = Limits()
    longest = max(builtin_protocols(limits), key=lambda protocol: sum(stage.hold_s for stage in protocol.stages))
    desk = Desk([longest], limits, seed=seed, depth=depth, wrap=wrap)
    autopilot = Autopilot(desk)
    while desk.now_s < for_s:
        key = autopilot.key()
        if key is not None:
            desk.touch(key)
        desk.tick()
        if look is not None:
            look(desk)


def measure(seed: int, hours: float) -> Iterator[Line]:
    """Each figure as soon as it is found."""
    timed = {depth: whole_ticks(seed, depth) for depth in DEPTHS}
    steps = step_cost(timed["fast"].inputs)
    yield cost_line("step() alone, one session's inputs", steps, f"mean <= {STEP_BUDGET_US:g} us", held=steps.mean_us <= STEP_BUDGET_US)
    for depth, machine in timed.items():
        ticks = cost(machine.spent_ns)
        yield cost_line(f"sense, step, act, {depth} depth", ticks, "p99 <= 1 ms", held=ticks.p99_us <= TICK_P99_BUDGET_US)
    for depth in DEPTHS:
        yield speed_line(seed, depth)
    yield from campaign_lines(seed)
    yield from process_lines(seed, hours)
    for depth in DEPTHS:
        first, second = digest(seed, depth), digest(seed, depth)
        found = f"sha256 {first[:16]}, {second[:16]}"
        yield Line(what=f"same seed twice, {depth} depth", found=found, budget="identical", held=first == second)


def whole_ticks(seed: int, depth: str) -> Timed:
    made: list[Timed] = []

    def wrap(machine: Machine) -> Machine:
        made.append(Timed(machine))
        return made[-1]

    session(seed, depth, wrap=wrap)
    return made[0]


def step_cost(inputs: Iterable[Inputs]) -> Cost:
    limits, spent_ns = Limits(), []
    state = State.initial(Latches(inspection_due=False, clean_shutdown=True))
    for reading in inputs:
        begun_ns = time.thread_time_ns()
        state, _ = step(state, reading, limits)
        spent_ns.append(time.thread_time_ns() - begun_ns)
    return cost(spent_ns)


def cost(spent_ns: list[int]) -> Cost:
    ordered = sorted(spent_ns)

    def at(part: float) -> float:
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))] / 1000

    return Cost(count=len(ordered), mean_us=sum(ordered) / len(ordered) / 1000, p50_us=at(0.5), p99_us=at(0.99), p999_us=at(0.999))


def cost_line(what: str, found: Cost, budget: str, *, held: bool) -> Line:
    words = f"mean {found.mean_us:.0f}, p50 {found.p50_us:.0f}, p99 {found.p99_us:.0f}, p99.9 {found.p999_us:.0f} us of {found.count}"
    return Line(what=what, found=words, budget=budget, held=held)


def times_real_time(seed: int, depth: str) -> float:
    """Virtual seconds per second of one core's work: another process on the same core costs nothing, a slower clock does."""
    core_s = time.process_time()
    session(seed, depth)
    return SESSION_S / (time.process_time() - core_s)


def speed_line(seed: int, depth: str) -> Line:
    found, budget = sorted(times_real_time(seed, depth) for _ in range(RUNS)), SPEED_BUDGET.get(depth, 0.0)
    words = f"{median(found):.0f} x real time a core, {found[0]:.0f} to {found[-1]:.0f} in {RUNS} runs"
    asked = f">= {budget:g} x" if budget else ""
    return Line(what=f"10-minute session, {depth} depth", found=words, budget=asked, held=median(found) >= budget)


def campaign_lines(seed: int) -> Iterator[Line]:
    """How much a campaign gets through."""
    sessions = bench_rates.sessions_an_hour(range(seed, seed + RUNS))
    yield Line(what="whole sessions with monitors, from the first tick", found=f"{sessions:,.0f} an hour")
    forked = bench_rates.fault_sessions_an_hour(FORKED_MOMENTS)
    yield rate_line("the same with a fault each, forked where it comes", forked, SESSIONS_BUDGET)
    injections = bench_rates.injections_an_hour(2000, lambda look: session(seed, "fast", for_s=300.0, look=look))
    yield rate_line("board-level fault injections, two cores", injections, INJECTIONS_BUDGET)


def rate_line(what: str, found: float, budget: float) -> Line:
    return Line(what=what, found=f"{found:,.0f} an hour", budget=f">= {budget:,.0f}", held=found >= budget)


def process_lines(seed: int, hours: float) -> Iterator[Line]:
    """What the service costs to start and to keep."""
    start_s, most_mb = bench_rates.start_cost()
    held = start_s <= START_BUDGET_S and most_mb <= MEMORY_BUDGET_MB
    found, budget = f"{start_s:.2f} s of one core, {most_mb:.0f} MB", f"<= {START_BUDGET_S:g} s, {MEMORY_BUDGET_MB:g} MB"
    yield Line(what="service start to its first whole tick, bus depth", found=found, budget=budget, held=held)
    early_mb, late_mb = bench_rates.memory_mb(hours * 3600.0, lambda look, until_s: session(seed, "fast", for_s=until_s, look=look))
    growth_mb = late_mb - early_mb
    found, budget = f"{growth_mb:+.1f} MB from minute 10 on", f"<= {GROWTH_BUDGET_MB:g} MB more"
    yield Line(what=f"memory over {hours:g} simulated hours", found=found, budget=budget, held=growth_mb <= GROWTH_BUDGET_MB)


def digest(seed: int, depth: str, *, for_s: float = SESSION_S) -> str:
    """Of everything true and everything the Pi put out, tick by tick."""
    whole = hashlib.sha256()

    def look(desk: Desk) -> None:
        whole.update(repr((desk.world.truth(), desk.outputs)).encode())

    session(seed, depth, for_s=for_s, look=look)
    return whole.hexdigest()


# ------------------------------------------------------------------ writing


def table(lines: Iterable[Line]) -> str:
    """The figures as a table of a document."""
    rows = [f"| {line.what} | {line.found} | {line.budget or 'none set'} | {'yes' if line.held else 'NO'} |" for line in lines]
    return "\n".join(["| what | found | budget | held |", "|---|---|---|---|", *rows])


def section(command: str, lines: Iterable[Line]) -> str:
    """The document's part: the command and what it found."""
    return f"`{command}`, {where()}:\n\n{table(lines)}"


def write(path: Path, command: str, lines: Iterable[Line]) -> None:
    """Replace the generated part of the document.  Raises OSError, also when the part is not there."""
    replace_part(path, BEGIN, section(command, lines))
