"""`python -m tests.firmware.mutate`: break the board's rules one small thing at a time and say which breaks no test noticed.

Never touches the source tree: each mutant is compiled into a folder of its own and loaded by a child process in the place of the
world's library.  Tests are collected once; a mutant is a fork of the process that has them ready.  Whatever is not seen to fail counts
as survived; what the compiler turns into the same machine code is no mutant.
"""

from __future__ import annotations

import argparse
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sim import build

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "firmware" / "core"
ARGUED = Path(__file__).with_name("mutants_argued.toml")
GUARDS = ("guard.c", "rules.c", "rest.c", "return_plan.c", "session.c")
MUTANT_S = 120.0
FAILED, UNKNOWN = 1, 3
"""How a child ends: a test failed; it could not tell."""
FLAGS = ("-std=c11", "-O1", "-w", "-ffp-contract=off", "-fPIC")

_T = "tests/firmware/test_"
PARTS = (f"{_T}rules.py", f"{_T}rest_parts.py")
TABLE = (f"{_T}start.py", f"{_T}stop.py", f"{_T}dizzy.py", f"{_T}return.py", f"{_T}sensors.py", f"{_T}commands.py", f"{_T}load.py")
SLOW = (f"{_T}margins.py", f"{_T}histories.py")
DEPTHS = {"parts": PARTS, "table": PARTS + TABLE, "all": PARTS + TABLE + SLOW}
"""Which tests a mutant must pass to survive; milliseconds, seconds, half a minute."""

