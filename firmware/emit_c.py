"""The C side of the wire as text: the board's end.  Makes strings; reads and writes no file."""

from __future__ import annotations

from firmware.schema import EDITED_BY, TYPES, Field, Message, Option, Schema, plain_name, setting_text

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
    settings = "\n".join(
        f"#define PROTOCOL_{name.upper()} {setting_text(name, value)}{'UL' if value > 0xFFFF else 'U'}"
        for name, value in schema.settings.items()
    )
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
        name = f"PROTOCOL_{set_name.upper()}_{plain_name(option.name)}"
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

/* What the lower half of a byte does to the check, then what the upper half does: a table for whole bytes takes 450 bytes more of the AVR's
 * flash, and one for halves in turn 30 of its cycles more, which shifts 16 bits one by one. */
#ifdef __AVR__
#include <avr/pgmspace.h>
#define PROTOCOL_IN_FLASH PROGMEM
#define PROTOCOL_CRC_ENTRY(twice) pgm_read_word(&((const uint8_t *)PROTOCOL_CRC_TABLE)[twice]) /* bytes: a place among 64 fits one */
#else
#define PROTOCOL_IN_FLASH
#define PROTOCOL_CRC_ENTRY(twice) PROTOCOL_CRC_TABLE[(twice) / 2U]
#endif

static const uint16_t PROTOCOL_CRC_TABLE[32] PROTOCOL_IN_FLASH = {{
{table}
}};

uint16_t protocol_crc_step(uint16_t crc, uint8_t byte)
{{
    uint8_t top = (uint8_t)((uint8_t)(crc >> 8) ^ byte);
    uint8_t lower = (uint8_t)((uint8_t)(top << 1) & 0x1EU);
    uint8_t upper = (uint8_t)((uint8_t)(top >> 3) & 0x1EU);
    uint16_t halves = PROTOCOL_CRC_ENTRY(lower) ^ PROTOCOL_CRC_ENTRY(32U + upper);
    uint8_t high = (uint8_t)((uint8_t)crc ^ (uint8_t)(halves >> 8));
    return (uint16_t)((uint16_t)((uint16_t)high << 8) | (uint8_t)halves);
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


def crc_table(polynomial: int) -> list[int]:
    """One entry per value of the CRC's high byte, most significant bit first."""
    table = []
    for byte in range(256):
        crc = byte << 8
        for _ in range(8):
            crc = (crc << 1) ^ polynomial if crc & 0x8000 else crc << 1
        table.append(crc & 0xFFFF)
    return table


def protocol_c(schema: Schema) -> str:
    entries = [f"0x{entry:04X}U" for entry in crc_table(schema.settings["crc_polynomial"])]
    halves = entries[:16] + entries[::16]
    table = "\n".join("    " + ", ".join(halves[at : at + 8]) + "," for at in range(0, 32, 8))
    largest = max(TYPES[field.type].size for message in schema.messages for field in message.fields)
    helpers = "".join(text for size, text in C_HELPERS.items() if size <= largest)
    body = "\n".join(_c_pack(schema, message) + "\n" + _c_unpack(schema, message) for message in schema.messages)
    return PROTOCOL_C.format(edited_by=EDITED_BY, table=table, helpers=helpers, body=body)


def _c_pack(schema: Schema, message: Message) -> str:
    lines = [f"void protocol_pack_{message.name}(const protocol_{message.name}_t *message, uint8_t data[PROTOCOL_FRAME_BYTES])", "{"]
    lines += [f"    data[0] = PROTOCOL_ID_{message.name.upper()};", "    data[1] = message->seq;"]
    for at, field in message.places():
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
    wrong += [f"data[{at}] > {len(schema.enums[field.enum]) - 1}U" for at, field in message.places() if field.enum]
    for at, field in message.places():
        if schema.has_unknown_bits(field):
            all_bits = f"PROTOCOL_{field.bits.upper()}_ALL"
            wrong.append(f"({_c_get(at, field)} & (uint{8 * TYPES[field.type].size}_t)~{all_bits}) != 0U")
    lines += [f"    if ({' || '.join(wrong)}) {{", "        return false;", "    }", "    message->seq = data[1];"]
    lines += [f"    message->{field.name} = {_c_get(at, field)};" for at, field in message.places()]
    return "\n".join([*lines, "    return true;", "}"]) + "\n"


def _c_get(at: int, field: Field) -> str:
    wire_type = TYPES[field.type]
    raw = f"data[{at}]" if wire_type.size == 1 else f"get_u{8 * wire_type.size}(data + {at})"
    return raw if field.type.startswith("u") else f"({wire_type.c_name}){raw}"
