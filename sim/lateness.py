"""How late the loop's ticks begin by the wall clock, beside busy cores and a disk synced without a pause.  Measures; decides nothing.

    python -m sim.lateness                      one minute, two busy cores, the storm in the present folder
    python -m sim.lateness --minutes 60         the hour of the design: 99.9 % within 5 ms, the worst within 10 ms, no false trip

Sessions run at the bus depth at the pace of the wall clock, with the real-time priority the service asks for, where it is granted.  Each
tick is told how late it began, as on the real table, so that lateness can trip the rules it would trip there.  The figures are this
computer's; those of a Pi with its SD card come from the same command on it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from controller.core.limits import Limits
from controller.exit_codes import ExitCode
from controller.programme.protocols import builtin_protocols
from hardware.clock import MonotonicClock, Ticker
from hardware.realtime import ask_for_real_time
from sim.autopilot import Autopilot
from sim.build import BuildError
from sim.desk import Desk

TICK_S = 0.02
P999_MS, WORST_MS = 5.0, 10.0
"""The design's budget."""
EDGES_MS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
BUSY = "while True: pass"
STORM = """
import os, sys
handle = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)
while True:
    os.pwrite(handle, os.urandom(65536), 0); os.fsync(handle)
"""


@dataclass(slots=True)
class Found:
    """Of one run."""

    late_ms: list[float] = field(default_factory=list)
    trips: list[str] = field(default_factory=list)  # reasons told, none of which has a cause

    def quantile_ms(self, share: float) -> float:
        return sorted(self.late_ms)[min(len(self.late_ms) - 1, int(share * len(self.late_ms)))]

    @property
    def held(self) -> bool:
        return self.quantile_ms(0.999) <= P999_MS and max(self.late_ms) <= WORST_MS and not self.trips


@contextmanager
def beside(code: str, *arguments: str) -> Iterator[None]:
    """Another program that runs meanwhile."""
    with subprocess.Popen([sys.executable, "-c", code, *arguments]) as process:
        try:
            yield
        finally:
            process.kill()


def run(seconds: float) -> Found:
    """Whole sessions, one after another, at the wall clock's pace."""
    found, ticker = Found(), Ticker(MonotonicClock(), TICK_S)
    desk = Desk(list(builtin_protocols(Limits())), Limits(), depth="bus")
    autopilot = Autopilot(desk)
    for _ in range(round(seconds / TICK_S)):
        ticker.wait()
        found.late_ms.append(ticker.late_s * 1000.0)
        desk.world.host.late_s = ticker.late_s
        autopilot = Autopilot(desk) if autopilot.done else autopilot
        key = autopilot.key()
        if key is not None:
            desk.touch(key)
        desk.tick()
        found.trips += [event.text for event in desk.outputs.events if event.kind == "reason"]
    return found


def histogram(found: Found) -> list[str]:
    """A line for each range of lateness, then the figures that have a budget."""
    lines, least_ms = [], 0.0
    for most_ms in (*EDGES_MS, float("inf")):
        count = sum(least_ms <= late_ms < most_ms for late_ms in found.late_ms)
        lines.append(f"{f'under {most_ms:g} ms' if most_ms in EDGES_MS else 'later':<14} {count:>9}  {count / len(found.late_ms):9.4%}")
        least_ms = most_ms
    lines.append(
        f"99.9 % within {found.quantile_ms(0.999):.2f} ms (budget {P999_MS:g}), worst {max(found.late_ms):.2f} ms (budget {WORST_MS:g})"
    )
    return [*lines, f"false trips: {len(found.trips)}", *found.trips[:5]]


def main() -> int:
    """Print the histogram; 1 if a budget is not held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--busy", type=int, default=2, help="programs that only calculate (default %(default)s)")
    parser.add_argument("--folder", type=Path, default=Path(), help="where the disk is synced; default: here")
    given = parser.parse_args()
    try:
        with ExitStack() as stack, tempfile.TemporaryDirectory(dir=given.folder) as storm:
            for _ in range(given.busy):
                stack.enter_context(beside(BUSY))
            stack.enter_context(beside(STORM, str(Path(storm) / "synced")))
            sys.stdout.write("\n".join(ask_for_real_time()) + "\n")
            found = run(given.minutes * 60.0)
    except BuildError as error:
        sys.stderr.write(f"{error}\n")
        return ExitCode.UNAVAILABLE
    except OSError as error:
        sys.stderr.write(f"{given.folder}: cannot be written: {error.strerror}\n")
        return ExitCode.CANNOT_WRITE
    sys.stdout.write("\n".join(histogram(found)) + "\n")
    return ExitCode.OK if found.held else ExitCode.CHECK_FAILED


if __name__ == "__main__":
    sys.exit(main())
