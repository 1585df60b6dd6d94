"""Whether a change of the program changes any story: each shipped scenario's digest here and in another commit of this repository.

    python -m sim.golden                    one line a run: digest, depth, scenario
    python -m sim.golden --against REV      the same scenario files with REV's program: which runs differ
    python -m sim.golden --depth fast       at one depth only; --only WORD: scenarios with that in their name

A digest is of every column of every row at full precision (the trace file rounds to four places), the timeline and the violations.
For a change that is to make the program quicker and nothing else.  REV's files are unpacked into a folder of their own, which is removed.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from controller.exit_codes import ExitCode
from sim.build import ROOT, BuildError, folder
from sim.cli import SHIPPED
from sim.runner import Result, run_scenario
from sim.scenario import DEPTHS, Scenario, ScenarioError
from sim.scenario_loader import find_scenarios, load_scenario

Digests = dict[str, str]
"""`depth scenario` -> digest."""


def digest(result: Result) -> str:
    """Of everything that happened."""
    whole = hashlib.sha256()
    for row in result.rows:
        whole.update(repr(tuple(row)).encode())
    for moment in result.timeline:
        whole.update(repr((moment.t_s, moment.kind, moment.text, moment.rule)).encode())
    for violation in result.violations:
        whole.update(str(violation).encode())
    return whole.hexdigest()[:32]


def digests(scenarios: list[Scenario], depths: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Run each at each depth that it names."""
    for scenario in scenarios:
        for depth in scenario.depths:
            if depth in depths:
                yield f"{depth} {scenario.name}", digest(run_scenario(scenario, depth=depth))


def compare(ours: Digests, theirs: Digests) -> list[str]:
    """A line for each run that is not the same there."""
    return [f"{name}: {'differs' if name in theirs else 'did not run there'}" for name, found in ours.items() if theirs.get(name) != found]


def unpack(revision: str, into: Path) -> None:
    """The commit's files, without a work tree.  Raises OSError with one line."""
    packed = subprocess.run(["git", "-C", str(ROOT), "archive", "--format=tar", revision], capture_output=True, check=False)
    if packed.returncode != 0:
        raise OSError(0, f"{revision!r} is no commit here: {packed.stderr.decode().strip().splitlines()[0]}")
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as files:
        files.extraction_filter = getattr(tarfile, "data_filter", None)  # since Python 3.11.4; Debian 12 has 3.11.2
        files.extractall(into)


def elsewhere(tree: Path, arguments: list[str]) -> Digests:
    """This file run with the packages of another tree, which need not know it.  Raises OSError with the last thing it said."""
    command = [sys.executable, "-P", str(Path(__file__).resolve()), *arguments]
    world = {**os.environ, "PYTHONPATH": str(tree), "INVERSION_TABLE_BUILD": str(folder().parent)}  # what is compiled carries its hash
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tree, env=world)
    if done.returncode != 0:
        raise OSError(0, f"the other program cannot run these scenarios: {(done.stderr.strip() or 'no word').splitlines()[-1]}")
    return dict(reversed(line.split(" ", 1)) for line in done.stdout.splitlines())  # type: ignore[misc]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--against", metavar="REV", help="compare with this commit")
    parser.add_argument("--depth", choices=DEPTHS, help="this depth only")
    parser.add_argument("--only", metavar="WORD", default="", help="scenarios whose name has this in it")
    parser.add_argument("--scenarios", type=Path, default=SHIPPED, metavar="FOLDER", help="files or folder of scenarios")
    return parser


def main() -> int:
    """Print digests, or what differs; 1 if anything does."""
    given = _parser().parse_args()
    depths = (given.depth,) if given.depth else DEPTHS
    try:
        scenarios = [load_scenario(path) for path in find_scenarios([given.scenarios])]
        chosen = [scenario for scenario in scenarios if given.only in scenario.name]
        if given.against is None:
            for name, found in digests(chosen, depths):
                sys.stdout.write(f"{found} {name}\n")
                sys.stdout.flush()
            return ExitCode.OK
        return _against(given.against, chosen, depths, _again(given))
    except ScenarioError as error:
        sys.stderr.write(f"{error}\n")
        return ExitCode.BAD_DATA
    except BuildError as error:
        sys.stderr.write(f"{error}\n")
        return ExitCode.UNAVAILABLE
    except OSError as error:
        sys.stderr.write(f"{error.strerror}\n")
        return ExitCode.NO_INPUT


def _again(given: argparse.Namespace) -> list[str]:
    """The same choice for the other program: this tree's files, not its own."""
    depth = ["--depth", given.depth] if given.depth else []
    return ["--scenarios", str(given.scenarios.resolve()), "--only", given.only, *depth]


def _against(revision: str, scenarios: list[Scenario], depths: tuple[str, ...], arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="golden-") as tree:
        unpack(revision, Path(tree))
        theirs = elsewhere(Path(tree), arguments)
    differing = compare(dict(digests(scenarios, depths)), theirs)
    runs = sum(depth in depths for scenario in scenarios for depth in scenario.depths)
    sys.stdout.write("\n".join([*differing, f"{runs - len(differing)} of {runs} runs are the same as with {revision}"]) + "\n")
    return ExitCode.CHECK_FAILED if differing else ExitCode.OK


if __name__ == "__main__":
    sys.exit(main())
