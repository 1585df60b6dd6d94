"""Writes both ends of the wire from firmware/protocol.toml: `python -m firmware.generate`, or `--check` to compare only.

Writes the files named in outputs() and nothing else; what it writes is committed, and a test compares.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from firmware.schema import HEADER_BYTES, TYPES, Field, Message, Option, Schema, SchemaError, load

ROOT = Path(__file__).parent.parent
EDITED_BY = "Generated from firmware/protocol.toml by `python -m firmware.generate`; do not edit."
DOC_BEGIN = "<!-- begin: written by firmware/generate.py -->\n"
DOC_END = "<!-- end: written by firmware/generate.py -->\n"
CLASS_NAMES = {"reason": "BoardReason"}  # the Pi has reasons of its own
CLASS_SAYS = {
    "Request": "What a command asks of the board.",
    "BoardMode": "What the board is doing.",
    "CommandFlag": "Bits of a command's `flags`.",
    "StatusFlag": "Bits of a status's `flags`.",
    "Contact": "Bits of a detail's `contacts`.",
    "BoardReason": "Bits of a status's `reasons`: rules the board finds broken or whose demand has not cleared.",
}


def outputs(schema: Schema, root: Path = ROOT) -> dict[Path, str]:
    """Every generated file with the text it must have."""
    return {
        root / "controller/core/wire.py": wire_py(schema),
        root / "hardware/drive/protocol.py": protocol_py(schema),
        root / "firmware/core/protocol.h": protocol_h(schema),
        root / "firmware/core/protocol.c": protocol_c(schema),
        root / "docs/wire.md": _between_marks(root / "docs/wire.md", wire_tables(schema)),
    }


def crc_table(polynomial: int) -> list[int]:
    """One entry per value of the CRC's high byte, most significant bit first."""
    table = []
    for byte in range(256):
        crc = byte << 8
        for _ in range(8):
            crc = (crc << 1) ^ polynomial if crc & 0x8000 else crc << 1
        table.append(crc & 0xFFFF)
    return table


# ------------------------------------------------------------------ names


def _plain(name: str) -> str:
    """`return_` is only called so because Python keeps `return` for itself."""
    return name.rstrip("_").upper()


def _class_name(name: str) -> str:
    return CLASS_NAMES.get(name, name.title().replace("_", ""))


def _message_class(message: Message) -> str:
    return message.name.title().replace("_", "") + "Message"


def _about(text: str) -> str:
    return f"  # {text}" if text else ""


# ------------------------------------------------------------------ Python: what the core may know


def wire_py(schema: Schema) -> str:
    lines = [
        f'"""The words of the wire that the decision core needs: modes, requests, bits.  Values only.\n\n{EDITED_BY}\n"""',
        "",
        "from __future__ import annotations",
        "",
        "from collections.abc import Mapping",
        "from enum import IntEnum",
        "from types import MappingProxyType",
        "from typing import Final",
    ]
    for name, options in schema.enums.items():
        lines += _python_class(f"class {_class_name(name)}(IntEnum):", _class_name(name), options, "{} = {}", str)
    for name, options in schema.bits.items():
        lines += _python_class(f"class {_class_name(name)}:", _class_name(name), options, "{}: Final = {}", lambda bit: f"0x{1 << bit:X}")
    lines += ["", "", "BOARD_REASONS: Final[Mapping[int, tuple[str, str, str]]] = MappingProxyType(", "    {"]
    for option in schema.bits.get("reason", ()):
        lines.append(f'        BoardReason.{_plain(option.name)}: ("{option.rule}", "{option.name}", "{option.about}"),')
    lines += ["    }", ")", '"""Bit of BoardReason -> (rule, name, plain words)."""']
    return "\n".join(lines) + "\n"


