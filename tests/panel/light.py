"""How light the page is: what viewers cost the loop, what a viewer costs the page's server, and how soon the page stands there.

    python -m tests.panel.light                        six minutes, printed
    python -m tests.panel.light --minutes 20 --write   and put into docs/performance.md

One loop at 50 Hz by the wall clock at the bus depth, with the service's own records, companion (which fetches what the page asks four times
a second), telemetry and real-time priority; sessions one after the other.  The turns alternate: nobody watches, one viewer, twenty, one
that has stopped reading; so whatever else this computer does falls on all of them alike.  Then Chromium loads each page a few times.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import sync_playwright

from controller.config import Settings, load_settings
from controller.core.model import Inputs, Latches, Outputs
from controller.exit_codes import ExitCode
from controller.programme.model import Moment
from controller.programme.permission import StandingProgramme
from controller.programme.personal import PersonalProgramme
from controller.programme.protocols import builtin_protocols
from controller.records.journal import RecordsJournal
from controller.therapy import Companion
from hardware.clock import MonotonicClock, Ticker
from hardware.product import clerk_of, telemetry_of
from hardware.realtime import ask_for_real_time
from sim.autopilot import Autopilot
from sim.bench import Line, where
from sim.bench import table as budget_table
from sim.desk import Desk, Therapy
from sim.generated import replace_part
from sim.lateness import quantile
from sim.process import Disk
from sim.world import World
from tests.browser.conftest import CHROMIUM, SWITCHES
from tests.hygiene.sources import ROOT
from tests.panel.crowd import cpu_of, panel, viewers
from tests.panel.settled import free_port, settle

BEGIN = "<!-- panel -->"
DOCUMENT = ROOT / "docs" / "performance.md"
TICK_S = 0.02
TURN_S = 10.0
SETTLE_S = 1.0  # of each turn, until its viewers have been told what happened before
WATCHED = {"nobody watches": (0, 0), "one viewer": (1, 0), "20 viewers": (20, 0), "one that stopped reading": (0, 1)}
"""name of a turn: (viewers that read, viewers that do not)."""
SHARE_BUDGET, PAINT_BUDGET_MS = 0.03, 1000.0
"""Of the page: a core's share at ten states a second with one viewer; first contentful paint."""
SAME_MS, SAME_SHARE = 0.2, 0.05
"""Lateness (99 %) and a tick's processor time count as the same within this much of those of nobody watching."""
PAGES = ("/", "/desk", "/history")
LOADS = 5