COMPARED = {"<": ("<=", ">="), "<=": ("<", ">"), ">": (">=", "<="), ">=": (">", "<"), "==": ("!=",), "!=": ("==",)}
SWAPPED = {
    "&&": "||",
    "||": "&&",
    "true": "false",
    "false": "true",
    "board_less": "board_more",
    "board_more": "board_less",
    "GUARD_REFUSE": "GUARD_HOLD",
    "GUARD_HOLD": "GUARD_REFUSE",
    "GUARD_RETURN": "GUARD_RETURN_HALF",
    "GUARD_RETURN_HALF": "GUARD_RETURN",
    "GUARD_FAULT": "GUARD_RETURN",
    "GUARD_STOP": "GUARD_FAULT",
    "REST_BEFORE": "REST_GATE",
    "REST_GATE": "REST_PAST",
    "REST_PAST": "REST_BEFORE",
}
TOKEN = re.compile(r"/\*.*?\*/|//[^\n]*|\"[^\"]*\"|[A-Za-z_]\w*|\d\w*|&&|\|\||[<>=!]=|->|<<|>>|[-+*/&|^%]=|\+\+|--|\S|\s+", re.S)
STATEMENT = re.compile(
    r"(?:[a-z_]\w*(?:->|\.|\[)\S* (?:[-+|&]?=) .*|\(?[a-z_]\w*\(.*\)|\w[\w>.\-]*(?:\+\+|--)|break);$|rule\(g, .*\); +/\*.*$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One changed place in one file."""

    file: str
    line: int
    code: str  # the line's text
    change: str
    text: str  # the whole changed file

    @property
    def name(self) -> str:
        return f"{self.file}: {self.code}  [{self.change}]"


def _number(token: str) -> Iterator[str]:
    found = re.fullmatch(r"(\d+)([uUlL]*)", token)
    if found is None:
        return
    value, suffix = int(found[1]), found[2]
    yield f"{value + 1}{suffix}"
    if value > 0:
        yield f"{value - 1}{suffix}"


def _changes(token: str, before: str) -> Iterator[str]:
    """What this token may be confused with; `before` is the token in front of it."""
    yield from COMPARED.get(token, ())
    if token in SWAPPED:
        yield SWAPPED[token]
    if token == "!":
        yield ""
    if token in "+-" and re.fullmatch(r"\w+|\)|\]", before):
        yield "-" if token == "+" else "+"
    yield from _number(token)


def mutants(file: str) -> Iterator[Mutant]:
    """Every mutant of one file, in the order of its text."""
    text = (CORE / file).read_text(encoding="utf-8")
    lines = text.splitlines()
    before, at = "", 0
    for token in TOKEN.findall(text):
        line = text.count("\n", 0, at)
        code = lines[line].strip()
        if not token.isspace() and not token.startswith(("/*", "//", '"')) and not code.startswith("#include"):
            column = at - text.rfind("\n", 0, at) - 1 - (len(lines[line]) - len(lines[line].lstrip()))
            for new in _changes(token, before):
                change = f"{token} at {column} -> {new or 'nothing'}"
                yield Mutant(file=file, line=line + 1, code=code, change=change, text=text[:at] + new + text[at + len(token) :])
            before = token
        at += len(token)
    for number, raw in enumerate(lines):
        if STATEMENT.fullmatch(raw.strip()) and raw.startswith("    "):
            kept = [*lines[:number], *lines[number + 1 :]]
            yield Mutant(file=file, line=number + 1, code=raw.strip(), change="left out", text="\n".join(kept) + "\n")


def _object(source: Path, target: Path) -> bool:
    command = [build.compiler(), *FLAGS, f"-I{CORE}", f"-I{build.NATIVE}", "-c", str(source), "-o", str(target)]
    return subprocess.run(command, capture_output=True, check=False, timeout=120).returncode == 0


class Bench:
    """Everything compiled once; a mutant costs one file and a link."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.objects = {path.name: folder / f"{path.parent.name}-{path.name}.o" for path in build.sources()}
        for path in build.sources():
            if not _object(path, self.objects[path.name]):
                raise build.BuildError(f"{path.name}: does not compile")

    def compile(self, mutant: Mutant) -> Path | None:
        """The world with this mutant; None if it does not compile or is the same machine code."""
        source, target, linked = self.folder / mutant.file, self.folder / "mutant.o", self.folder / "mutant.so"
        source.write_text(mutant.text, encoding="utf-8")
        if not _object(source, target):
            return None
        original = self.objects[mutant.file]
        if _code(target) == _code(original):
            return None
        objects = [str(target if path == original else path) for path in self.objects.values()]
        subprocess.run([build.compiler(), "-shared", "-o", str(linked), *objects, "-lm"], check=True, timeout=120)
        return linked


def _code(path: Path) -> bytes:
    """All that the compiler made of it: code, tables, and what they refer to."""
    dumped = subprocess.run(["objdump", "-s", "-r", str(path)], capture_output=True, check=True, timeout=60)
    return dumped.stdout.split(b"\n", 3)[-1]


def _child(session: pytest.Session, library: Path) -> None:
    """Run the collected tests on that library; exit 0 only if every test passed."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    build.library = lambda **_: library  # the child's own copy of the module
    for item, after in zip(session.items, [*session.items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        if session.testsfailed:
            os._exit(FAILED)
    os._exit(0)


def noticed(session: pytest.Session, library: Path) -> bool:
    """Whether a test failed on it.  Too slow, or ended in any other way: not noticed."""
    child = os.fork()
    if child == 0:
        try:
            _child(session, library)
        finally:
            os._exit(UNKNOWN)
    watch = os.pidfd_open(child)
    ended = bool(select.select([watch], [], [], MUTANT_S)[0])
    os.close(watch)
    if not ended:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return ended and (os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == FAILED)


class Loop:
    """A pytest plugin: instead of running the collected tests once, `work` runs them as often as it likes."""

    def __init__(self, work: Callable[[pytest.Session], int]) -> None:
        self.missed = -1
        self._work = work

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.missed = self._work(session)
        return True


def argued() -> dict[str, str]:
    """Mutants that no test can notice: name -> why."""
    with ARGUED.open("rb") as file:
        return {row["mutant"]: row["why"] for row in tomllib.load(file).get("argued", [])}


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.firmware.mutate", description="Mutants of the board's rules against its tests.")
    parser.add_argument("files", nargs="*", default=GUARDS, help=f"of {', '.join(GUARDS)}")
    parser.add_argument("--part", default="1/1", metavar="I/N", help="only every Nth mutant, beginning with the Ith")
    parser.add_argument("--seconds", type=float, default=1e9, help="stop after this long; what was not run is said")
    parser.add_argument("--depth", choices=DEPTHS, default="table", help="which tests: of single parts, of the simulated table too, or all")
    parser.add_argument("--only", metavar="FILE", type=Path, help="only mutants whose name is a line of this file")
    asked = parser.parse_args(arguments)
    part, parts = (int(value) for value in asked.part.split("/"))
    wanted = set(asked.only.read_text(encoding="utf-8").splitlines()) if asked.only else None
    excused, end = argued(), time.monotonic() + asked.seconds
    with tempfile.TemporaryDirectory(prefix="mutate-") as folder:
        bench = Bench(Path(folder))

        def work(session: pytest.Session) -> int:
            missed = 0
            for file in asked.files or GUARDS:
                chosen = [m for i, m in enumerate(mutants(file)) if i % parts == part - 1 and (wanted is None or m.name in wanted)]
                missed += _run(bench, file, chosen, excused, end, session)
            return missed

        loop = Loop(work)
        pytest.main(["-q", "--capture=no", "-p", "no:cacheprovider", *DEPTHS[asked.depth]], plugins=[loop])
    return 0 if loop.missed == 0 else 1


def _run(bench: Bench, file: str, chosen: list[Mutant], excused: dict[str, str], end: float, session: pytest.Session) -> int:
    killed = same = excuses = missed = run = 0
    for mutant in chosen:
        if time.monotonic() > end:
            break
        run += 1
        if mutant.name in excused:
            excuses += 1
            continue
        library = bench.compile(mutant)
        if library is None:
            same += 1
        elif noticed(session, library):
            killed += 1
        else:
            missed += 1
            _say(f"survived  {mutant.name}  (line {mutant.line})")
    rate = 100.0 * killed / max(1, killed + missed)
    _say(f"{file}: {killed} of {killed + missed} noticed ({rate:.1f} %), {excuses} argued, {same} no mutants, {len(chosen) - run} not run")
    return missed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
