"""Every fault of the catalogue at many moments of a session, with the monitors on: what came of it, as a table.

    python -m sim.fault_table                              200 moments each, on the board's C code
    python -m sim.fault_table --board avr --moments 5      a sample on the flashed binary
    python -m sim.fault_table --fault F1 --moments 20      one row; more than one --fault is possible
    python -m sim.fault_table --cases FILE                 keeps each case, and goes on where it was broken off
    python -m sim.fault_table --write                      also writes the table into docs/fault-results.md

One session runs; at each moment forked copies of it take one fault each and go on to the end.  Same seed, same moments, same table.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from controller.exit_codes import ExitCode
from sim import faults
from sim.agenda import Agenda
from sim.arguments import any_seed, whole
from sim.build import BuildError
from sim.cli import SHIPPED
from sim.copies import Copies
from sim.fault_cases import Case, outcome
from sim.fault_row import Depth, Fault, FaultError
from sim.fault_store import StoreError, about, opened
from sim.generated import replace_part
from sim.runner import Run
from sim.scenario_loader import load_scenario
from sim.world import BOARDS

SESSION = SHIPPED / "sessions" / "short.toml"
DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "fault-results.md"
OUTSIDE = range(50, 65)
"""Pi, software and storage: not the drive board's wires."""
THOROUGH = 20
"""Each so manieth moment is watched until the person is past level or upright; the others until what came of the fault has settled."""
ENDS = ("by itself", "RETURN", "lever", "NOT UP")


def rows_for(board: str) -> tuple[Fault, ...]:
    """The catalogue's rows about sensors, serial line, processor, switches and motor that this board can show."""
    here = (row for row in faults.FAULTS if row.number not in OUTSIDE)
    return tuple(row for row in here if row.simulated or (board == "avr" and Depth.AVR in row.depths))


def moments(count: int, seed: int, until_s: float) -> list[float]:
    """Random, in order, each at its own tick of 20 ms."""
    ticks = sorted(random.Random(seed).sample(range(1, round(until_s * 50)), count))
    return [tick / 50.0 for tick in ticks]