def _python_class(head: str, name: str, options: Iterable[Option], form: str, spell: Callable[[int], str]) -> list[str]:
    lines = ["", "", head, f'    """{CLASS_SAYS.get(name, name)}"""', ""]
    return lines + [f"    {form.format(_plain(option.name), spell(option.value))}{_about(option.about)}" for option in options]


# ------------------------------------------------------------------ Python: the Pi's end


PROTOCOL_PY_HEAD = '''"""The Pi's end of the wire: messages to 16 data bytes and back.  Pure; never touches a port or a clock.

{edited_by}
"""

from __future__ import annotations

from struct import Struct
from typing import Final, NamedTuple

SCHEMA_HASH: Final = 0x{hash:08X}
"""Of everything but the explanations; two ends whose hashes differ do not move anything together."""
{settings}


def challenge_reply(challenge: int, tick_ms: int) -> int:
    """Answer to the board's newest challenge, bound to this tick (fault 38): one to one in each argument, both 16 bits."""
    mix = (challenge ^ (tick_ms << 5) ^ (tick_ms >> 11)) & 0xFFFF
    mix = (mix * 0x9E37 + 0x79B9) & 0xFFFF
    mix ^= mix >> 7
    mix = (mix * 0x6255) & 0xFFFF
    return mix ^ (mix >> 9)
'''


def protocol_py(schema: Schema) -> str:
    settings = "\n".join(f"{name.upper()}: Final = {_setting(name, value)}" for name, value in schema.settings.items())
    text = PROTOCOL_PY_HEAD.format(edited_by=EDITED_BY, hash=schema.hash, settings=settings)
    return text + "".join(_python_message(schema, message) for message in schema.messages)


def _setting(name: str, value: int) -> str:
    return f"0x{value:04X}" if name.startswith("crc_") else str(value)


def _python_message(schema: Schema, message: Message) -> str:
    size, used, upper = schema.settings["frame_bytes"], message.data_bytes(), message.name.upper()
    code = "<BB" + "".join(TYPES[field.type].struct_code for field in message.fields) + (f"{size - used}x" if used < size else "")
    refused = [f"message.{f.name} > {len(schema.enums[f.enum]) - 1}" for f in message.fields if f.enum]
    refused += [f"message.{f.name} >> {len(schema.bits[f.bits])}" for f in message.fields if _has_unknown_bits(schema, f)]
    lines = ["", "", f"ID_{upper}: Final = 0x{message.id:02X}", f'_{upper}: Final = Struct("{code}")']
    lines += ["", "", f"class {_message_class(message)}(NamedTuple):", f'    """`{message.name}`, fields in the order of the wire."""', ""]
    lines += ["    seq: int"] + [f"    {field.name}: int{_about(field.about)}" for field in message.fields]
    lines += ["", "", f"def pack_{message.name}(message: {_message_class(message)}) -> bytes:"]
    lines += ['    """Raises struct.error for a number that does not fit its field."""', f"    return _{upper}.pack(ID_{upper}, *message)"]
    lines += ["", "", f"def unpack_{message.name}(data: bytes) -> {_message_class(message)} | None:"]
    lines += ['    """None for another message, an unknown enum value, an unknown bit or padding that is not zero."""']
    wrong = [f"len(data) != {size}", f"data[0] != ID_{upper}"] + ([f"any(data[{used}:])"] if used < size else [])
    lines += [f"    if {' or '.join(wrong)}:", "        return None"]
    made = f"{_message_class(message)}._make(_{upper}.unpack(data)[1:])"
    if refused:
        lines += [f"    message = {made}", f"    return None if {' or '.join(refused)} else message"]
    else:
        lines += [f"    return {made}"]
    return "\n".join(lines) + "\n"


def _has_unknown_bits(schema: Schema, field: Field) -> bool:
    return bool(field.bits) and len(schema.bits[field.bits]) < 8 * TYPES[field.type].size


# ------------------------------------------------------------------ C: the board's end


