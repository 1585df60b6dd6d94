"""The Python side of the wire as text: what the core may know, and the Pi's end.  Makes strings; reads and writes no file."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from firmware.schema import EDITED_BY, TYPES, Message, Option, Schema, plain_name, setting_text

CLASS_NAMES = {"reason": "BoardReason"}  # the Pi has reasons of its own
CLASS_SAYS = {
    "Request": "What a command asks of the board.",
    "BoardMode": "What the board is doing.",
    "CommandFlag": "Bits of a command's `flags`.",
    "StatusFlag": "Bits of a status's `flags`.",
    "Contact": "Bits of a detail's `contacts`.",
    "BoardReason": "Bits of a status's `reasons`: rules the board finds broken or whose demand has not cleared.",
}


def _class_name(name: str) -> str:
    return CLASS_NAMES.get(name, name.title().replace("_", ""))


def _message_class(message: Message) -> str:
    return message.name.title().replace("_", "") + "Message"


def _about(text: str) -> str:
    return f"  # {text}" if text else ""


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
        lines.append(f'        BoardReason.{plain_name(option.name)}: ("{option.rule}", "{option.name}", "{option.about}"),')
    lines += ["    }", ")", '"""Bit of BoardReason -> (rule, name, plain words)."""']
    return "\n".join(lines) + "\n"


def _python_class(head: str, name: str, options: Iterable[Option], form: str, spell: Callable[[int], str]) -> list[str]:
    lines = ["", "", head, f'    """{CLASS_SAYS.get(name, name)}"""', ""]
    return lines + [f"    {form.format(plain_name(option.name), spell(option.value))}{_about(option.about)}" for option in options]


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
    settings = "\n".join(f"{name.upper()}: Final = {setting_text(name, value)}" for name, value in schema.settings.items())
    text = PROTOCOL_PY_HEAD.format(edited_by=EDITED_BY, hash=schema.hash, settings=settings)
    return text + "".join(_python_message(schema, message) for message in schema.messages)


def _python_message(schema: Schema, message: Message) -> str:
    size, used, upper = schema.settings["frame_bytes"], message.data_bytes(), message.name.upper()
    code = "<BB" + "".join(TYPES[field.type].struct_code for field in message.fields) + (f"{size - used}x" if used < size else "")
    refused = [f"message.{f.name} > {len(schema.enums[f.enum]) - 1}" for f in message.fields if f.enum]
    refused += [f"message.{f.name} >> {len(schema.bits[f.bits])}" for f in message.fields if schema.has_unknown_bits(f)]
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