def session_s() -> float:
    """How long the session is without a fault."""
    run = Run(load_scenario(SESSION), "fast", 1, lambda _moment: None, "native")
    return run.to_the_end().rows[-1].t_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one campaign does."""

    rows: tuple[Fault, ...]
    count: int
    seed: int
    board: str
    at_once: int
    thorough_each: int = THOROUGH


def campaign(plan: Plan, known: Iterable[Case], keep: Callable[[Case], None]) -> None:
    """Every row at every moment, but those that are `known`; `keep` gets each case as it ends."""
    done = {(case.fault, round(case.at_s, 2)) for case in known}
    run = Run(load_scenario(SESSION), "fast", plan.seed, lambda _moment: None, plan.board)
    agenda = Agenda(run.scenario, run)
    copies: Copies[Case] = Copies(plan.at_once, keep)
    run.habits.begin()
    row = run.recorder.row()
    for number, at_s in enumerate(moments(plan.count, plan.seed, session_s())):
        _progress(f"moment {number + 1} of {plan.count}, at {at_s:.2f} s")
        while row.t_s < at_s - 1e-6:
            run.tick(agenda, row)
            row = run.recorder.row()
            run.watch.feed(row)
            run.habits.live(row)
        for fault in plan.rows:
            if (fault.name, round(row.t_s, 2)) not in done:
                copies.start(partial(outcome, run, agenda, row, fault.name, thorough=number % plan.thorough_each == 0))
    copies.rest()
    sys.stderr.write("\n")


def _progress(text: str) -> None:
    sys.stderr.write(f"\r{text}  ")
    sys.stderr.flush()


# ------------------------------------------------------------------ the table


def _counts(words: Sequence[str]) -> str:
    return ", ".join(f"{word or 'nothing'} {count}" for word, count in Counter(words).most_common())


def table_row(fault: Fault, cases: Sequence[Case]) -> list[str]:
    """The cells of one fault."""
    moving = [case for case in cases if case.moving and case.reaction]
    times_s = sorted(case.after_s for case in moving)
    times = f"{median(times_s):.2f}, {times_s[-1]:.2f}" if times_s else "-"
    travel = f"{max(case.travel_deg for case in moving):.2f}" if moving else "-"
    broken = Counter(text.split(" at ")[0] for case in cases for text in case.violations[:1])
    ended = Counter(case.ended.split(",")[0] for case in cases)
    return [
        f"{fault.id} `{fault.name}`", f"{fault.reaction}; {fault.bound}", str(len(cases)), _counts([case.reaction for case in cases]),
        times, travel, ", ".join(f"**{name} {count}**" for name, count in broken.items()) or "none",
        ", ".join(f"{name} {ended[name]}" for name in ENDS if ended[name]) or "-",
    ]  # fmt: skip


HEADER = (
    "fault", "catalogue", "moments", "reaction seen", "s to the first sign while moving: median, worst", "worst travel, deg",
    "cases with a rule broken", "how the person came up, where watched to the end",
)  # fmt: skip


def table(rows: Sequence[Fault], cases: Sequence[Case]) -> list[str]:
    """Markdown."""
    by_name = {fault.name: [case for case in cases if case.fault == fault.name] for fault in rows}
    lines = ["| " + " | ".join(HEADER) + " |", "|" + "---|" * len(HEADER)]
    return lines + ["| " + " | ".join(table_row(fault, by_name[fault.name])) + " |" for fault in rows if by_name[fault.name]]


def _summary(cases: Sequence[Case], board: str, seed: int) -> str:
    broken = sum(bool(case.violations) for case in cases)
    down = sum(case.ended.startswith("NOT UP") for case in cases)
    moments_of = Counter(case.fault for case in cases)
    each = min(moments_of.values(), default=0)
    return (
        f"`python -m sim.fault_table --board {board} --moments {each} --seed {seed}`: {len(moments_of)} faults, {each} moments each, "
        f"{len(cases)} cases; in {broken} a monitor saw a rule broken, in {down} the person was not up in the end."
    )


def _details(cases: Sequence[Case]) -> list[str]:
    """One line per kind of broken rule, with the first moment that shows it."""
    first: dict[tuple[str, str], Case] = {}
    for case in cases:
        for text in (*case.violations[:1], *((case.ended,) if case.ended.startswith("NOT UP") else ())):
            first.setdefault((case.fault, text.split(" at ")[0]), case)
    return [
        f"{name} at {case.at_s:.2f} s ({case.phase}): {case.violations[0] if case.violations else case.ended}"
        for (name, _), case in first.items()
    ]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Every fault at many moments of a session, with the monitors on.")
    parser.add_argument("--moments", type=whole(1, 5000), default=200, help="of the session, for each fault (default %(default)s)")
    parser.add_argument("--seed", type=any_seed, default=1)
    parser.add_argument("--board", choices=BOARDS, default="native")
    parser.add_argument("--fault", action="append", metavar="NAME", help="this row only, by name or id")
    parser.add_argument("--at-once", type=whole(1, 1024), default=os.cpu_count() or 1, help="copies at the same time (default %(default)s)")
    parser.add_argument("--cases", type=Path, metavar="FILE", help="keep each case here, and go on with what is there")
    parser.add_argument("--write", action="store_true", help=f"write the table into docs/{DOCUMENT.name}")
    return parser


def main() -> int:
    """Print the table; 1 if a rule was broken or somebody was not up in the end."""
    given = _parser().parse_args()
    try:
        rows = tuple(faults.find(name) for name in given.fault) if given.fault else rows_for(given.board)
        cases = _run(Plan(rows=rows, count=given.moments, seed=given.seed, board=given.board, at_once=given.at_once), given.cases)
    except FaultError as error:
        sys.stderr.write(f"{error}\n")
        return ExitCode.USAGE
    except StoreError as error:
        sys.stderr.write(f"{error}\n")
        return ExitCode.BAD_DATA
    except OSError as error:
        sys.stderr.write(f"{given.cases}: cannot be read or written: {error.strerror}\n")
        return ExitCode.CANNOT_WRITE
    except BuildError as error:
        sys.stderr.write(f"{error}\n")
        return ExitCode.UNAVAILABLE
    lines = [_summary(cases, given.board, given.seed), "", *table(rows, cases)]
    sys.stdout.write("\n".join([*lines, "", *_details(cases)]) + "\n")
    if given.write:
        replace_part(DOCUMENT, f"<!-- faults: {given.board} -->", "\n".join([*lines, "", *(f"* {text}" for text in _details(cases))]))
    return ExitCode.CHECK_FAILED if any(case.violations or case.ended.startswith("NOT UP") for case in cases) else ExitCode.OK


def _run(plan: Plan, path: Path | None) -> list[Case]:
    if path is None:
        cases: list[Case] = []
        campaign(plan, (), cases.append)
        return cases
    store = opened(path, about(plan.board, plan.seed, plan.count))
    campaign(plan, tuple(store.cases), store.keep)
    return store.cases


if __name__ == "__main__":
    sys.exit(main())