PROTOCOL_H = """/* The board's end of the wire: messages to data bytes and back, CRC, challenge.  Pure; touches no register.
 * {edited_by} */
#ifndef PROTOCOL_H
#define PROTOCOL_H

#include <stdbool.h>
#include <stdint.h>

#define PROTOCOL_SCHEMA_HASH 0x{hash:08X}UL
{settings}

{body}
/* One more byte into the CRC, most significant bit first.  Begin with PROTOCOL_CRC_INITIAL; data followed by its own CRC gives 0. */
uint16_t protocol_crc_step(uint16_t crc, uint8_t byte);

/* The answer that only whoever heard `challenge` and runs at `tick_ms` gives (fault 38). */
uint16_t protocol_challenge_reply(uint16_t challenge, uint16_t tick_ms);

#endif
"""


def protocol_h(schema: Schema) -> str:
    settings = "\n".join(f"#define PROTOCOL_{name.upper()} {_setting(name, value)}UL" for name, value in schema.settings.items())
    settings = settings.replace(f"FRAME_BYTES {schema.settings['frame_bytes']}UL", f"FRAME_BYTES {schema.settings['frame_bytes']}U")
    body = [_c_options(name, options, 1, enum=True) for name, options in schema.enums.items()]
    body += [_c_options(name, options, _bits_size(schema, name), enum=False) for name, options in schema.bits.items()]
    body += [_c_message_type(message) for message in schema.messages]
    return PROTOCOL_H.format(edited_by=EDITED_BY, hash=schema.hash, settings=settings, body="\n".join(body))


def _bits_size(schema: Schema, name: str) -> int:
    """Bytes of the widest field that carries these bits."""
    return max((TYPES[f.type].size for m in schema.messages for f in m.fields if f.bits == name), default=4)


def _c_options(set_name: str, options: tuple[Option, ...], size: int, *, enum: bool) -> str:
    lines = [f"/* {set_name} */"]
    for option in options:
        name = f"PROTOCOL_{set_name.upper()}_{_plain(option.name)}"
        value = f"{option.value}U" if enum else f"0x{1 << option.value:0{2 * size}X}U{'L' if size == 4 else ''}"
        about = f"  /* {option.about} */" if option.about else ""
        lines.append(f"#define {name} ((uint{8 * size}_t){value}){about}")
    if not enum:
        everything = (1 << len(options)) - 1
        lines.append(f"#define PROTOCOL_{set_name.upper()}_ALL ((uint{8 * size}_t)0x{everything:0{2 * size}X}U{'L' if size == 4 else ''})")
    return "\n".join(lines) + "\n"


def _c_message_type(message: Message) -> str:
    name = message.name
    lines = [f"#define PROTOCOL_ID_{name.upper()} ((uint8_t)0x{message.id:02X}U)", "typedef struct {", "    uint8_t seq;"]
    for field in message.fields:
        about = f"  /* {field.about} */" if field.about else ""
        lines.append(f"    {TYPES[field.type].c_name} {field.name};{about}")
    lines += [f"}} protocol_{name}_t;"]
    lines += [f"void protocol_pack_{name}(const protocol_{name}_t *message, uint8_t data[PROTOCOL_FRAME_BYTES]);"]
    lines += ["/* False, `message` untouched: another message, an unknown enum value, an unknown bit, padding that is not zero. */"]
    lines += [f"bool protocol_unpack_{name}(const uint8_t data[PROTOCOL_FRAME_BYTES], protocol_{name}_t *message);"]
    return "\n".join(lines) + "\n"


