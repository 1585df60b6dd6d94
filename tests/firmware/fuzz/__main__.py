"""`python -m tests.firmware.fuzz frames|inputs`: search with libFuzzer, address and undefined-behaviour sanitizer, from the kept histories.

python -m tests.firmware.fuzz inputs --seconds 3600          search; a broken sentence ends it with exit code 1 and prints the history
python -m tests.firmware.fuzz inputs --seconds 600 --keep    and write what reached something new to corpus/inputs.hex
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from sim.build import BuildError
from tests.firmware.fuzz.build import CORPUS, TARGETS, fuzzer

MOST_BYTES = {"frames": 128, "inputs": 160}
UNIT_S = 60


def unpack(target: str, folder: Path) -> Path:
    """The kept histories as the files that a fuzzer wants."""
    folder.mkdir()
    for number, line in enumerate((CORPUS / f"{target}.hex").read_text(encoding="ascii").splitlines()):
        (folder / f"{number:04}").write_bytes(bytes.fromhex(line))
    return folder


def keep(program: Path, target: str, found: Path) -> int:
    """Write the fewest of the found histories that reach everything they reach; their number."""
    fewest = found.with_name("fewest")
    fewest.mkdir()
    command = [str(program), "-merge=1", "-use_counters=0", "-print_final_stats=0", str(fewest), str(found)]
    subprocess.run(command, capture_output=True, check=True, timeout=3600)
    lines = sorted(path.read_bytes().hex() for path in fewest.iterdir())
    (CORPUS / f"{target}.hex").write_text("\n".join(lines) + "\n", encoding="ascii")
    return len(lines)


def search(target: str, seconds: int, folder: Path) -> tuple[Path, Path, int, str]:
    """(the fuzzer, all histories found, its exit code, its last words)."""
    program, found = fuzzer(target, folder), unpack(target, folder / "found")
    command = [
        str(program),
        f"-max_total_time={seconds}",
        f"-max_len={MOST_BYTES[target]}",
        "-len_control=0",
        f"-timeout={UNIT_S}",
        "-seed=1",
    ]
    done = subprocess.run([*command, str(found)], cwd=folder, capture_output=True, text=True, errors="replace", check=False)
    lines = done.stderr.splitlines()
    told = [line for line in lines if line.startswith(("broken:", "Done ")) or "runtime error" in line or "ERROR:" in line]
    reached = [line for line in lines if " cov: " in line][-1:]
    for crash in folder.glob("crash-*"):
        told.append(f"history: {crash.read_bytes().hex()}")
    return program, found, done.returncode, "\n".join(reached + told)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.firmware.fuzz", description="Random bytes into the board's core, judged by invariants."
    )
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=60, help="how long (default %(default)s)")
    parser.add_argument("--keep", action="store_true", help="write the kept histories again")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        try:
            program, found, code, words = search(asked.target, asked.seconds, Path(folder))
        except BuildError as error:
            sys.stderr.write(f"{error}\n")
            return 2
        sys.stdout.write(words + "\n")
        if asked.keep and code == 0:
            sys.stdout.write(f"{keep(program, asked.target, found)} histories kept\n")
    return 1 if code else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
