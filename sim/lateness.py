"""How late the loop's ticks begin by the wall clock, beside busy cores and a disk synced without a pause.  Measures; decides nothing.

    python -m sim.lateness                      one minute, two busy cores, the storm in the present folder
    python -m sim.lateness --minutes 60         the hour of the design: 99.9 % within 5 ms, the worst within 10 ms, no false trip

Sessions run at the bus depth at the pace of the wall clock, with the real-time priority the service asks for, where it is granted.  Each
tick is told how late it began, as on the real table, so that lateness can trip the rules it would trip there.  The loop keeps to one
core, on which a witness that does nothing else wakes every millisecond at a higher priority: where the witness is late as well, no
program ran there (a virtual machine's host took the core away), and a second column shows what is left without that.  The verdict is
of the first.  The figures are this computer's; those of a Pi with its SD card come from the same command on it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from controller.core.limits import Limits
from controller.exit_codes import ExitCode
from controller.programme.protocols import builtin_protocols
from hardware.clock import MonotonicClock, Ticker
from hardware.realtime import PRIORITY, ask_for_real_time
from sim.arguments import number, whole
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
WITNESS = """
import gc, os, signal, sys, time
core, priority, asleep = int(sys.argv[1]), int(sys.argv[2]), True
os.sched_setaffinity(0, {core})
try:
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(priority))
except PermissionError:
    sys.exit(0)  # an ordinary program waits for other programs: it can witness nothing
gc.disable()
def end(*_): sys.exit("".join(stood))
signal.signal(signal.SIGTERM, end)
stood, due_s = [], time.monotonic()
print("ready", flush=True)
while True:
    due_s += 0.001
    time.sleep(max(0.0, due_s - time.monotonic()))
    now_s = time.monotonic()
    if now_s - due_s > 0.0005:
        stood.append(f"{due_s} {now_s}\\n"); due_s = now_s
"""
"""Says on its way out from when to when it ought to have run and did not."""

Stood = tuple[float, float]
"""(from, to) in seconds of the monotonic clock."""


@dataclass(slots=True)
class Found:
    """Of one run."""

    due_s: list[float] = field(default_factory=list)  # when each tick was due, by the monotonic clock
    late_ms: list[float] = field(default_factory=list)
    took_ms: list[float] = field(default_factory=list)  # each tick's work, by the wall clock
    trips: list[str] = field(default_factory=list)  # reasons told, none of which has a cause
    stood: list[Stood] = field(default_factory=list)  # in order

    @property
    def held(self) -> bool:
        return quantile(self.late_ms, 0.999) <= P999_MS and max(self.late_ms) <= WORST_MS and not self.trips

    def own_ms(self) -> list[float]:
        """Lateness without the time during which the core ran no program."""
        return [max(0.0, late - self._stood_ms(due_s, late)) for due_s, late in zip(self.due_s, self.late_ms, strict=True)]

    def _stood_ms(self, due_s: float, late_ms: float) -> float:
        begun_s, total_s = due_s + late_ms / 1000.0, 0.0
        at = max(0, bisect_left(self.stood, (due_s, 0.0)) - 1)
        while at < len(self.stood) and self.stood[at][0] < begun_s:
            total_s += max(0.0, min(begun_s, self.stood[at][1]) - max(due_s, self.stood[at][0]))
            at += 1
        return total_s * 1000.0


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


@contextmanager
def beside(code: str, *arguments: str) -> Iterator[None]:
    """Another program that runs meanwhile."""
    with subprocess.Popen([sys.executable, "-c", code, *arguments]) as process:
        try:
            yield
        finally:
            process.kill()


@contextmanager
def witnessed(stood: list[Stood]) -> Iterator[int]:
    """The loop's thread keeps to one core; when nothing ran there is put into `stood` afterwards.  Yields the witness's process number."""
    allowed = os.sched_getaffinity(0)
    core = max(allowed)
    command = [sys.executable, "-c", WITNESS, str(core), str(PRIORITY + 1)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        os.sched_setaffinity(0, {core})
        try:
            yield process.pid
        finally:
            os.sched_setaffinity(0, allowed)
            process.terminate()
            said = process.communicate()[1]
    stood += [(float(start), float(end)) for start, end in map(str.split, filter(None, said.splitlines()))]


def run(desk: Desk, seconds: float) -> Found:
    """Whole sessions, one after another, at the wall clock's pace."""
    clock = MonotonicClock()
    found, ticker = Found(), Ticker(clock, TICK_S)
    autopilot = Autopilot(desk)
    with witnessed(found.stood):
        for _ in range(round(seconds / TICK_S)):
            ticker.wait()
            found.late_ms.append(ticker.late_s * 1000.0)
            found.due_s.append(clock.now_s() - ticker.late_s)
            desk.world.host.late_s = ticker.late_s
            autopilot = Autopilot(desk) if autopilot.done else autopilot
            key = autopilot.key()
            if key is not None:
                desk.touch(key)
            desk.tick()
            found.took_ms.append((clock.now_s() - found.due_s[-1]) * 1000.0 - found.late_ms[-1])
            found.trips += [event.text for event in desk.outputs.events if event.kind == "reason"]
    return found