@dataclass(slots=True)
class Turns:
    """What was found in all turns of one kind."""

    late_ms: list[float] = field(default_factory=list)
    ticks_us: list[float] = field(default_factory=list)  # processor time of the loop's thread a tick, each turn's mean
    shares: list[float] = field(default_factory=list)  # of a core, the page's server, each turn's

    def tick_us(self) -> float:
        return sorted(self.ticks_us)[len(self.ticks_us) // 2]

    def share(self) -> float:
        return sum(self.shares) / len(self.shares)


# ------------------------------------------------------------------ the service


class RecordedDisk(Disk):
    """The simulated Pi's disk with the product's own journal on it."""

    def __init__(self, world: World, journal: RecordsJournal) -> None:
        super().__init__(Latches(inspection_due=False, clean_shutdown=True), world)
        self._journal = journal

    def put(self, inputs: Inputs, outputs: Outputs) -> None:
        super().put(inputs, outputs)
        self._journal.put(inputs, outputs)


def moment() -> Moment:
    return Moment(at=datetime.now(UTC), zone=UTC, clock_trusted=True)


class Loop:
    """The service at the wall clock's pace, sessions pressed by themselves."""

    def __init__(self, settings: Settings, parts: ExitStack) -> None:
        limits, protocols = settings.limits, builtin_protocols(settings.limits)
        companion = Companion(PersonalProgramme(), settings, protocols, moment)
        clerk = clerk_of(settings, moment, companion)
        folder = Path(settings.records.directory)
        journal = parts.enter_context(closing(RecordsJournal(folder, limits, moment=moment, occasion=companion.occasion)))
        self.telemetry = parts.enter_context(closing(telemetry_of(settings, clerk, journal)))
        parts.enter_context(closing(companion))
        therapy = Therapy(programme=StandingProgramme(protocols, limits), disk=lambda world: RecordedDisk(world, journal))
        self._desk = Desk((), limits, depth="bus", telemetry=self.telemetry, therapy=therapy)
        self._autopilot = Autopilot(self._desk)
        companion.start(journal, clerk.attend)

    def run(self, seconds: float) -> tuple[list[float], float]:
        """How late each tick began, in ms, and the mean processor time of this thread a tick, in us."""
        late_ms, ticker = [], Ticker(MonotonicClock(), TICK_S)
        begun_s = time.thread_time()
        for _ in range(round(seconds / TICK_S)):
            ticker.wait()
            late_ms.append(ticker.late_s * 1000.0)
            self._tick()
        return late_ms, (time.thread_time() - begun_s) / len(late_ms) * 1e6

    def _tick(self) -> None:
        if self._autopilot.done:
            self._autopilot = Autopilot(self._desk)
        key = self._autopilot.key()
        if key is not None:
            self._desk.touch(key)
        self._desk.tick()


# ------------------------------------------------------------------ measuring


def turns(loop: Loop, port: int, server: int, minutes: float) -> dict[str, Turns]:
    """So many minutes of turns, at least one of each kind."""
    found = {name: Turns() for name in WATCHED}
    for _ in range(max(1, round(minutes * 60.0 / (len(WATCHED) * TURN_S)))):
        for name, (reading, stalled) in WATCHED.items():
            with viewers(port, reading, stalled):
                loop.run(SETTLE_S)
                begun_s = cpu_of(server)
                late_ms, tick_us = loop.run(TURN_S - SETTLE_S)
                found[name].shares.append((cpu_of(server) - begun_s) / (TURN_S - SETTLE_S))
            found[name].late_ms += late_ms
            found[name].ticks_us.append(tick_us)
    return found


def paints_ms(address: str) -> Iterator[list[float]]:
    """First contentful paint of each page, some loads by a browser that has nothing of it, the soonest first."""
    with sync_playwright() as playwright, closing(playwright.chromium.launch(executable_path=CHROMIUM, args=list(SWITCHES))) as browser:
        for path in PAGES:
            found = []
            for _ in range(LOADS):
                with closing(browser.new_context()) as context:
                    page = context.new_page()
                    page.goto(address + path)
                    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
                    found.append(float(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")))
            yield sorted(found)


# ------------------------------------------------------------------ saying


def side_by_side(found: dict[str, Turns]) -> str:
    """Each kind of turn in a column of its own."""
    rows = [
        (f"lateness of a tick, {words}", [f"{quantile(kind.late_ms, share):.2f} ms" for kind in found.values()])
        for words, share in (("median", 0.5), ("99 %", 0.99), ("99.9 %", 0.999), ("worst", 1.0))
    ]
    rows.append(("processor time of a tick, the loop's thread", [f"{kind.tick_us():.0f} us" for kind in found.values()]))
    rows.append(("the page's server, of a core", [f"{kind.share():.1%}" for kind in found.values()]))
    rows.append(("ticks", [f"{len(kind.late_ms):,}" for kind in found.values()]))
    head = ("|", *(f" {name} |" for name in found))
    return "\n".join(
        [f"| {''.join(head)}", "|---" * (len(found) + 1) + "|", *(f"| {what} | {' | '.join(cells)} |" for what, cells in rows)]
    )


def verdicts(found: dict[str, Turns], paints: Sequence[list[float]], dropped: int) -> list[Line]:
    """What has a budget."""
    nobody, share = found["nobody watches"], found["one viewer"].share()
    late_ms = max(quantile(kind.late_ms, 0.99) for kind in found.values()) - quantile(nobody.late_ms, 0.99)
    tick = max(kind.tick_us() for kind in found.values()) / nobody.tick_us() - 1.0
    return [
        Line(
            what="lateness (99 %), the most that any viewers add", found=f"{late_ms:.2f} ms",
            budget=f"the same: <= {SAME_MS} ms", held=late_ms <= SAME_MS,
        ),
        Line(
            what="processor time of a tick, the most that any viewers add", found=f"{tick:.1%}",
            budget=f"the same: <= {SAME_SHARE:.0%}", held=tick <= SAME_SHARE,
        ),
        Line(
            what="the page's server, one viewer, ten states a second", found=f"{share:.1%} of a core",
            budget=f"<= {SHARE_BUDGET:.0%}", held=share <= SHARE_BUDGET,
        ),
        *(painted(path, found_ms) for path, found_ms in zip(PAGES, paints, strict=True)),
        Line(what="messages of the service that nobody took", found=str(dropped)),
    ]  # fmt: skip


def painted(path: str, found_ms: list[float]) -> Line:
    """The middle one is held to the budget."""
    middle_ms = found_ms[LOADS // 2]
    return Line(
        what=f"first paint of {path} in Chromium, {LOADS} loads",
        found=f"{found_ms[0]:.0f} to {found_ms[-1]:.0f} ms, middle {middle_ms:.0f} ms",
        budget=f"< {PAINT_BUDGET_MS:.0f} ms", held=middle_ms < PAINT_BUDGET_MS,
    )  # fmt: skip


def measure(minutes: float) -> tuple[str, list[Line]]:
    """The two tables' content."""
    with ExitStack() as parts:
        folder = Path(parts.enter_context(tempfile.TemporaryDirectory()))
        file = settle(folder, free_port())
        settings = load_settings(file)
        server = parts.enter_context(panel(file))
        loop = Loop(settings, parts)
        granted = "; ".join(ask_for_real_time())
        found = turns(loop, settings.panel.port, server, minutes)
        paints = list(paints_ms(f"http://127.0.0.1:{settings.panel.port}"))
        return f"{granted}\n\n{side_by_side(found)}", verdicts(found, paints, loop.telemetry.dropped)


def main() -> int:
    """1 if a budget is not held."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.panel.light", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=6.0, help="of turns (default %(default)s)")
    parser.add_argument("--write", action="store_true", help="put the figures into docs/performance.md")
    given = parser.parse_args()
    columns, lines = measure(given.minutes)
    text = f"`python -m tests.panel.light --minutes {given.minutes:g}`, {where()}; {columns}\n\n{budget_table(lines)}"
    sys.stdout.write(text + "\n")
    if given.write:
        replace_part(DOCUMENT, BEGIN, text)
    return ExitCode.OK if all(line.held for line in lines) else ExitCode.CHECK_FAILED


if __name__ == "__main__":
    sys.exit(main())
