"""Mistakes in firmware/protocol.toml: each is answered with one line: file, line, what is wrong, what would be right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from firmware import generate
from firmware.schema import PROTOCOL_TOML, SchemaError, load, parse

TEXT = PROTOCOL_TOML.read_text(encoding="utf-8")

MISTAKES = [
    ("version = 1", "version = true", "version: is True; a whole number from 1 to 255 is wanted"),
    ("version = 1", "verson = 1", "protocol: unknown key 'verson'; known are"),
    ("version = 1", "", "protocol: 'version' is missing; add version = ..."),
    ("frame_bytes = 16", "frame_bytes = 17", "frame_bytes: is 17; a whole number from 16 to 16 is wanted"),
    ("crc_polynomial = 0x90D9", "crc_polynomial = 0x90D8", "crc_polynomial: 0x90d8 is even; its lowest bit must be set"),
    ("command_period_ms = 20", "command_period_ms = 99", "command_period_ms: is 99; a whole number from 5 to 50 is wanted"),
    ("id = 0x21", "id = 0x20", "message detail: name or id 0x20 is used twice; each needs its own"),
    (
        'name = "rest_ds",        type = "u8"',
        'name = "rest_ds",        type = "u24"',
        "message detail: field rest_ds: type 'u24' is unknown; one of",
    ),
    (
        'name = "rest_ds",        type = "u8"',
        'name = "rest_ds",        type = "u32"',
        "message detail: needs 19 data bytes; with id and seq it must",
    ),
    ('name = "rest_ds", ', 'nmae = "rest_ds", ', "message detail: field: unknown key 'nmae'; known are"),
    ('name = "rest_ds", ', 'name = "Rest", ', "message detail: field: 'Rest' is no name; lower-case letters"),
    ('name = "rest_ds", ', 'name = "return", ', "message detail: field: 'return' is no name; lower-case letters"),
    ('name = "rest_ds", ', 'name = "tick_ms", ', "message detail: field 'tick_ms' is there twice; each needs its own name"),
    ('name = "rest_ds", ', 'name = "seq", ', "message detail: field 'seq' is there twice; each needs its own name"),
    (
        'enum = "board_mode"',
        'enum = "board_mood"',
        "message status: field mode: enum 'board_mood' is not defined; one of request, board_mode",
    ),
    (
        'type = "u32", bits = "reason"',
        'type = "u16", bits = "reason"',
        "message status: field reasons: 31 bits in u16; an unsigned type with",
    ),
    ('type = "u8",  enum = "request"', 'type = "u16", enum = "request"', "message command: field request: an enum in u16; u8 is wanted"),
    (
        "at_rest          = { bit = 2,",
        "at_rest          = { bit = 1,",
        "bits.status_flag.at_rest: bit is 1; bits count up from 0 without a gap: 2",
    ),
    ("follow  = { value = 1,", "follow  = { value = 2,", "enum.board_mode.follow: value is 2; values count up from 0 without a gap: 1"),
    ('about = "brake set, motor off, ready"', "about = 5", "enum.board_mode.braked.about: 5 is no one-line text"),
    ('about = "brake set, motor off, ready"', "about = 'a \"quoted\" word'", "is no one-line text; one line without double quotes"),
]


def complaint(text: str) -> str:
    with pytest.raises(SchemaError) as caught:
        parse(text)
    return str(caught.value)


@pytest.mark.parametrize(("old", "new", "said"), MISTAKES, ids=[said[:50] for *_, said in MISTAKES])
def test_a_mistake_is_answered_with_one_line_that_says_where_what_and_what_is_right(old: str, new: str, said: str) -> None:
    assert TEXT.count(old) == 1, old
    line = complaint(TEXT.replace(old, new))
    assert said in line
    assert "\n" not in line
    assert re.match(r"protocol\.toml:\d+: ", line), line


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("frame_bytes = 16", "frame_bytes = 17"),
        ('name = "rest_ds",        type = "u8"', 'name = "rest_ds",        type = "u24"'),
        ("at_rest          = { bit = 2,", "at_rest          = { bit = 1,"),
        ("follow  = { value = 1,", "follow  = { value = 2,"),
        ("id = 0x21", "id = 0x2100"),
    ],
)
def test_the_line_named_is_the_line_of_the_mistake(old: str, new: str) -> None:
    text = TEXT.replace(old, new)
    number = next(number for number, line in enumerate(text.splitlines(), 1) if new in line)
    assert complaint(text).startswith(f"protocol.toml:{number}: ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "'baud' is missing"),
        ("version = ", "not TOML: Invalid value (at"),
        ("message = 3\n" + TEXT.split("[[message]]")[0], "message: there is none; at least one [[message]] is wanted"),
        (TEXT.split("[[message]]")[0] + "[[message]]\nname = 'a'\nid = 1\nfields = []\n", "message a: has no fields"),
        (TEXT.split("[[message]]")[0] + "[[message]]\nname = 'a'\nid = 1\nfields = [3]\n", "message a: field: is 3; a table is wanted"),
        (TEXT + "\n[enum.empty]\n", "enum.empty: is empty; at least one entry is wanted"),
        (TEXT + "\n[bits.x]\na = 3\n", "bits.x.a: is 3; a table is wanted"),
    ],
)
def test_a_file_with_pieces_missing_is_answered_with_one_line(text: str, said: str) -> None:
    line = complaint(text)
    assert said in line
    assert "\n" not in line


def test_a_file_that_cannot_be_read_is_answered_with_one_line(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"absent\.toml: cannot be read: .*; a TOML file in UTF-8 is wanted"):
        load(tmp_path / "absent.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SchemaError, match=r"bytes\.toml: cannot be read: "):
        load(tmp_path / "bytes.toml")


def test_the_marks_missing_in_the_document_are_named(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/wire.md").write_text("# no marks\n", encoding="utf-8")
    with pytest.raises(SchemaError, match="the marks around the tables are missing; put back"):
        generate.outputs(load(), tmp_path)
