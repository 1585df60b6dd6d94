"""One description, two ends: what is committed is what the generator writes, and both ends carry the same hash."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from controller.core.wire import BOARD_REASONS, BoardMode, BoardReason, CommandFlag, Contact, Request, StatusFlag
from firmware import generate
from firmware.schema import PROTOCOL_TOML, Schema, load, parse
from hardware.drive import protocol
from tests.wire.native import CORE, ROOT

TEXT = PROTOCOL_TOML.read_text(encoding="utf-8")


def edited(old: str, new: str) -> Schema:
    assert TEXT.count(old) == 1, old
    return parse(TEXT.replace(old, new))


@pytest.mark.parametrize("path", list(generate.outputs(load())), ids=lambda path: path.name)
def test_the_committed_file_is_what_the_generator_writes(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == generate.outputs(load())[path], "run python -m firmware.generate"


def test_check_says_fresh_by_its_exit_code() -> None:
    command = [sys.executable, "-m", "firmware.generate", "--check"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_an_unknown_argument_is_answered_with_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert generate.main(["--chekc"]) == 2
    assert capsys.readouterr().err == "usage: python -m firmware.generate [--check]\n"


def test_a_changed_field_changes_every_generated_file_but_the_words(tmp_path: Path) -> None:
    before = generate.outputs(load(), tmp_path)
    after = generate.outputs(edited('name = "uptime_s",       type = "u16"', 'name = "uptime_s",       type = "u32"'), tmp_path)
    changed = {path.name for path in before if before[path] != after[path]}
    assert changed == {"protocol.py", "protocol.h", "protocol.c", "wire.md"}


@pytest.mark.req("SR7")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version = 1", "version = 2"),
        ("crc_polynomial = 0x90D9", "crc_polynomial = 0x3D65"),
        ("id = 0x20", "id = 0x30"),
        ("brake_held       = {", "brake_kept       = {"),
        ('name = "pot_cdeg",       type = "i16"', 'name = "pot_cdeg",       type = "u16"'),
        ('name = "pot_cdeg"', 'name = "potentiometer_cdeg"'),
    ],
)
def test_every_change_of_meaning_makes_the_two_ends_strangers(old: str, new: str) -> None:
    assert edited(old, new).hash != load().hash


def test_a_better_explanation_leaves_them_friends() -> None:
    assert edited("controlled stop, then brake", "stop gently, then brake").hash == load().hash


def test_both_ends_carry_the_hash_of_the_description() -> None:
    header = (CORE / "protocol.h").read_text(encoding="utf-8")
    assert f"#define PROTOCOL_SCHEMA_HASH 0x{load().hash:08X}UL" in header
    assert load().hash == protocol.SCHEMA_HASH


def test_the_numbers_the_core_knows_are_those_of_the_wire() -> None:
    """Some of each kind restated by hand, so that a slip in the generator cannot move both."""
    assert [request.name for request in Request] == ["HOLD", "FOLLOW", "RETURN_UP", "ASCEND", "DIZZY_BACK", "TRIP", "TEST_BRAKE"]
    assert [mode.name for mode in BoardMode] == ["BRAKED", "FOLLOW", "ASCENT", "RESCUE", "STOPPED", "FAULT"]
    assert (CommandFlag.IMU_VALID, CommandFlag.SESSION, CommandFlag.WARN) == (1, 8, 32)
    assert (StatusFlag.AT_REST, StatusFlag.REST_DONE, StatusFlag.SESSION_OPEN, StatusFlag.BRAKE_HELD) == (4, 16, 4096, 32768)
    assert (Contact.ESTOP_A, Contact.RETURN, Contact.RELEASE) == (1, 32, 128)
    assert (BoardReason.ESTOP, BoardReason.PI_SILENT, BoardReason.LOAD) == (1, 128, 1 << 28)
    assert BOARD_REASONS[1 << 6] == ("SR6", "ankle_open", "ankle lock open")
    assert len(BOARD_REASONS) == 31


def test_every_reason_names_its_rule_and_says_what_happened() -> None:
    for bit, (rule, name, says) in BOARD_REASONS.items():
        assert rule.startswith("SR"), name
        assert says, name
        assert bit == getattr(BoardReason, name.upper())


def test_the_traffic_leaves_the_wire_half_empty() -> None:
    """Ten bits a byte, frames of 20 bytes: telemetry every 10 ms, commands every 20 ms."""
    assert (protocol.FRAME_BYTES, protocol.BAUD, protocol.TELEMETRY_PERIOD_MS, protocol.COMMAND_PERIOD_MS) == (16, 250_000, 10, 20)
    byte_s = 10 / protocol.BAUD
    assert 20 * byte_s * 1000 / protocol.TELEMETRY_PERIOD_MS <= 0.5
    assert 20 * byte_s < 0.001, "a frame takes less than one tick of the board"
