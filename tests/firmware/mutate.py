"""`python -m tests.firmware.mutate`: break the board's core one small thing at a time and say which breaks no test noticed.

Never touches the source tree: all mutants of all files are compiled once into one library, an id says which of them is alive, and each is a
fork of the process that has library and tests ready.  Whatever is not seen to fail counts as survived; what the compiler turns into the
same machine code is no mutant.  Survivors are argued one by one in mutants_argued.toml; an argument for what is not there fails too.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from sim import build
from tests.firmware import argued
from tests.firmware.mutants import CORE, Mutant, Switched, mutants, switched
from tests.wire import native

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
ARGUED = HERE / "mutants_argued.toml"
GUARDS = (
    *("guard.c", "rules.c", "rest.c", "ladder.c", "return_plan.c", "session.c"),
    *("frame.c", "protocol.c", "vote.c", "plausible.c", "budget.c"),
)
ABOUT = {
    "guard": "rules",
    "return_plan": "plan",
    "protocol": "link",
    "plausible": "drive",
    "ladder": "session",
    "budget": "session",
}
"""Which tests are about a file, if not those of its name: they come first."""
MUTANT_S = 120.0
FAILED, UNKNOWN = 1, 3
"""How a child ends: a test failed; it could not tell."""
FLAGS = ("-std=c11", "-O1", "-w", "-ffp-contract=off", "-fPIC", "-fno-jump-tables", "-fno-ipa-sra")
TRIES = 8
"""Of compiling a file, each without the mutants that did not compile."""

_T = "tests/firmware/test_"
PARTS = (*(str(path.relative_to(ROOT)) for path in sorted(HERE.glob("test_*_parts.py"))), f"{_T}rules.py")
WIRE = ("tests/wire/test_frame.py", "tests/wire/test_codec.py", "tests/wire/test_challenge.py")
TABLE = (f"{_T}start.py", f"{_T}stop.py", f"{_T}dizzy.py", f"{_T}return.py", f"{_T}sensors.py", f"{_T}commands.py", f"{_T}load.py")
SLOW = (f"{_T}margins.py", f"{_T}histories.py")
DEPTHS = {"parts": PARTS + WIRE, "table": PARTS + WIRE + TABLE, "all": PARTS + WIRE + TABLE + SLOW}
"""Which tests a mutant must pass to survive; milliseconds, seconds, half a minute."""


class Library:
    """Every file's mutants in one shared object; `alive` brings one of them to life in this process."""

    def __init__(self, folder: Path, files: Sequence[str]) -> None:
        self.path = folder / "world-of-mutants.so"
        self.mutants: dict[int, Mutant] = {}
        self.none: dict[str, int] = dict.fromkeys(files, 0)
        objects = [str(self._plain(path, folder)) for path in [*build.sources(), *native.SOURCES[2:]] if path.name not in files]
        objects += [str(self._with_mutants(file, folder)) for file in files]
        switch = folder / "switch.c"
        switch.write_text("int mutant_id;\n", encoding="utf-8")
        objects.append(str(self._plain(switch, folder)))
        subprocess.run([build.compiler(), "-shared", "-o", str(self.path), *objects, "-lm"], check=True, timeout=120)
        self._loaded = ctypes.CDLL(str(self.path))

    def alive(self, number: int) -> None:
        ctypes.c_int.in_dll(self._loaded, "mutant_id").value = number

    @staticmethod
    def _plain(source: Path, folder: Path) -> Path:
        target = folder / f"{source.parent.name}-{source.stem}.o"
        complaints = _compiled(source, target)
        if complaints:
            raise build.BuildError(f"{source.name}: {complaints[:300]}")
        return target

    def _with_mutants(self, file: str, folder: Path) -> Path:
        first = max(self.mutants, default=0) + 1
        wanted = dict(enumerate(mutants(file), first))
        total = len(wanted)
        source, target = folder / file, folder / f"{file}.o"
        for _ in range(TRIES):
            made = switched(file, wanted)
            source.write_text(made.text, encoding="utf-8")
            complaints = _compiled(source, target)
            if not complaints:
                break
            wanted = _without_broken(made, complaints)
        else:
            raise build.BuildError(f"{file}: does not compile with its mutants: {complaints[:300]}")
        same = _same_code(made, target)
        self.mutants |= {number: mutant for number, mutant in made.numbers.items() if number not in same}
        self.none[file] = total - len(made.numbers) + len(same)
        return target


