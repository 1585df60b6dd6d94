"""Reads and checks firmware/protocol.toml; must never write a file or guess what a faulty entry meant."""

from __future__ import annotations

import hashlib
import json
import keyword
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

PROTOCOL_TOML: Final = Path(__file__).parent / "protocol.toml"

HEADER_BYTES: Final = 2
"""`id` and `seq` stand before the fields of every message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WireType:
    size: int
    struct_code: str
    c_name: str


TYPES: Final[Mapping[str, WireType]] = MappingProxyType(
    {
        "u8": WireType(size=1, struct_code="B", c_name="uint8_t"),
        "i8": WireType(size=1, struct_code="b", c_name="int8_t"),
        "u16": WireType(size=2, struct_code="H", c_name="uint16_t"),
        "i16": WireType(size=2, struct_code="h", c_name="int16_t"),
        "u32": WireType(size=4, struct_code="I", c_name="uint32_t"),
        "i32": WireType(size=4, struct_code="i", c_name="int32_t"),
    }
)


EDITED_BY: Final = "Generated from firmware/protocol.toml by `python -m firmware.generate`; do not edit."


class SchemaError(ValueError):
    """One line: file, line, what is wrong, what would be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One value of an enum, or one bit of a set of bits."""

    name: str
    value: int
    about: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    name: str
    type: str
    enum: str  # "" or the name of an enum
    bits: str  # "" or the name of a set of bits
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    name: str
    id: int
    fields: tuple[Field, ...]

    def places(self) -> list[tuple[int, Field]]:
        """Each field with the index of its first data byte."""
        sizes = [TYPES[field.type].size for field in self.fields]
        return [(HEADER_BYTES + sum(sizes[:index]), field) for index, field in enumerate(self.fields)]

    def data_bytes(self) -> int:
        return HEADER_BYTES + sum(TYPES[field.type].size for field in self.fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    settings: Mapping[str, int]
    messages: tuple[Message, ...]
    enums: Mapping[str, tuple[Option, ...]]
    bits: Mapping[str, tuple[Option, ...]]
    hash: int  # 32 bits over everything but the explanations

    def has_unknown_bits(self, field: Field) -> bool:
        """The field has room for bits that nobody has given a meaning."""
        return bool(field.bits) and len(self.bits[field.bits]) < 8 * TYPES[field.type].size


def plain_name(name: str) -> str:
    """As a constant; `return_` is only called so because Python keeps `return` for itself."""
    return name.rstrip("_").upper()


def setting_text(name: str, value: int) -> str:
    return f"0x{value:04X}" if name.startswith("crc_") else str(value)


# least and greatest value of every whole number at the top of the file
SETTINGS: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {
        "version": (1, 255),
        "frame_bytes": (16, 16),  # the CRC keeps Hamming distance 6 up to here and a shorter frame does not hold the fields
        "crc_polynomial": (1, 0xFFFF),
        "crc_initial": (1, 0xFFFF),  # 0 would let a run of zero bytes pass
        "baud": (9600, 1_000_000),
        "command_period_ms": (5, 50),  # at least two commands fit in the 100 ms after which one expires (SR7)
        "telemetry_period_ms": (5, 50),
    }
)


class _Checker:
    """The text beside the parsed table, so that a complaint can name the line."""

    def __init__(self, text: str, file: str) -> None:
        self._lines = text.splitlines()
        self._file = file

    def error(self, where: str, wrong: str, right: str, *needles: str) -> SchemaError:
        return SchemaError(f"{self._file}:{self._line(needles)}: {where}: {wrong}; {right}")

    def _line(self, needles: tuple[str, ...]) -> int:
        """Line of the last needle found, each searched from where the one before stood."""
        at = 0
        for needle in needles:
            pattern = re.compile(rf"(?<![\w]){re.escape(needle)}(?![\w])")
            at = next((i for i in range(at, len(self._lines)) if pattern.search(self._lines[i].split("#")[0])), at)
        return at + 1

    def keys(self, where: str, table: object, allowed: set[str], needed: set[str], *needles: str) -> dict[str, object]:
        if not isinstance(table, dict):
            raise self.error(where, f"is {table!r}", "a table is wanted", *needles)
        for key in table.keys() - allowed:
            raise self.error(where, f"unknown key '{key}'", f"known are {', '.join(sorted(allowed))}", *needles, key)
        for key in sorted(needed - table.keys()):
            raise self.error(where, f"'{key}' is missing", f"add {key} = ...", *needles)
        return table

    def name(self, where: str, value: object, *needles: str) -> str:
        if not isinstance(value, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", value) or keyword.iskeyword(value):
            raise self.error(where, f"{value!r} is no name", "lower-case letters, digits and underscores, no Python keyword", *needles)
        return value

    def number(self, where: str, value: object, least: int, greatest: int, *needles: str) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= greatest:
            raise self.error(where, f"is {value!r}", f"a whole number from {least} to {greatest} is wanted", *needles)
        return value

    def text(self, where: str, value: object, *needles: str) -> str:
        if not isinstance(value, str) or '"' in value or "\n" in value or "*/" in value:
            raise self.error(where, f"{value!r} is no one-line text", "one line without double quotes", *needles)
        return value


def load(path: Path = PROTOCOL_TOML) -> Schema:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SchemaError(f"{path}: cannot be read: {error}; a TOML file in UTF-8 is wanted") from None
    return parse(text, path.name)


def parse(text: str, file: str = "protocol.toml") -> Schema:
    """Check everything, then answer; the first mistake found is raised as one line."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SchemaError(f"{file}: not TOML: {error}") from None
    check = _Checker(text, file)
    check.keys("protocol", table, set(SETTINGS) | {"message", "enum", "bits"}, set(SETTINGS) | {"message"})
    settings = {name: check.number(name, table[name], *SETTINGS[name], name) for name in SETTINGS}
    if settings["crc_polynomial"] % 2 == 0:
        raise check.error("crc_polynomial", f"{settings['crc_polynomial']:#06x} is even", "its lowest bit must be set", "crc_polynomial")
    enums = _option_sets(check, table, "enum")
    bits = _option_sets(check, table, "bits")
    messages = _messages(check, table["message"], enums, bits, settings["frame_bytes"])
    return Schema(settings=settings, messages=messages, enums=enums, bits=bits, hash=_hash(settings, messages, enums, bits))


