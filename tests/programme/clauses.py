"""Every clause of TP1-TP16 with the code that keeps it and the test that says so.  `python -m tests.programme.clauses` proves the table.

For each clause the code is broken in one small way, in a copy of the project, and the test named must fail then.  Exit 1 when one did
not, or does not pass on the project as it is.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE = Path(__file__).with_name("clauses.toml")
RULES = tuple(f"TP{number}" for number in range(1, 17))
COPIED = ("controller", "firmware", "hardware", "sim", "tests", "docs", "systemd")
FAILED = 1
"""What pytest says when a test has failed; anything else is no proof."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One clause: words of the requirement's row; `old` in the file `code` keeps it, and with `new` in its place `test` fails."""

    rule: str
    clause: str
    code: str
    old: str
    new: str
    test: str


def clauses() -> tuple[Clause, ...]:
    """All of them, in the order of the rows."""
    with FILE.open("rb") as file:
        found = tomllib.load(file)
    return tuple(Clause(rule=rule, **row) for rule in RULES for row in found[rule])


def proved(clause: Clause, copy: Path) -> bool:
    """Whether the test fails once the clause is broken in the copy, which is whole again afterwards."""
    path = copy / clause.code
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole.replace(clause.old, clause.new), encoding="utf-8")
    try:
        return _run(copy, clause.test) == FAILED
    finally:
        path.write_text(whole, encoding="utf-8")


def _run(copy: Path, *tests: str) -> int:
    command = [sys.executable, "-B", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    return subprocess.run(command, cwd=copy, env=os.environ | {"PYTHONPATH": str(copy)}, capture_output=True, check=False).returncode


def _copied(into: Path) -> Path:
    for name in COPIED:
        shutil.copytree(ROOT / name, into / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "CHANGELOG.md"):
        shutil.copy(ROOT / name, into / name)
    return into


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.programme.clauses", description=__doc__.splitlines()[0])
    parser.add_argument("--rule", choices=RULES, action="append", help="these rows only")
    chosen = [each for each in clauses() if each.rule in (parser.parse_args().rule or RULES)]
    with tempfile.TemporaryDirectory() as folder:
        copy = _copied(Path(folder))
        if _run(copy, *sorted({each.test for each in chosen})) != 0:
            sys.stderr.write("the tests do not pass on the project as it is: that would prove nothing\n")
            return 1
        noticed = [_told(each, noticed=proved(each, copy)) for each in chosen]
    sys.stdout.write(f"{sum(noticed)} of {len(chosen)} clauses: their test fails once their code is broken\n")
    return 0 if all(noticed) else 1


def _told(clause: Clause, *, noticed: bool) -> bool:
    if not noticed:
        sys.stdout.write(
            f"not noticed: {clause.rule}: {clause.clause}\n  {clause.code}: {clause.old!r} -> {clause.new!r}\n  {clause.test}\n"
        )
        sys.stdout.flush()
    return noticed


if __name__ == "__main__":
    sys.exit(main())
