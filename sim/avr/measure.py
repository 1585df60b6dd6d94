"""Everything that the drive board's binary is measured by, with one command: printed, and put into docs/performance.md.

    python -m sim.avr.measure                     emergency-stop edges at each 25th of the 16 000 cycle phases, ten kinds of traffic
    python -m sim.avr.measure --every 1 --write   at all of them (160 000 edges, about 6 quiet minutes of two cores), into the document

Cycles are those of the flashed binary under simavr, the same on every machine; times real time are ratios of one core's work on this one.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from controller.exit_codes import ExitCode
from sim.avr import bound, build, cycles, latency
from sim.avr.latency import BUDGET_MEDIAN_US, BUDGET_US, PATTERNS, US, Figures
from sim.avr.measure_parts import hang_to_off_ms, image, silence, speeds, stack
from sim.avr.processor import MS_CYCLES
from sim.bench import Line, table, where
from sim.build import ROOT, BuildError
from sim.copies import Copies, CopyError, in_a_copy
from sim.generated import replace_part
from sim.runner import Run

DOCUMENT = ROOT / "docs" / "performance.md"
BEGIN = "<!-- avr -->"
CHUNK = 100
"""Phases to a copy: progress is shown after each."""
ALL = "all together"


def _say(text: str, *, end: str = "\n") -> None:
    sys.stderr.write(text + end)
    sys.stderr.flush()


def edges(run: Run, every: int, at_once: int) -> list[Figures]:
    """The emergency stop under every kind of traffic, and all of it together."""
    phases = range(0, MS_CYCLES, every)
    found: dict[str, list[int]] = {}
    for number, pattern in enumerate(PATTERNS, 1):
        kept = found.setdefault(pattern, [])
        copies: Copies[list[int]] = Copies(at_once, kept.extend)
        for first in range(0, len(phases), CHUNK):
            copies.start(partial(latency.taken, run.world.processor, pattern, phases[first : first + CHUNK]))
            _say(
                f"\redges: {number} of {len(PATTERNS)} kinds of traffic, {min(first + CHUNK, len(phases))} of {len(phases)} phases ", end=""
            )
        copies.rest()
    _say("")
    rows = [latency.figures(pattern, cycles) for pattern, cycles in found.items()]
    return [*rows, latency.figures(ALL, [cycle for kept in found.values() for cycle in kept])]


def edge_line(every: int, total: Figures) -> Line:
    phases = "every one" if every == 1 else f"each {every}th"
    return Line(
        what="emergency stop, edge to bridge, brake coil and contactor all off, while driving",
        found=f"{total.least_us:.2f} us least, {total.median_us:.2f} median, {total.p999_us:.2f} p99.9, {total.most_us:.2f} worst, "
        f"{total.missed} missed of {total.samples:,} edges: {phases} of the 16 000 cycle phases of a tick, ten kinds of traffic",
        budget=f"<= {BUDGET_US:g} us, median <= {BUDGET_MEDIAN_US:g} us, none missed",
        held=total.missed == 0 and total.most_us <= BUDGET_US and total.median_us <= BUDGET_MEDIAN_US,
    )


def bound_line() -> Line:
    """The same from the listing alone."""
    code = bound.listing(build.firmware_elf())
    off, way = code.stretches()[0].cycles, bound.way_cycles(code)
    return Line(
        what="the same, static bound from the listing",
        found=f"{(off + way) * US:.2f} us ({off} cycles with interrupts off, {way} from there to the last output)",
        budget=f"<= {BUDGET_US:g} us",
        held=off + way <= bound.BUDGET_CYCLES,
    )


def tick_lines(run: Run) -> list[Line]:
    """Awake cycles of a tick, in a copy each."""
    lines, noise = [], cycles.NOISE_BYTES
    for what, spend in (
        ("awake cycles of a tick, descent, the Pi silent", partial(cycles.cost, run, cycles.PART_MS)),
        ("the same while the Pi steers", partial(cycles.cost_with_pi, run, cycles.PI_MS)),
        (f"the same with {noise} bytes of noise a millisecond", partial(cycles.cost, run, cycles.PART_MS, noise=noise)),
    ):
        spent = in_a_copy(spend)
        share = spent.worst_cycles / MS_CYCLES
        found = f"{spent.mean_cycles:,} mean, {spent.worst_cycles:,} worst of {MS_CYCLES:,} ({100 * share:.0f} %)"
        lines.append(Line(what=what, found=found, budget=f"worst <= {100 * cycles.BUDGET:.0f} %", held=share <= cycles.BUDGET))
    return lines


def measure(every: int, at_once: int) -> tuple[list[Line], list[Figures]]:
    """All of it.  Raises BuildError, BoundError, CopyError."""
    run = latency.driving_run()
    found = edges(run, every, at_once)
    lines = [edge_line(every, found[-1]), bound_line()]
    for name, part in (("ticks", tick_lines), ("silence", silence), ("hang", hang_to_off_ms), ("stack", stack)):
        _say(name)
        lines += part(run)
    _say("size and speed")
    return [*lines, *image(), *speeds()], found


def edge_table(found: Iterable[Figures]) -> str:
    head = ["| traffic | edges | missed | least us | median | 99.9 % | worst |", "|---|---|---|---|---|---|---|"]
    rows = [
        f"| {row.pattern} | {row.samples:,} | {row.missed} | {row.least_us:.2f} | {row.median_us:.2f} | {row.p999_us:.2f} "
        f"| {row.most_us:.2f} |"
        for row in found
    ]
    return "\n".join([*head, *rows])


def section(command: str, lines: Sequence[Line], found: Sequence[Figures]) -> str:
    """The document's part."""
    return f"`{command}`, {where()}:\n\n{table(lines)}\n\n{edge_table(found)}"


def write(path: Path, text: str) -> None:
    """Raises OSError, also when the part is not there."""
    replace_part(path, BEGIN, text)


def main(arguments: Sequence[str]) -> int:
    """Print; 1 if a budget is not held."""
    parser = argparse.ArgumentParser(prog="python -m sim.avr.measure", description="Everything the drive board's binary is measured by.")
    parser.add_argument("--every", type=int, default=25, help="take each Nth of the 16 000 phases (default %(default)s)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="edges at a time (default: the processors)")
    parser.add_argument("--write", action="store_true", help="put the figures into docs/performance.md")
    given = parser.parse_args(arguments)
    if not 1 <= given.every <= MS_CYCLES or given.jobs < 1:
        parser.error(f"--every is 1 to {MS_CYCLES}, --jobs at least 1")
    try:
        lines, found = measure(given.every, given.jobs)
        text = section(f"python -m sim.avr.measure --every {given.every}", lines, found)
        sys.stdout.write(text + "\n")
        if given.write:
            write(DOCUMENT, text)
    except (BuildError, bound.BoundError, CopyError, subprocess.SubprocessError) as error:
        sys.stderr.write(f"{error}\n")
        return ExitCode.UNAVAILABLE
    except OSError as error:
        sys.stderr.write(f"{DOCUMENT}: cannot be written: {error.strerror}\n")
        return ExitCode.CANNOT_WRITE
    return ExitCode.OK if all(line.held for line in lines) else ExitCode.CHECK_FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