def _compiled(source: Path, target: Path) -> str:
    """What the compiler complains of; empty if it compiles."""
    command = [build.compiler(), *FLAGS, f"-I{CORE}", f"-I{build.NATIVE}", "-c", str(source), "-o", str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    return done.stderr or "no words" if done.returncode != 0 else ""


def _without_broken(made: Switched, complaints: str) -> dict[int, Mutant]:
    """The mutants whose text no complaint is about."""
    lines = {int(line) for line in re.findall(r":(\d+):\d+: error", complaints)}
    broken = {number for number, (first, last) in made.lines.items() if any(first <= line <= last for line in lines)}
    if not broken:
        raise build.BuildError(f"does not compile with its mutants: {complaints[:300]}")
    return {number: mutant for number, mutant in made.numbers.items() if number not in broken}


def _moved(first: int, address: re.Match[str]) -> str:
    return f"{int(address[1], 16) - first}:"


def _same_code(made: Switched, target: Path) -> set[int]:
    """Mutants whose function is, instruction for instruction, the unchanged one."""
    told = subprocess.run(
        ["objdump", "-dr", "--no-show-raw-insn", str(target)], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    bodies = {}
    for name, start, body in re.findall(r"^([0-9a-f]+) <(\w+__\d+)>:\n((?:.+\n)+)", told, re.M):
        first, function = int(name, 16), start
        shorter = re.sub(rf"<{function}(\+0x\w+)?>", r"<here\1>", body)
        shorter = re.sub(r"\b[0-9a-f]+ <here", "<here", shorter)
        bodies[function] = re.sub(r"^ *([0-9a-f]+):", partial(_moved, first), shorter, flags=re.M)
    return {number for number, name in made.functions.items() if bodies.get(f"{name}__{number}", "gone") == bodies.get(f"{name}__0")}


# ------------------------------------------------------------ running


def _child(session: pytest.Session, library: Library, number: int, stem: str) -> None:
    """Run the collected tests with that mutant alive, its own file's first; exit 0 only if every test passed."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    library.alive(number)
    items = sorted(session.items, key=lambda item: stem not in item.path.name)
    for item, after in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        if session.testsfailed:
            os._exit(FAILED)
    os._exit(0)


@dataclass(slots=True)
class Trial:
    """One mutant in a process of its own."""

    number: int
    child: int
    watch: int
    until_s: float

    def ended(self) -> bool:
        """Whether a test failed on it.  Too slow, or ended in any other way: not noticed."""
        late = not select.select([self.watch], [], [], 0)[0]
        if late:
            os.kill(self.child, signal.SIGKILL)
        os.close(self.watch)
        _, status = os.waitpid(self.child, 0)
        return not late and (os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == FAILED)


def begin(number: int, run: Callable[[], None]) -> Trial:
    """Fork; the child runs and never comes back."""
    child = os.fork()
    if child == 0:
        try:
            run()
        finally:
            os._exit(UNKNOWN)
    return Trial(number=number, child=child, watch=os.pidfd_open(child), until_s=time.monotonic() + MUTANT_S)


def noticed(work: Iterator[Trial], jobs: int) -> Iterator[tuple[int, bool]]:
    """Each trial's number and whether its mutant was noticed, so many at a time, as they end."""
    running: list[Trial] = []
    more = True
    while more or running:
        while more and len(running) < jobs:
            trial = next(work, None)
            more = trial is not None
            running += [trial] if trial is not None else []
        if not running:
            return
        patience_s = max(0.0, min(trial.until_s for trial in running) - time.monotonic())
        ready = select.select([trial.watch for trial in running], [], [], patience_s)[0]
        over = [trial for trial in running if trial.watch in ready or time.monotonic() >= trial.until_s]
        running = [trial for trial in running if trial not in over]
        yield from ((trial.number, trial.ended()) for trial in over)


@dataclass(slots=True)
class Result:
    """Of one file."""

    killed: int = 0
    excused: int = 0
    left: int = 0
    survived: list[Mutant] = field(default_factory=list)


class Loop:
    """A pytest plugin: instead of running the collected tests once, `work` runs them as often as it likes."""

    def __init__(self, work: Callable[[pytest.Session], None]) -> None:
        self.ran = False
        self._work = work

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self._work(session)
        self.ran = True
        return True


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def run(asked: argparse.Namespace, library: Library, session: pytest.Session) -> dict[str, Result]:
    """Every chosen mutant against the collected tests."""
    part, parts = (int(value) for value in asked.part.split("/"))
    reasons, end = argued.read(ARGUED), time.monotonic() + asked.seconds
    results = {file: Result() for file in asked.files}

    def work() -> Iterator[Trial]:
        for number, mutant in library.mutants.items():
            result = results[mutant.file]
            if number % parts != part - 1:
                continue
            if time.monotonic() > end:
                result.left += 1
            elif not asked.argued and any(row.covers(mutant.finding) for row in reasons):
                result.excused += 1
            else:
                stem = mutant.file.removesuffix(".c")
                yield begin(number, partial(_child, session, library, number, ABOUT.get(stem, stem)))

    for number, was_noticed in noticed(work(), asked.jobs):
        mutant = library.mutants[number]
        results[mutant.file].killed += was_noticed
        if not was_noticed:
            results[mutant.file].survived.append(mutant)
            _say(f"survived  {mutant.finding}")
    return results


def verdict(asked: argparse.Namespace, library: Library, results: dict[str, Result]) -> int:
    """Print a row a file and what is wrong; how much is."""
    survivors = [mutant.finding for result in results.values() for mutant in result.survived]
    reasons = [row for row in argued.read(ARGUED) if row.file in asked.files]
    there = survivors if asked.argued else [mutant.finding for mutant in library.mutants.values()]
    bare = [finding for finding in survivors if not any(row.covers(finding) for row in reasons)]
    idle = argued.judge(there, reasons, ARGUED.name)[len([one for one in there if not any(row.covers(one) for row in reasons)]) :]
    for file, result in results.items():
        judged = result.killed + len(result.survived)
        rate = 100.0 * result.killed / max(1, judged)
        _say(
            f"{file:<14} {result.killed} of {judged} noticed ({rate:.1f} %), {result.excused} argued, {library.none[file]} no mutants, "
            f"{result.left} not run"
        )
    for sentence in idle:
        _say(sentence)
    return len(bare) + len(idle)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.firmware.mutate", description="Mutants of the board's core against its tests.")
    parser.add_argument("files", nargs="*", help=f"of {', '.join(GUARDS)} (default: all)")
    parser.add_argument("--part", default="1/1", metavar="I/N", help="only every Nth mutant, beginning with the Ith")
    parser.add_argument("--seconds", type=float, default=1e9, help="stop after this long; what was not run is said")
    parser.add_argument("--depth", choices=DEPTHS, default="table", help="which tests: of single parts, of the simulated table too, or all")
    parser.add_argument("--tests", nargs="+", help="these tests instead")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="mutants at a time (default: the processors)")
    parser.add_argument("--argued", action="store_true", help="run those that are argued too: each must survive")
    asked = parser.parse_args(arguments)
    asked.files = asked.files or list(GUARDS)
    wrong = 1
    with tempfile.TemporaryDirectory(prefix="mutate-") as folder:
        library = Library(Path(folder), asked.files)
        build.library = lambda **_: library.path  # this process's own copy of the module
        native.compile_library = lambda _folder, *_extra: library.path
        results: dict[str, Result] = {}
        loop = Loop(lambda session: results.update(run(asked, library, session)))
        pytest.main(
            ["-q", "--capture=no", "-p", "no:cacheprovider", "-p", "no:faulthandler", *(asked.tests or DEPTHS[asked.depth])], plugins=[loop]
        )
        wrong = verdict(asked, library, results) if loop.ran else 1
    return 0 if wrong == 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
