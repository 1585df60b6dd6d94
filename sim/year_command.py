"""`inversion-table-sim year`: a person's year, or a clinic's, through the programme's real rules; prints what came of it."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from controller.exit_codes import ExitCode
from controller.records.database import FILE, RecordsError
from sim import year
from sim.arguments import any_seed, whole
from sim.build import BuildError


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    parser = subparsers.add_parser(
        "year",
        help="a year of one person or of a clinic through the therapy programme",
        description="Day by day through the real rules; each plan is held once on the simulated table, monitors on.",
    )
    parser.add_argument("--people", type=whole(1, 1000), default=1, metavar="N", help="how many (1; a clinic has 200)")
    parser.add_argument("--days", type=whole(1, 3650), default=year.DAYS, metavar="N", help="how many days (365)")
    parser.add_argument("--seed", type=any_seed, default=1, help="of everything that happens by chance")
    parser.add_argument("--records", type=Path, metavar="FOLDER", help="write everything into a new records folder, for charts")
    parser.add_argument("--json", action="store_true", help="the figures for a machine")
    return parser


def main(arguments: argparse.Namespace) -> int:
    wrong = _wrong(arguments)
    if wrong:
        sys.stderr.write(f"inversion-table-sim: {wrong}\n")
        return int(ExitCode.USAGE)
    begun_s = time.monotonic()
    try:
        courses, found = year.run(arguments.people, day_count=arguments.days, seed=arguments.seed, tell=_progress(arguments.days))
        if arguments.records is not None:
            year.write(courses, arguments.records)
    except BuildError as error:
        sys.stderr.write(f"{error}\n")
        return int(ExitCode.UNAVAILABLE)
    except RuntimeError as error:
        sys.stderr.write(f"inversion-table-sim: {error}\n")
        return int(ExitCode.CHECK_FAILED)
    except RecordsError as error:
        sys.stderr.write(f"inversion-table-sim: {error}\n")
        return int(error.exit_code)
    took_s = time.monotonic() - begun_s
    sys.stdout.write(json.dumps(found._asdict(), indent=2) + "\n" if arguments.json else told(found, took_s))
    return int(ExitCode.OK)


def _wrong(arguments: argparse.Namespace) -> str:
    if arguments.records is not None and (arguments.records / FILE).exists():
        return f"--records {arguments.records}: has records already; a new folder would be right"
    return ""


def _progress(day_count: int) -> year.Tell:
    """A line that grows, where somebody looks on."""

    def tell(day: int) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\rday {day + 1} of {day_count}" + ("\n" if day + 1 == day_count else ""))

    return tell


def told(found: year.Summary, took_s: float) -> str:
    """The figures in plain words."""
    refusals = "\n".join(f"  {count:6} {name.replace('_', ' ')}" for name, count in found.refusals.items())
    markers = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in sorted(found.markers_reached.items())) or "none"
    steps = ", ".join(f"{name.lower().replace('_', ' ')} {count}" for name, count in sorted(found.steps.items()))
    return (
        f"{found.people} people, {found.days} days: {found.sessions} sessions, {found.sessions_simulated} of them on the simulated table\n"
        f"at most {found.most_a_day} a day and {found.most_a_week} in seven days; {found.step_backs} steps back, {found.blocks} blocks\n"
        f"people who reached each step: {steps}\n"
        f"people who reached each marker: {markers}\n"
        f"refused, by the first reason:\n{refusals or '  nothing'}\n"
        f"took {took_s:.0f} s\n"
    )