def histogram(found: Found) -> list[str]:
    """A line for each range of lateness, as it was and without what the core stood still; then the figures that have a budget."""
    own_ms, least_ms = found.own_ms(), 0.0
    lines = [f"{'':<14} {'ticks':>9} {'share':>10} {'while the core ran':>20}"]
    for most_ms in (*EDGES_MS, float("inf")):
        name = f"under {most_ms:g} ms" if most_ms in EDGES_MS else "later"
        count, own = (sum(least_ms <= late_ms < most_ms for late_ms in all_ms) for all_ms in (found.late_ms, own_ms))
        lines.append(f"{name:<14} {count:>9} {count / len(own_ms):>10.4%} {own:>20}")
        least_ms = most_ms
    lines.append(f"{_figures(found.late_ms)} (budget {P999_MS:g} and {WORST_MS:g} ms)")
    stood_ms = [(end - start) * 1000.0 for start, end in found.stood]
    lines.append(f"while the core ran: {_figures(own_ms)}")
    lines.append(f"the core stood still {len(stood_ms)} times, {sum(stood_ms):.0f} ms in all, {max(stood_ms, default=0.0):.1f} ms at most")
    return [*lines, *_latest(found, own_ms), f"false trips: {len(found.trips)}", *found.trips[:5]]


def _latest(found: Found, own_ms: list[float]) -> list[str]:
    """The ticks that were latest, and what there is to say why."""
    worst = sorted(range(1, len(own_ms)), key=lambda tick: -found.late_ms[tick])[:5]
    return [
        f"at {tick * TICK_S:.2f} s {late_ms:.2f} ms late, of which the core stood still {late_ms - own_ms[tick]:.2f};"
        f" the tick before took {found.took_ms[tick - 1]:.2f} ms"
        for tick, late_ms in ((tick, found.late_ms[tick]) for tick in worst)
    ]


def _figures(late_ms: list[float]) -> str:
    return f"99.9 % within {quantile(late_ms, 0.999):.2f} ms, worst {max(late_ms):.2f} ms"


def main() -> int:
    """Print the histogram; 1 if a budget is not held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=number(0.1, 10_000), default=1.0)
    parser.add_argument("--busy", type=whole(0, 64), default=2, help="programs that only calculate (default %(default)s)")
    parser.add_argument("--folder", type=Path, default=Path(), help="where the disk is synced; default: here")
    given = parser.parse_args()
    try:
        desk = Desk(list(builtin_protocols(Limits())), Limits(), depth="bus")
        with ExitStack() as stack, tempfile.TemporaryDirectory(dir=given.folder) as storm:
            for _ in range(given.busy):
                stack.enter_context(beside(BUSY))
            stack.enter_context(beside(STORM, str(Path(storm) / "synced")))
            sys.stdout.write("\n".join(ask_for_real_time()) + "\n")
            found = run(desk, given.minutes * 60.0)
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
