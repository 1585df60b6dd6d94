"""`python -m tests.firmware.misra [folder]`: cppcheck's MISRA C:2012 rules on the board's core, 16-bit int; whatever is not argued fails.

The arguments are in firmware/misra_deviations.toml; one that covers nothing any more fails too.  Reads only.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.firmware import argued
from tests.firmware.argued import Finding

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "firmware" / "core"
DEVIATIONS = ROOT / "firmware" / "misra_deviations.toml"
FOUND = re.compile(r"^(?P<file>.+?):(?P<line>\d+) (?:misra-c2012-)?(?P<rule>[\w.]+)$")


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
            found.add(Finding(file=path.name, line=number, code=argued.line_of(path, number), what=f"MISRA rule {match['rule']}"))
        elif line.strip():
            raise RuntimeError(f"cppcheck: {line}")
    if done.returncode != 0:
        raise RuntimeError(f"cppcheck ended with {done.returncode}: {done.stdout.strip()}")
    return sorted(found)


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0]) if arguments else CORE
    found = findings(folder)
    wrong = argued.judge(found, argued.read(DEVIATIONS), DEVIATIONS.name)
    sys.stdout.write(argued.report(wrong, f"MISRA C:2012: {len(found)} lines deviate"))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
