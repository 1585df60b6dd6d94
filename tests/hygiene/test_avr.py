"""The board's pure core as the ATmega328P's compiler sees it: 16-bit int, every warning an error, room left for the rest of the firmware.

Compiles only; what the binary does, instruction by instruction, is the drive board's own suite.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.hygiene.sources import ROOT, c_files

WARNINGS = (
    *("-Wall", "-Wextra", "-Wconversion", "-Wsign-conversion", "-Wshadow", "-Wundef"),
    *("-Wcast-qual", "-Wstrict-prototypes", "-Wmissing-prototypes", "-Werror"),
)
TARGET = ("-mmcu=atmega328p", "-std=c11", "-pedantic", "-Os", f"-I{ROOT / 'firmware/core'}")
FLASH_BYTES = 32768
RAM_BYTES = 2048
FLASH_SHARE = 0.60
RAM_SHARE = 0.50


def compile_for_avr(source: Path, target: Path) -> subprocess.CompletedProcess[str]:
    command = ["avr-gcc", *TARGET, *WARNINGS, "-c", str(source), "-o", str(target)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="module")
def objects(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("avr")
    made = []
    for source in (path for path in c_files("firmware") if path.suffix == ".c" and path.parts[1] == "core"):
        result = compile_for_avr(ROOT / source, folder / f"{source.stem}.o")
        assert result.returncode == 0, f"{source}: {result.stderr}"
        made.append(folder / f"{source.stem}.o")
    return made


def test_the_core_compiles_for_the_avr_without_a_warning(objects: list[Path]) -> None:
    assert len(objects) > 5
    assert all(path.exists() for path in objects)


def test_a_product_that_overflows_sixteen_bits_is_refused(tmp_path: Path) -> None:
    planted = tmp_path / "planted.c"
    planted.write_text("#include <stdint.h>\nint32_t f(void);\nint32_t f(void) { return 300 * 300; }\n", encoding="utf-8")
    assert "overflow" in compile_for_avr(planted, tmp_path / "planted.o").stderr


def test_flash_of_the_core_leaves_room(objects: list[Path]) -> None:
    listed = subprocess.run(["avr-size", *map(str, objects)], capture_output=True, text=True, timeout=60, check=True).stdout
    rows = [line.split() for line in listed.splitlines()[1:]]
    assert sum(int(row[0]) for row in rows) <= FLASH_SHARE * FLASH_BYTES
    assert sum(int(row[1]) + int(row[2]) for row in rows) == 0, "the core keeps no memory of its own: its state is the caller's struct"


def test_the_boards_state_leaves_half_the_memory(tmp_path: Path) -> None:
    source = tmp_path / "state.c"
    total = "sizeof(struct board) + sizeof(board_in_t) + sizeof(board_out_t)"
    declared = f"extern char size_of_state[];\nchar size_of_state[{total}];\n"
    source.write_text(f'#include "board.h"\n#include "board_state.h"\n{declared}', encoding="utf-8")
    result = compile_for_avr(source, tmp_path / "state.o")
    assert result.returncode == 0, result.stderr
    symbols = subprocess.run(["avr-nm", "-S", str(tmp_path / "state.o")], capture_output=True, text=True, timeout=60, check=True).stdout
    found = re.search(r"^\w+ (\w+) \w size_of_state$", symbols, re.M)
    assert found
    assert int(found.group(1), 16) <= RAM_SHARE * RAM_BYTES


def test_the_core_uses_no_heap_no_float_and_no_unbounded_copy(objects: list[Path]) -> None:
    """What the linker would have to bring in says what was used: soft float, heap and string functions have names."""
    listed = subprocess.run(["avr-nm", "-u", *map(str, objects)], capture_output=True, text=True, timeout=60, check=True).stdout
    wanted = set(re.findall(r"^\s+U (\w+)$", listed, re.M))
    forbidden = re.compile(r"^(malloc|calloc|realloc|free|str\w+|sprintf|printf|__\w+sf\d|__fixsf\w*|__float\w*)$")
    assert sorted(name for name in wanted if forbidden.match(name)) == []
