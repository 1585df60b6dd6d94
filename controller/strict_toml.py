"""A TOML file -> a typed value, or one clear line: `file:line: key: what is wrong; what would be right`.  Must never guess.

Used for the settings and the protocols alike.  Unknown keys, wrong types and unreadable files end here; what the numbers
mean, and how large they may be, is the caller's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

import msgspec

from controller import toml_lines

MOST_BYTES = 256 * 1024
"""No honest settings or protocol file is larger; reading stops there."""

_UNIT = re.compile(r"_(deg|cdeg|rad|dps2|dps3|dps|cdps|rpm|mps2|g|ms|us|s|min|h|mv|v|percent)$")
_KINDS = {
    "float": "a number",
    "int": "a whole number",
    "str": "text in quotes",
    "bool": "true or false",
    "array": "a list in square brackets",
    "object": "a table",
    "null": "nothing",
}

_Kind = TypeVar("_Kind")


class FileError(ValueError):
    """Something about a file is wrong; the message is the whole line to show."""

    def __init__(self, says: str, *, unreadable: bool = False) -> None:
        super().__init__(says)
        self.unreadable = unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Turns a place in the file into the beginning of a complaint."""

    file: str
    lines: dict[toml_lines.Path, int]

    def wrong(self, path: toml_lines.Path, says: str) -> FileError:
        name = toml_lines.name_of(path)
        return FileError(f"{self.file}:{toml_lines.line_of(self.lines, path)}: {name + ': ' if name else ''}{says}")


def load(path: Path, kind: type[_Kind]) -> tuple[_Kind, Where]:
    """Read `path` as a `kind` (a msgspec.Struct that forbids unknown fields), or raise FileError."""
    return decode(_read(path), str(path), kind)


def decode(text: str, file: str, kind: type[_Kind]) -> tuple[_Kind, Where]:
    """The same for text that is already here; `file` is what a complaint calls it."""
    try:
        values, lines = toml_lines.parse(text)
    except toml_lines.TomlError as error:
        raise FileError(f"{file}:{error.line}: not TOML: {error}") from error
    except RecursionError as error:
        raise FileError(f"{file}:1: not TOML: nested too deeply") from error
    where = Where(file=file, lines=lines)
    return convert(values, where, kind), where


def convert(values: Mapping[str, object], where: Where, kind: type[_Kind]) -> _Kind:
    """The same for values that another reader has already parsed: a table inside a larger file."""
    try:
        return msgspec.convert(values, kind)
    except msgspec.ValidationError as error:
        says, path = _split(str(error))
        raise _explained(where, path, says, values, kind) from error


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise FileError(f"{path}: cannot be read: {error.strerror or error}", unreadable=True) from error
    if len(data) > MOST_BYTES:
        raise FileError(f"{path}: larger than {MOST_BYTES // 1024} KiB; this is no settings or protocol file", unreadable=True)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileError(f"{path}:{line}: not TOML: not UTF-8 text") from error


def _split(message: str) -> tuple[str, toml_lines.Path]:
    """msgspec's message and the place it names: "Expected ... - at `$.stages[2].angle_deg`"."""
    says, _, place = message.partition(" - at `$")
    parts = re.findall(r"\.([^.\[\]`]+)|\[(\d+)\]", place)
    return says, tuple(int(number) if number else key for key, number in parts)


def _explained(where: Where, path: toml_lines.Path, says: str, values: object, kind: type) -> FileError:
    """msgspec's complaint in the words of a person who writes such a file."""
    unknown = re.search(r"unknown field `(.+)`$", says)
    if unknown:
        return where.wrong((*path, unknown[1]), _unknown(unknown[1], _keys(kind, path)))
    missing = re.search(r"missing required field `(.+)`$", says)
    if missing:
        return where.wrong(path, f"{missing[1]} is missing; it has no default")
    if says.startswith("Invalid enum value"):
        allowed = ", ".join(str(choice) for choice in _choices(kind, path))
        return where.wrong(path, f"{_shown(values, path)} will not do; allowed {allowed}")
    wanted = re.match(r"Expected `(\w+)[^`]*`(?: of length (\d+), got (\d+))?", says)
    if wanted is None:
        return where.wrong(path, says)
    if wanted[2]:
        return where.wrong(path, f"has {wanted[3]} entries; it needs {wanted[2]}")
    return where.wrong(path, f"{_shown(values, path)} will not do; it must be {_KINDS.get(wanted[1], wanted[1])}")


def _unknown(key: str, known: tuple[str, ...]) -> str:
    stem = _UNIT.sub("", key)
    same = [other for other in known if _UNIT.sub("", other) == stem]
    if same:
        return f"unknown key: wrong or missing unit; the key is {same[0]}"
    near = get_close_matches(key, known, n=1)
    if near:
        return f"unknown key; did you mean {near[0]}?"
    return f"unknown key; known here: {', '.join(known)}"


def _keys(kind: object, path: toml_lines.Path) -> tuple[str, ...]:
    """The keys that the table at `path` of a `kind` may have."""
    for part in path:
        kind = _inside(kind, part)
    return tuple(field.encode_name for field in msgspec.structs.fields(_struct(kind)))


def _choices(kind: object, path: toml_lines.Path) -> tuple[object, ...]:
    """What the Literal at `path` of a `kind` allows."""
    for part in path:
        kind = _inside(kind, part)
    return tuple(getattr(kind, "__args__", ()))


def _inside(kind: object, part: str | int) -> object:
    if isinstance(part, int):
        return next(item for item in getattr(kind, "__args__", ()) if item is not Ellipsis)
    return next(field.type for field in msgspec.structs.fields(_struct(kind)) if field.encode_name == part)


def _struct(kind: object) -> type[msgspec.Struct]:
    """The table type in `X` or `X | None`."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind
    return next(_struct(item) for item in getattr(kind, "__args__", ()) if item is not type(None))


def _shown(values: object, path: toml_lines.Path) -> str:
    for part in path:
        values = values[part]  # type: ignore[index]  # msgspec has just walked the same way
    shown = repr(values) if not isinstance(values, bool) else str(values).lower()
    return shown if len(shown) <= 40 else shown[:37] + "..."