PROTOCOL_C = """/* The board's end of the wire: messages to data bytes and back, CRC, challenge.  Pure; touches no register.
 * {edited_by} */
#include "protocol.h"

/* 512 bytes that would otherwise be copied to the AVR's RAM. */
#ifdef __AVR__
#include <avr/pgmspace.h>
#define PROTOCOL_IN_FLASH PROGMEM
#define PROTOCOL_CRC_ENTRY(index) pgm_read_word(&PROTOCOL_CRC_TABLE[index])
#else
#define PROTOCOL_IN_FLASH
#define PROTOCOL_CRC_ENTRY(index) PROTOCOL_CRC_TABLE[index]
#endif

static const uint16_t PROTOCOL_CRC_TABLE[256] PROTOCOL_IN_FLASH = {{
{table}
}};

uint16_t protocol_crc_step(uint16_t crc, uint8_t byte)
{{
    return (uint16_t)((uint16_t)(crc << 8) ^ PROTOCOL_CRC_ENTRY((uint8_t)(crc >> 8) ^ byte));
}}

uint16_t protocol_challenge_reply(uint16_t challenge, uint16_t tick_ms)
{{
    uint16_t mix = (uint16_t)(challenge ^ (uint16_t)(tick_ms << 5) ^ (uint16_t)(tick_ms >> 11));
    mix = (uint16_t)(mix * 0x9E37U + 0x79B9U);
    mix = (uint16_t)(mix ^ (uint16_t)(mix >> 7));
    mix = (uint16_t)(mix * 0x6255U);
    return (uint16_t)(mix ^ (uint16_t)(mix >> 9));
}}

{helpers}{body}"""

# Helpers for the sizes in use; an unused static function would be a warning, hence an error.
C_HELPERS = {
    2: """static void put_u16(uint8_t *to, uint16_t value)
{
    to[0] = (uint8_t)value;
    to[1] = (uint8_t)(value >> 8);
}

static uint16_t get_u16(const uint8_t *from)
{
    return (uint16_t)((uint16_t)from[0] | (uint16_t)((uint16_t)from[1] << 8));
}

""",
    4: """static void put_u32(uint8_t *to, uint32_t value)
{
    put_u16(to, (uint16_t)value);
    put_u16(to + 2, (uint16_t)(value >> 16));
}

static uint32_t get_u32(const uint8_t *from)
{
    return (uint32_t)get_u16(from) | ((uint32_t)get_u16(from + 2) << 16);
}

""",
}


def protocol_c(schema: Schema) -> str:
    entries = [f"0x{entry:04X}U" for entry in crc_table(schema.settings["crc_polynomial"])]
    table = "\n".join("    " + ", ".join(entries[at : at + 8]) + "," for at in range(0, 256, 8))
    largest = max(TYPES[field.type].size for message in schema.messages for field in message.fields)
    helpers = "".join(text for size, text in C_HELPERS.items() if size <= largest)
    body = "\n".join(_c_pack(schema, message) + "\n" + _c_unpack(schema, message) for message in schema.messages)
    return PROTOCOL_C.format(edited_by=EDITED_BY, table=table, helpers=helpers, body=body)


def _places(message: Message) -> list[tuple[int, Field]]:
    """Each field with the index of its first data byte."""
    at, places = HEADER_BYTES, []
    for field in message.fields:
        places.append((at, field))
        at += TYPES[field.type].size
    return places


def _c_pack(schema: Schema, message: Message) -> str:
    lines = [f"void protocol_pack_{message.name}(const protocol_{message.name}_t *message, uint8_t data[PROTOCOL_FRAME_BYTES])", "{"]
    lines += [f"    data[0] = PROTOCOL_ID_{message.name.upper()};", "    data[1] = message->seq;"]
    for at, field in _places(message):
        size = TYPES[field.type].size
        cast = "" if field.type.startswith("u") else f"(uint{8 * size}_t)"
        value = f"{cast}message->{field.name}"
        lines.append(f"    data[{at}] = {value};" if size == 1 else f"    put_u{8 * size}(data + {at}, {value});")
    lines += [f"    data[{at}] = 0U;" for at in range(message.data_bytes(), schema.settings["frame_bytes"])]
    return "\n".join([*lines, "}"]) + "\n"


