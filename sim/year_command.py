"""`inversion-table-sim year`: a person's year, or a clinic's, through the programme's real rules; prints what came of it."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from datetime import date
from pathlib import Path

from controller.exit_codes import ExitCode
from controller.records.database import FILE, RecordsError
from sim import year
from sim.arguments import any_seed, whole
from sim.build import BuildError
from sim.year_course import BEGINS_ON, MARKERS
from sim.year_summary import Summary, Week

FIRST_YEAR, LAST_YEAR = 1971, 2100


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    parser = subparsers.add_parser(
        "year",
        help="a year of one person or of a clinic through the therapy programme",
        description="Day by day through the real rules; each plan is held once on the simulated table, monitors on.",
        epilog="examples:\n  inversion-table-sim year --people 200 --records demo\n"
        "  inversion-table-people --records demo draw demo-001 progress --to progress.png",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--people", type=whole(1, 1000), default=1, metavar="N", help="how many (1; a clinic has 200)")
    parser.add_argument("--days", type=whole(1, 3650), default=year.DAYS, metavar="N", help="how many days (365)")
    parser.add_argument(
        "--begins", type=_day, default=BEGINS_ON, metavar="DATE",
        help="its first day (default %(default)s); one a year ago makes a demonstration that ends today",
    )  # fmt: skip
    parser.add_argument("--seed", type=any_seed, default=1, help="of everything that happens by chance")
    parser.add_argument(
        "--at-once", type=whole(1, 64), default=os.cpu_count() or 1, metavar="N",
        help="processes; the result is the same with any number (default %(default)s, the processors)",
    )  # fmt: skip
    parser.add_argument("--records", type=Path, metavar="FOLDER", help="write everything into a new records folder, for charts")
    parser.add_argument("--json", action="store_true", help="the figures for a machine")
    return parser


def _day(words: str) -> date:
    try:
        day = date.fromisoformat(words)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{words}' is not a date; one like {BEGINS_ON} would be right") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise argparse.ArgumentTypeError(f"{words} is out of range; {FIRST_YEAR}-01-01 to {LAST_YEAR}-12-31 is right")
    return day


def main(arguments: argparse.Namespace) -> int:
    wrong = _wrong(arguments)
    if wrong:
        sys.stderr.write(f"inversion-table-sim: {wrong}\n")
        return int(ExitCode.USAGE)
    begun_s = time.monotonic()
    try:
        found = _lived(arguments)
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
    sys.stdout.write(json.dumps(_values(found), indent=2) + "\n" if arguments.json else told(found, took_s))
    return int(ExitCode.OK)


def _lived(arguments: argparse.Namespace) -> Summary:
    tell = _progress(arguments.people)
    span = year.Span(seed=arguments.seed, begins_on=arguments.begins, day_count=arguments.days)
    courses, found = year.run(arguments.people, span, at_once=min(arguments.at_once, arguments.people), tell=tell)
    if arguments.records is not None:
        year.write(courses, arguments.records)
    return found


def _wrong(arguments: argparse.Namespace) -> str:
    if arguments.records is not None and (arguments.records / FILE).exists():
        return f"--records {arguments.records}: has records already; a new folder would be right"
    return ""


def _progress(people: int) -> year.Tell:
    """A line that grows, where somebody looks on."""

    def tell(reached: year.Reached) -> None:
        if sys.stderr.isatty():
            end = "\n" if reached.people == people else ""
            sys.stderr.write(f"\r{reached.people} of {people} people, {reached.simulated} sessions on the simulated table{end}")
            sys.stderr.flush()

    return tell


def _values(found: Summary) -> dict[str, object]:
    return {**found._asdict(), "weeks": [week._asdict() for week in found.weeks]}


# ------------------------------------------------------------------ in words


def told(found: Summary, took_s: float) -> str:
    """The figures for a person: all of it on one screen, however many people there were."""
    refusals = [f"  {count:6} {name.replace('_', ' ')}" for name, count in found.refusals.items()]
    markers = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in found.markers_reached.items())
    steps = ", ".join(f"{name.lower().replace('_', ' ')} {count}" for name, count in found.steps.items())
    lines = [
        f"{_many(found.people, 'person', 'people')}, {_many(found.days, 'day', 'days')}: {_many(found.sessions, 'session', 'sessions')}, "
        f"{found.sessions_simulated} of them on the simulated table",
        f"at most {found.most_a_day} a day and {found.most_a_week} in seven days; "
        f"{_many(found.step_backs, 'step', 'steps')} back, {_many(found.blocks, 'block', 'blocks')}",
        f"people who reached each step: {steps}",
        f"people who reached each marker: {markers}",
        "",
        *_weeks(found.weeks),
        "",
        "turned away, by the first reason:",
        *(refusals or ["  nobody"]),
        f"took {took_s:.0f} s",
    ]
    return "\n".join(lines) + "\n"


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


HEAD = (
    "      people on each step         sessions of one person  deepest  longest  pain    reached by then",
    "week  first   1-2   3-4  5 on     a day  a week     all      deg        s  before  pain  toes  nights",
)


def _weeks(weeks: list[Week]) -> list[str]:
    return [*HEAD, *(_week(week) for week in weeks)]


def _week(week: Week) -> str:
    steps = "".join(f"{count:6}" for count in week.on_step.values())
    pain, toes, nights = (week.reached[name] for name in MARKERS)
    before = "-" if week.pain is None else f"{week.pain:.1f}"
    return (
        f"{week.week:4} {steps}{week.most_a_day:10}{week.most_a_week:8}{week.sessions:8}"
        f"{week.deepest_deg:9.0f}{week.longest_s:9.0f}{before:>8}{pain:6}{toes:6}{nights:8}"
    )
