"""`python -m tests.firmware.prove`: no overflow of 16 or 32 bits, no bad index, division or uninitialised read in the core.

Frama-C's Eva, which is sound, on `board_start()` and any number of `board_tick()`s with any bytes, contacts and counts
(firmware/prove/harness.c), `int` of 16 bits.  An alarm that firmware/prove/argued.toml does not argue fails, and so does an idle argument.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.firmware import argued
from tests.firmware.argued import Finding

ROOT = Path(__file__).resolve().parents[2]
FIRMWARE = ROOT / "firmware"
HARNESS = FIRMWARE / "prove" / "harness.c"
ARGUED = FIRMWARE / "prove" / "argued.toml"
INCLUDED = "angle.c"
"""The harness includes it, to give functions of it a contract."""
TOLD_APART = (
    "prove:20",
    "any_memory:60",
    "board_start:60",
    "angle_start:60",
    "any_inputs:60",
    "frame_encode:60",
    "frame_end:60",
    "link_update:200",
    "protocol_unpack_command:20",
    "take:60",
    "in_range:60",
)
TOLD_BY_CONTRACT = ("clamp_q16", "clamp_speed")
BY_RESULT = ("frame_end:0:1", "protocol_unpack_command:0:1", "in_range:0:1")
ALARM = re.compile(r"\[eva:alarm\] (?P<file>\S+):(?P<line>\d+): Warning:\s+(?P<what>.+?)(?=\n\[|\n\S|\Z)", re.S)
ENDED = "[eva:summary]"
MOST_S = 1800


def read(told: str) -> list[Finding]:
    """The alarms of a report that came to its end.  Raises RuntimeError when it did not: no end is no proof."""
    if ENDED not in told:
        raise RuntimeError(f"the analysis did not come to its end: {told.strip()[-300:]}")
    found = set()
    for match in ALARM.finditer(told):
        name = Path(match["file"]).name
        path = HARNESS if name == HARNESS.name else FIRMWARE / "core" / name
        number = int(match["line"])
        code = argued.line_of(path, number)
        found.add(Finding(file=path.name, line=number, code=code, what=" ".join(match["what"].split())))
    return sorted(found)


def analyse() -> str:
    """Eva's report.  Raises RuntimeError when there is no Frama-C."""
    if shutil.which("frama-c") is None:
        raise RuntimeError("frama-c is not installed; for example: apt-get install frama-c-base")
    sources = [str(path) for path in sorted((FIRMWARE / "core").glob("*.c")) if path.name != INCLUDED]
    command = ["frama-c", "-machdep", "gcc_x86_16", f"-cpp-extra-args=-I{FIRMWARE / 'core'} -std=c11", "-c11", "-eva", "-main", "prove"]
    command += ["-eva-precision", "0", "-eva-use-spec", ",".join(TOLD_BY_CONTRACT), "-eva-slevel-function", ",".join(TOLD_APART)]
    command += ["-eva-split-return-function", ",".join(BY_RESULT), str(HARNESS), *sources]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=MOST_S)
    return done.stdout + done.stderr


def main() -> int:
    try:
        found = read(analyse())
    except RuntimeError as error:
        sys.stderr.write(f"prove: {error}\n")
        return 2
    wrong = argued.judge(found, argued.read(ARGUED), ARGUED.name)
    sys.stdout.write(argued.report(wrong, f"range proof: {len(found)} alarms"))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