def _c_unpack(schema: Schema, message: Message) -> str:
    lines = [f"bool protocol_unpack_{message.name}(const uint8_t data[PROTOCOL_FRAME_BYTES], protocol_{message.name}_t *message)", "{"]
    wrong = [f"data[0] != PROTOCOL_ID_{message.name.upper()}"]
    wrong += [f"data[{at}] != 0U" for at in range(message.data_bytes(), schema.settings["frame_bytes"])]
    wrong += [f"data[{at}] > {len(schema.enums[field.enum]) - 1}U" for at, field in _places(message) if field.enum]
    for at, field in _places(message):
        if _has_unknown_bits(schema, field):
            all_bits = f"PROTOCOL_{field.bits.upper()}_ALL"
            wrong.append(f"({_c_get(at, field)} & (uint{8 * TYPES[field.type].size}_t)~{all_bits}) != 0U")
    lines += [f"    if ({' || '.join(wrong)}) {{", "        return false;", "    }", "    message->seq = data[1];"]
    lines += [f"    message->{field.name} = {_c_get(at, field)};" for at, field in _places(message)]
    return "\n".join([*lines, "    return true;", "}"]) + "\n"


def _c_get(at: int, field: Field) -> str:
    wire_type = TYPES[field.type]
    raw = f"data[{at}]" if wire_type.size == 1 else f"get_u{8 * wire_type.size}(data + {at})"
    return raw if field.type.startswith("u") else f"({wire_type.c_name}){raw}"


# ------------------------------------------------------------------ the tables in docs/wire.md


def wire_tables(schema: Schema) -> str:
    lines = [f"Schema hash `0x{schema.hash:08X}`.", "", "| setting | value |", "|---|---|"]
    lines += [f"| `{name}` | {_setting(name, value)} |" for name, value in schema.settings.items()]
    for message in schema.messages:
        lines += ["", f"### `{message.name}` (id `0x{message.id:02X}`)", "", "| byte | field | type | meaning |", "|---|---|---|---|"]
        lines += ["| 0 | `id` | u8 | |", "| 1 | `seq` | u8 | counts every frame this end sends, wraps |"]
        for at, field in _places(message):
            kind = f"one of `{field.enum}`" if field.enum else f"bits of `{field.bits}`" if field.bits else ""
            lines.append(f"| {at} | `{field.name}` | {field.type} | {'; '.join(part for part in (kind, field.about) if part)} |")
    for title, sets in (("value", schema.enums), ("bit", schema.bits)):
        for name, options in sets.items():
            lines += ["", f"### `{name}`", "", f"| {title} | name | rule | meaning |", "|---|---|---|---|"]
            lines += [f"| {option.value} | `{option.name}` | {option.rule} | {option.about} |" for option in options]
    return "\n".join(lines) + "\n"


def _between_marks(path: Path, tables: str) -> str:
    text = path.read_text(encoding="utf-8") if path.exists() else DOC_BEGIN + DOC_END
    before, mark, rest = text.partition(DOC_BEGIN)
    _, end, after = rest.partition(DOC_END)
    if not mark or not end:
        raise SchemaError(f"{path}: the marks around the tables are missing; put back {DOC_BEGIN.strip()} and {DOC_END.strip()}")
    return f"{before}{DOC_BEGIN}\n{tables}\n{DOC_END}{after}"


# ------------------------------------------------------------------ command line


def main(arguments: list[str]) -> int:
    """0 done or fresh, 1 stale (`--check`), 2 a mistake in what was read or asked."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python -m firmware.generate [--check]\n")
        return 2
    try:
        wanted = outputs(load())
    except SchemaError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        if arguments:
            sys.stderr.write(f"{path.relative_to(ROOT)}: stale; run python -m firmware.generate\n")
        else:
            path.write_text(wanted[path], encoding="utf-8")
            sys.stdout.write(f"wrote {path.relative_to(ROOT)}\n")
    return 1 if arguments and stale else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
