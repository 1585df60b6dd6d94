"""`python -m tests.firmware.misra [folder]`: cppcheck's MISRA C:2012 rules on the board's core, 16-bit int; whatever is not argued fails.

The arguments are in firmware/misra_deviations.toml; one that covers nothing any more fails too.  Reads only.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "firmware" / "core"
DEVIATIONS = ROOT / "firmware" / "misra_deviations.toml"
FOUND = re.compile(r"^(?P<file>.+?):(?P<line>\d+) (?:misra-c2012-)?(?P<rule>[\w.]+)$")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """One line that breaks one rule."""

    file: str
    line: int
    rule: str
    code: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: MISRA rule {self.rule}: {self.code}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """A rule that we break on purpose: everywhere, or where the line's text matches."""

    rule: str
    why: str
    code: str = ""

    def covers(self, finding: Finding) -> bool:
        return self.rule == finding.rule and re.search(self.code, finding.code) is not None


def deviations() -> list[Deviation]:
    with DEVIATIONS.open("rb") as file:
        return [Deviation(**row) for row in tomllib.load(file)["deviation"]]


def findings(folder: Path, *, include: Path = CORE) -> list[Finding]:
    """What cppcheck and its addon report for the C files of a folder.  Raises RuntimeError when they do not work."""
    command = ["cppcheck", "--addon=misra", "--platform=avr8", "--std=c11", "--quiet", "--suppress=missingIncludeSystem"]
    command += [f"-I{include}", "--template={file}:{line} {id}", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    found = set()
    for line in done.stderr.splitlines():
        match = FOUND.match(line)
        if match is not None:
            path, number = Path(match["file"]), int(match["line"])
            code = path.read_text(encoding="utf-8").splitlines()[number - 1]
            found.add(Finding(file=path.name, line=number, rule=match["rule"], code=code.strip()))
        elif line.strip():
            raise RuntimeError(f"cppcheck: {line}")
    if done.returncode != 0:
        raise RuntimeError(f"cppcheck ended with {done.returncode}: {done.stdout.strip()}")
    return sorted(found)


def judge(found: list[Finding], argued: list[Deviation]) -> list[str]:
    """One sentence for each finding without an argument and each argument without a finding."""
    bare = [str(finding) for finding in found if not any(row.covers(finding) for row in argued)]
    idle = [f"{DEVIATIONS.name}: rule {row.rule} {row.code!r} covers nothing" for row in argued if not any(map(row.covers, found))]
    return bare + idle


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0]) if arguments else CORE
    found = findings(folder)
    wrong = judge(found, deviations())
    for sentence in wrong:
        sys.stdout.write(sentence + "\n")
    sys.stdout.write(f"MISRA C:2012: {len(found)} lines deviate, {len(wrong)} not argued or not there any more\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