def _option_sets(check: _Checker, table: dict[str, object], kind: str) -> dict[str, tuple[Option, ...]]:
    sets = table.get(kind, {})
    if not isinstance(sets, dict):
        raise check.error(kind, f"is {sets!r}", f"tables [{kind}.<name>] are wanted", kind)
    return {check.name(kind, name, f"{kind}.{name}"): _options(check, kind, name, entries) for name, entries in sets.items()}


def _options(check: _Checker, kind: str, set_name: str, entries: object) -> tuple[Option, ...]:
    header, number = f"{kind}.{set_name}", "value" if kind == "enum" else "bit"
    if not isinstance(entries, dict) or not entries:
        raise check.error(header, "is empty", "at least one entry is wanted", header)
    options = []
    for position, (name, entry) in enumerate(entries.items()):
        where = f"{header}.{name}"
        table = check.keys(where, entry, {number, "about", "rule"}, {number}, header, name)
        value = check.number(f"{where}.{number}", table[number], 0, 255 if kind == "enum" else 31, header, name)
        if value != position:
            raise check.error(where, f"{number} is {value}", f"{number}s count up from 0 without a gap: {position} is wanted", header, name)
        rule = check.text(f"{where}.rule", table.get("rule", ""), header, name)
        about = check.text(f"{where}.about", table.get("about", ""), header, name)
        options.append(Option(name=check.name(where, name, header, name), value=value, about=about, rule=rule))
    return tuple(options)


