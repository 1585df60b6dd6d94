"""`python -m tests.firmware.coverage`: every line and every branch of the board's core is run by a test, or this fails and names it.

Runs the tests of the board's parts and the fuzzer's kept histories on a core that counts (gcc --coverage), then asks gcov.  Conditions of
`a && b` are two branches of two ways each.  What nothing can reach is argued in unreached_argued.toml, way by way; an argument for what is
reached after all, or is not there any more, fails too.  Writes only into a folder of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from sim import build
from tests.firmware import argued
from tests.firmware.argued import Finding
from tests.firmware.fuzz import build as fuzz

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
ARGUED = HERE / "unreached_argued.toml"
TABLE = ("rules", "start", "stop", "return", "dizzy", "sensors", "load")
TESTS = tuple(
    str(path.relative_to(ROOT)) for path in [*sorted(HERE.glob("test_*_parts.py")), *(HERE / f"test_{name}.py" for name in TABLE)]
)
"""The parts by themselves, and what the simulated table does to them: all that is needed, in half a minute of one core."""
PLUGIN = "tests.firmware.counted"
WHERE = "COUNTED_WORLD"
"""Environment variable that tells the plugin which library counts."""
COUNTING = ("-O0", "-g", "--coverage", "-fprofile-abs-path")
PLAIN = ("-O2",)


@dataclass(slots=True)
class Counts:
    """How often each line ran, and each way out of each branch of it."""

    lines: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    branches: dict[tuple[int, int], int] = field(default_factory=lambda: defaultdict(int))

    def add(self, line: dict[str, object]) -> None:
        number, count, ways = line["line_number"], line["count"], line["branches"]
        assert isinstance(number, int)
        assert isinstance(count, int)
        assert isinstance(ways, list)
        self.lines[number] += count
        for index, way in enumerate(ways):
            self.branches[number, index] += way["count"]


def compile_counting(folder: Path) -> Path:
    """The world with a core that counts; its notes and counts lie beside the objects.  Raises build.BuildError."""
    objects = []
    for source in build.sources():
        target = folder / f"{source.parent.name}-{source.stem}.o"
        flags = COUNTING if source.parent == build.FIRMWARE else PLAIN
        command = [
            build.compiler(),
            "-std=c11",
            "-ffp-contract=off",
            "-fPIC",
            f"-I{build.FIRMWARE}",
            *flags,
            "-c",
            str(source),
            "-o",
            str(target),
        ]
        _must(command, source.name)
        objects.append(str(target))
    library = folder / "world-counting.so"
    _must([build.compiler(), "-shared", "--coverage", "-o", str(library), *objects, "-lm"], library.name)
    return library


def replay_histories(folder: Path) -> None:
    """The fuzzer's kept histories through the counting objects.  Raises build.BuildError."""
    for target, extra in (("frames", ["frames.c"]), ("inputs", ["inputs.c", "oracle.c"])):
        program = folder / f"replay-{target}"
        files = [str(fuzz.HERE / name) for name in ("replay.c", *extra)]
        objects = map(str, sorted(folder.glob("core-*.o")))
        _must([build.compiler(), "-std=c11", f"-I{build.FIRMWARE}", "--coverage", "-o", str(program), *files, *objects], program.name)
        if fuzz.replay(program, target).returncode != 0:
            raise build.BuildError(f"{target}: a kept history breaks an invariant; pytest tests/firmware/test_fuzz.py says which")


def _must(command: list[str], what: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode != 0:
        raise build.BuildError(f"{what} does not compile: {done.stderr.strip()[:300]}")


def run_tests(library: Path, tests: tuple[str, ...], jobs: int) -> int:
    """Exit code of the tests on that library."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        PLUGIN,
        *(("-n", str(jobs)) if jobs > 1 else ()),
        *tests,
    ]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, WHERE: str(library)}, check=False).returncode


def read_counts(folder: Path) -> dict[str, Counts]:
    """By file name, from every counting object of that folder; one header in many objects is one file."""
    command = ["gcov", "--json-format", "--stdout", "--branch-probabilities", *map(str, sorted(folder.glob("core-*.gcda")))]
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, timeout=300).stdout
    found: dict[str, Counts] = defaultdict(Counts)
    for document in said.splitlines():
        for file in json.loads(document)["files"]:
            path = Path(file["file"])
            if path.parent == build.FIRMWARE:
                for line in file["lines"]:
                    found[path.name].add(line)
    return found


def never_taken(found: dict[str, Counts], core: Path = build.FIRMWARE) -> list[Finding]:
    """Each line that never ran, and each way out of a branch of a line that did."""
    findings = []
    for name, counts in sorted(found.items()):
        lines = [(number, "never run") for number, count in sorted(counts.lines.items()) if count == 0]
        ways = [
            (number, f"way {index} never taken")
            for (number, index), count in sorted(counts.branches.items())
            if count == 0 and counts.lines[number] > 0
        ]
        findings += [Finding(file=name, line=line, code=argued.line_of(core / name, line), what=what) for line, what in lines + ways]
    return findings


def table(found: dict[str, Counts]) -> str:
    """A row a file."""
    rows = []
    for name, counts in sorted(found.items()):
        ran = sum(count > 0 for count in counts.lines.values()), sum(count > 0 for count in counts.branches.values())
        rows.append(f"{name:<16} lines {ran[0]:>4} of {len(counts.lines):>4}   ways {ran[1]:>4} of {len(counts.branches):>4}\n")
    return "".join(rows)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.firmware.coverage", description="Lines and branches of firmware/core that tests run."
    )
    parser.add_argument("tests", nargs="*", default=TESTS, help="folders or files of tests (default: those of the board's parts)")
    parser.add_argument("--jobs", type=int, default=1, help="tests at a time (default %(default)s)")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="coverage-") as folder:
        library = compile_counting(Path(folder))
        if run_tests(library, tuple(asked.tests), asked.jobs) != 0:
            sys.stdout.write("coverage: the tests themselves failed\n")
            return 1
        replay_histories(Path(folder))
        found = read_counts(Path(folder))
    never = never_taken(found)
    wrong = argued.judge(never, argued.read(ARGUED), ARGUED.name)
    sys.stdout.write(table(found) + argued.report(wrong, f"coverage: {len(never)} lines and ways never taken"))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
