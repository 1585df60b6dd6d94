"""`inversion-table-sim scenario FILE…`: runs scenario files or folders of them and says whether everything held.

Exit codes are controller.exit_codes: 0 all expectations and monitors hold, 1 something did not, 65 a file is wrong,
66 a file cannot be read, 69 the world cannot be built, 73 an output cannot be written.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from controller.exit_codes import ExitCode
from sim.arguments import any_seed
from sim.build import BuildError
from sim.scenario import DEPTHS, Scenario, ScenarioError
from sim.scenario_loader import find_scenarios, load_scenario
from sim.world import BOARDS

if TYPE_CHECKING:
    from sim.runner import Result

SHIPPED = Path(__file__).parent / "scenarios"
"""The scenarios that come with the simulator; `scenario` without a file runs these."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    parser = subparsers.add_parser(
        "scenario",
        help="run scenario files or folders, judge them, write trace and picture",
        description="Runs each scenario, prints timeline and verdicts. Ends with 0 only if every expectation and every monitor holds.",
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="scenario files or folders; none: the shipped ones")
    parser.add_argument("--list", action="store_true", help="list the scenarios with the rules they show, run nothing")
    parser.add_argument("--depth", choices=DEPTHS, help="run at this depth only (default: the first that a scenario names)")
    parser.add_argument("--board", choices=BOARDS, help="the board's C code, or the flashed binary itself (slower), instead of the file's")
    parser.add_argument("--all-depths", action="store_true", help="run at every depth a scenario names")
    parser.add_argument("--seed", type=any_seed, help="instead of the file's")
    parser.add_argument("--trace", type=Path, metavar="CSV", help="write the trace; of several runs, one file each beside it")
    parser.add_argument(
        "--plot", type=Path, metavar="PNG", help="write a picture (png, svg, pdf); of several runs, one file each beside it"
    )
    parser.add_argument("--json", type=Path, metavar="JSON", help="write timelines and verdicts of all runs")
    parser.add_argument("--quiet", action="store_true", help="one line per run")
    return parser


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _complain(text: str) -> None:
    sys.stderr.write(text + "\n")


def main(args: argparse.Namespace) -> int:
    """Run what the command line asks for."""
    try:
        return _main(args)
    except ScenarioError as error:
        _complain(str(error))
        return ExitCode.NO_INPUT if ": cannot be read" in str(error) else ExitCode.BAD_DATA
    except BuildError as error:
        _complain(str(error))
        return ExitCode.UNAVAILABLE
    except BrokenPipeError:  # the reader of our output has gone; nothing is wrong here
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
        return ExitCode.OK


def _main(args: argparse.Namespace) -> int:
    scenarios = [load_scenario(path) for path in find_scenarios(args.files or [SHIPPED])]
    if args.list:
        for scenario in scenarios:
            _say(f"{scenario.name:<34} {', '.join(scenario.rules):<18} {'/'.join(scenario.depths):<9} {scenario.title}")
        return ExitCode.OK
    jobs = list(_jobs(scenarios, args))
    if not jobs:
        raise ScenarioError(f"none of the {len(scenarios)} scenarios is for the depth {args.depth}")
    for path in (args.trace, args.plot, args.json):
        if path is not None and not path.parent.is_dir():
            _complain(f"{path}: there is no folder {path.parent} to write it in")
            return ExitCode.CANNOT_WRITE
    results = [_run(scenario, depth, args, len(jobs)) for scenario, depth in jobs]
    try:
        _write(results, args)
    except OSError as error:
        _complain(f"{error.filename}: cannot be written: {error.strerror}")
        return ExitCode.CANNOT_WRITE
    if len(results) > 1:
        good = sum(result.ok for result in results)
        _say(f"{good} of {len(results)} runs hold all their expectations and all monitors")
    return ExitCode.OK if all(result.ok for result in results) else ExitCode.CHECK_FAILED


def _jobs(scenarios: list[Scenario], args: argparse.Namespace) -> Iterable[tuple[Scenario, str]]:
    for scenario in scenarios:
        depths = [depth for depth in scenario.depths if args.depth in (None, depth)]
        yield from ((scenario, depth) for depth in (depths if args.all_depths else depths[:1]))


def _run(scenario: Scenario, depth: str, args: argparse.Namespace, many: int) -> Result:
    from sim import report  # noqa: PLC0415  # builds the world; --list and mistakes need none
    from sim.runner import run_scenario  # noqa: PLC0415

    brief = args.quiet or many > 1
    if not brief:
        _say(f"{scenario.title} ({scenario.name}, {report.where(depth, args.board or scenario.board)})")
    tell: Callable[..., None] = (lambda _moment: None) if brief else (lambda moment: _say(report.line(moment)))
    result = run_scenario(scenario, depth=depth, seed=args.seed, tell=tell, board=args.board)
    lines = [report.summary(result)] if brief else report.verdicts(result)
    _say("\n".join(lines))
    return result


def _write(results: list[Result], args: argparse.Namespace) -> None:
    from sim import plot, report, trace  # noqa: PLC0415

    for result in results:
        if args.trace:
            trace.write_csv(result.rows, _place(args.trace, result, len(results)))
        if args.plot:
            plot.draw(result, _place(args.plot, result, len(results)))
    if args.json:
        report.write_json(results, args.json)


def _place(path: Path, result: Result, many: int) -> Path:
    """Of several runs each gets its own file: out.csv, out-name-depth.csv."""
    return path if many == 1 else path.with_name(f"{path.stem}-{result.scenario.name}-{result.depth}{path.suffix}")