def _messages(
    check: _Checker, entries: object, enums: Mapping[str, tuple[Option, ...]], bits: Mapping[str, tuple[Option, ...]], frame_bytes: int
) -> tuple[Message, ...]:
    if not isinstance(entries, list) or not entries:
        raise check.error("message", "there is none", "at least one [[message]] is wanted", "message")
    messages: list[Message] = []
    for entry in entries:
        message = _message(check, entry, enums, bits)
        needle = f'name = "{message.name}"'
        if any(other.id == message.id or other.name == message.name for other in messages):
            raise check.error(f"message {message.name}", f"name or id {message.id:#04x} is used twice", "each needs its own", needle)
        if message.data_bytes() > frame_bytes:
            wrong = f"needs {message.data_bytes()} data bytes"
            raise check.error(f"message {message.name}", wrong, f"with id and seq it must fit in {frame_bytes}", needle)
        messages.append(message)
    return tuple(messages)


def _message(check: _Checker, entry: object, enums: Mapping[str, tuple[Option, ...]], bits: Mapping[str, tuple[Option, ...]]) -> Message:
    keys = {"name", "id", "fields"}
    table = check.keys("message", entry, keys, keys, "message")
    name = check.name("message", table["name"], "message")
    needle = f'name = "{name}"'
    number = check.number(f"message {name}: id", table["id"], 1, 255, needle, "id")
    if not isinstance(table["fields"], list) or not table["fields"]:
        raise check.error(f"message {name}", "has no fields", "fields = [{ name = ..., type = ... }] is wanted", needle)
    fields: list[Field] = []
    for item in table["fields"]:
        field = _field(check, name, item, enums, bits)
        if field.name in {"id", "seq"} | {other.name for other in fields}:
            raise check.error(f"message {name}", f"field '{field.name}' is there twice", "each needs its own name", needle, field.name)
        fields.append(field)
    return Message(name=name, id=number, fields=tuple(fields))


def _field(
    check: _Checker, message: str, entry: object, enums: Mapping[str, tuple[Option, ...]], bits: Mapping[str, tuple[Option, ...]]
) -> Field:
    needle = f'name = "{message}"'
    table = check.keys(f"message {message}: field", entry, {"name", "type", "enum", "bits", "about"}, {"name", "type"}, needle)
    name = check.name(f"message {message}: field", table["name"], needle)
    where, here = f"message {message}: field {name}", (needle, f'name = "{name}"')
    wire_type = table["type"]
    if not isinstance(wire_type, str) or wire_type not in TYPES:
        raise check.error(where, f"type {wire_type!r} is unknown", f"one of {', '.join(TYPES)} is wanted", *here)
    for kind, sets in (("enum", enums), ("bits", bits)):
        if kind in table and table[kind] not in sets:
            raise check.error(where, f"{kind} {table[kind]!r} is not defined", f"one of {', '.join(sets)} is wanted", *here)
    enum, bit_set = str(table.get("enum", "")), str(table.get("bits", ""))
    if enum and wire_type != "u8":
        raise check.error(where, f"an enum in {wire_type}", "u8 is wanted", *here)
    if bit_set and (not wire_type.startswith("u") or len(bits[bit_set]) > 8 * TYPES[wire_type].size):
        raise check.error(where, f"{len(bits[bit_set])} bits in {wire_type}", "an unsigned type with room for all is wanted", *here)
    return Field(name=name, type=wire_type, enum=enum, bits=bit_set, about=check.text(where, table.get("about", ""), *here))


def _hash(
    settings: Mapping[str, int],
    messages: tuple[Message, ...],
    enums: Mapping[str, tuple[Option, ...]],
    bits: Mapping[str, tuple[Option, ...]],
) -> int:
    """Explanations are left out: a better sentence must not make a board a stranger."""
    said = {
        "settings": dict(settings),
        "messages": [[m.name, m.id, [[f.name, f.type, f.enum, f.bits] for f in m.fields]] for m in messages],
        "enums": {name: [[o.name, o.value] for o in options] for name, options in enums.items()},
        "bits": {name: [[o.name, o.value] for o in options] for name, options in bits.items()},
    }
    return int.from_bytes(hashlib.sha256(json.dumps(said, sort_keys=True).encode()).digest()[:4], "big")
