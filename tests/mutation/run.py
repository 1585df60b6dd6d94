"""`python -m tests.mutation.run`: break the core one small thing at a time, run its fast tests, and say which breaks nobody noticed.

Never touches the source tree: a mutant lives only in the memory of a child process.  Whatever is not seen to fail counts as survived.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib.abc
import importlib.util
import os
import signal
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest

from tests.mutation.operators import Mutant, enums_of, mutants

ROOT = Path(__file__).resolve().parents[2]
ARGUED = Path(__file__).with_name("mutants_argued.toml")
ENUM_SOURCES = ("controller/core/model.py", "controller/core/wire.py", "controller/core/modes.py")
MUTANT_S = 60.0
"""A mutant whose tests take longer has survived: nobody saw it fail."""

ENDED = {signal.SIGCHLD}

KILLED, SURVIVED, STILLBORN = 0, 1, 2
"""Exit codes of a child.  Stillborn: the module does not even import, so that it says nothing about the tests."""

OPTIONS = ("-x", "-q", "--no-header", "--tb=no", "--noconftest", "--continue-on-collection-errors", "-p", "no:cacheprovider")
"""As fast as can be: every mutant pays for this."""

PRELOADED = ("_pytest.assertion.rewrite", "_pytest.doctest", "_pytest.junitxml", "_pytest.python", "_pytest.unittest")
"""Once in the parent, so that no child has to; never anything of the product."""

CORE = "tests/core/test_"
TESTS: dict[str, tuple[str, ...]] = {
    "controller.core.safety": (f"{CORE}safety_table.py", f"{CORE}safety.py"),
    "controller.core.signs": (f"{CORE}signs_bounds.py", f"{CORE}safety_memory.py", f"{CORE}safety_table.py", f"{CORE}safety.py"),
    "controller.core.modes": (f"{CORE}modes_table.py", f"{CORE}modes.py"),
    "controller.core.rest": (f"{CORE}rest_bounds.py", f"{CORE}rest.py"),
    "controller.core.refusals": (f"{CORE}refusals_rows.py", f"{CORE}refusals.py"),
    "controller.core.answers": (f"{CORE}answers_bounds.py", f"{CORE}answers.py"),
    "controller.core.ladder": (f"{CORE}ladder_bounds.py", f"{CORE}ladder.py"),
    "controller.core.buttons": (f"{CORE}buttons_pairs.py", f"{CORE}buttons.py"),
}
"""Module -> its fast tests, the likeliest to notice first."""


@dataclass(slots=True)
class Score:
    """What became of a module's mutants."""

    killed: int = 0
    stillborn: int = 0
    survived: list[str] = field(default_factory=list)
    argued: int = 0
    not_run: int = 0

    @property
    def per_cent(self) -> float:
        counted = self.killed + len(self.survived)
        return 100.0 * self.killed / counted if counted else 100.0


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from a text instead of from its file."""

    def __init__(self, module: str, source: str, path: Path) -> None:
        self.module, self.source, self.path = module, source, path

    def find_spec(self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None) -> ModuleSpec | None:
        return importlib.util.spec_from_loader(fullname, self) if fullname == self.module else None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.source, str(self.path), "exec"), module.__dict__)


def judge(module: str, source: str, path: Path, tests: Sequence[str]) -> int:
    """In a child: the tests against this source."""
    sys.meta_path.insert(0, Finder(module, source, path))
    try:
        importlib.import_module(module)
    except (SyntaxError, NameError, TypeError, ValueError, LookupError, AttributeError, ImportError, ArithmeticError):
        return STILLBORN
    return KILLED if pytest.main([*OPTIONS, *tests]) == pytest.ExitCode.TESTS_FAILED else SURVIVED


def child(work: Callable[[], int]) -> int:
    """A forked process that does the work silently; its id."""
    sys.stdout.flush()
    process = os.fork()
    if process:
        return process
    code = SURVIVED
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDED)
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        code = work()
    finally:
        os._exit(code)


def run_all(jobs: Sequence[Callable[[], int]], *, at_once: int, until: float, told: Callable[[int, int], None]) -> None:
    """Every job in a child of its own; `told` gets its index and exit code.  Jobs not begun by `until` are left out."""
    running: dict[int, tuple[int, float]] = {}
    todo = list(enumerate(jobs))
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDED)  # waited for below
    while todo or running:
        while todo and len(running) < at_once and time.monotonic() < until:
            index, job = todo.pop(0)
            running[child(job)] = (index, time.monotonic() + MUTANT_S)
        if time.monotonic() >= until:
            todo.clear()
        process, status = os.waitpid(-1, os.WNOHANG) if running else (0, 0)
        if process in running:
            index, _ = running.pop(process)
            told(index, os.waitstatus_to_exitcode(status))
            continue
        for late in [process for process, (_, deadline) in running.items() if time.monotonic() > deadline]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(late, signal.SIGKILL)
        if running:
            signal.sigtimedwait(ENDED, 0.5)


def argued(path: Path, module: str) -> Counter[tuple[str, str, str]]:
    """Mutants of a module that somebody has argued cannot be noticed: how often each code text may survive."""
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("argued", []) if path.exists() else []
    for entry in entries:
        if set(entry) != {"module", "where", "was", "now", "because"} or len(entry["because"]) < 20:
            raise SystemExit(f"{path.name}: every entry has module, where, was, now and because (a whole sentence): {entry}")
    return Counter((entry["where"], entry["was"], entry["now"]) for entry in entries if entry["module"] == module)


def spread(found: list[Mutant]) -> list[Mutant]:
    """In an order that is always the same and makes the first few a fair sample."""
    return sorted(found, key=lambda mutant: hashlib.sha256(mutant.name.encode()).digest())


def examine(module: str, path: Path, tests: Sequence[str], *, at_once: int, until: float, allowed: Path = ARGUED) -> Score:
    """Every mutant of one module."""
    source = path.read_text(encoding="utf-8")
    enums = enums_of({name: (ROOT / name).read_text(encoding="utf-8") for name in ENUM_SOURCES}, source)
    found, score = spread(list(mutants(source, enums))), Score()
    excused = argued(allowed, module)
    unknown = set(excused) - {(mutant.where, mutant.was, mutant.now) for mutant in found}
    if unknown:
        raise SystemExit(f"{allowed.name}: no mutant of {module} is like this any more: {sorted(unknown)[0]}")
    baseline: list[int] = []
    run_all([partial(judge, module, source, path, tests)], at_once=1, until=until, told=lambda _, code: baseline.append(code))
    if baseline != [SURVIVED]:
        raise SystemExit(f"{module}: its tests must pass before anything is broken")

    def told(index: int, code: int) -> None:
        mutant = found[index]
        score.not_run -= 1
        if code in (KILLED, STILLBORN):
            score.killed += code == KILLED
            score.stillborn += code == STILLBORN
        elif excused[(mutant.where, mutant.was, mutant.now)] > 0:
            excused[(mutant.where, mutant.was, mutant.now)] -= 1  # one entry, one mutant
            score.argued += 1
        else:
            score.survived.append(mutant.name)

    score.not_run = len(found)
    jobs = [partial(judge, module, mutant.source, path, tests) for mutant in found]
    run_all(jobs, at_once=at_once, until=until, told=told)
    return score


def report(module: str, score: Score) -> str:
    """One line, then the survivors."""
    line = f"{module}: {score.per_cent:.1f} % noticed ({score.killed} killed, {len(score.survived)} survived, {score.argued} argued,"
    line += f" {score.stillborn} did not import, {score.not_run} not run)"
    return "\n".join([line, *(f"  survived  {name}" for name in sorted(score.survived))])


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 when nothing survived and everything was run."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation.run", description=__doc__)
    parser.add_argument("--module", action="append", choices=list(TESTS), help="only this one (may be repeated)")
    parser.add_argument("--seconds", type=float, default=3600.0, help="begin no mutant after this long (default an hour)")
    parser.add_argument("--jobs", type=int, default=max(1, (os.cpu_count() or 2) // 2), help="mutants at once")
    given = parser.parse_args(arguments)
    os.nice(10)
    os.chdir(ROOT)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    for name in PRELOADED:
        importlib.import_module(name)
    until, whole = time.monotonic() + given.seconds, True
    for module in given.module or TESTS:
        score = examine(module, ROOT / f"{module.replace('.', '/')}.py", TESTS[module], at_once=given.jobs, until=until)
        sys.stdout.write(report(module, score) + "\n")
        sys.stdout.flush()
        whole = whole and not score.survived and not score.not_run
    return 0 if whole else 1


if __name__ == "__main__":
    raise SystemExit(main())
