"""TOML text -> the line of every key, so that a complaint can say where.  Must never decide what a key means.

tomllib reads the values and refuses bad TOML; this only walks text that tomllib has accepted.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from typing import Any

Path = tuple[str | int, ...]
"""Where a value is: table names, keys and places in arrays, from the top."""

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_SPACES = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}'  # the longest closing run belongs to the string
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\n]+")


class TomlError(ValueError):
    """Bad TOML; `line` is where, the message is what."""

    def __init__(self, line: int, says: str) -> None:
        super().__init__(says)
        self.line = line


def parse(text: str) -> tuple[dict[str, Any], dict[Path, int]]:
    """The values, and the line of every key, table and array item.  Raises TomlError for what is not TOML."""
    try:
        return tomllib.loads(text), _Walk(text).lines()
    except tomllib.TOMLDecodeError as error:
        raise TomlError(*_place(str(error), text)) from error
    except RecursionError as error:
        raise TomlError(1, "tables or lists nested deeper than anybody writes them") from error


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of `path`, or of the nearest table around it that is written down; 1 for the whole file."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def name_of(path: Path) -> str:
    """`limits.rate_dps`, `stages[2].angle_deg`: a path as a person writes it; places count from 1."""
    name = ""
    for part in path:
        name += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if name else part
    return name


def _place(says: str, text: str) -> tuple[int, str]:
    found = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", says)
    if found is None:
        return 1, says
    line = int(found[1]) if found[1] else text.count("\n") + 1
    return line, says[: found.start()]


class _Walk:
    """One pass over valid TOML."""

    def __init__(self, text: str) -> None:
        self._text = text.replace("\r\n", "\n")
        self._at = 0
        self._starts = [0] + [found.end() for found in re.finditer("\n", self._text)]
        self._found: dict[Path, int] = {}
        self._items: dict[Path, int] = {}  # arrays of tables: how many so far

    def lines(self) -> dict[Path, int]:
        table: Path = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)
        return self._found

    def _line(self) -> int:
        return bisect_right(self._starts, self._at)

    def _skip(self, what: re.Pattern[str]) -> str:
        found = what.match(self._text, self._at)
        if found is None:
            return ""
        self._at = found.end()
        return found[0]

    def _header(self) -> Path:
        """`[a.b]` or `[[a.b]]`: the table that what follows belongs to."""
        line = self._line()
        brackets = 2 if self._text.startswith("[[", self._at) else 1
        self._at += brackets
        keys = self._keys()
        self._at += brackets
        path: Path = ()
        for key in keys[:-1]:
            path = self._newest((*path, key))
        path = (*path, keys[-1])
        self._found.setdefault(path, line)
        if brackets == 2:
            self._items[path] = self._items.get(path, 0) + 1
            path = self._newest(path)
        self._found[path] = line
        return path

    def _newest(self, path: Path) -> Path:
        return (*path, self._items[path] - 1) if path in self._items else path

    def _keys(self) -> list[str]:
        """A dotted key, up to what ends it."""
        keys = []
        while True:
            self._skip(_SPACES)
            quoted = self._skip(_STRING)
            keys.append(_unquoted(quoted) if quoted else self._skip(_BARE_KEY))
            self._skip(_SPACES)
            if not self._text.startswith(".", self._at):
                return keys
            self._at += 1

    def _pair(self, table: Path) -> None:
        line = self._line()
        path = table
        for key in self._keys():
            path = (*path, key)
            self._found.setdefault(path, line)
        self._at += 1  # the equals sign
        self._skip(_SPACES)
        self._value(path)

    def _value(self, path: Path) -> None:
        opening = self._text[self._at]
        if opening == "[":
            self._array(path)
        elif opening == "{":
            self._inline_table(path)
        elif not self._skip(_STRING):
            self._skip(_SCALAR)

    def _array(self, path: Path) -> None:
        self._at += 1
        place = 0
        self._skip(_BLANK)
        while self._text[self._at] != "]":
            self._found[(*path, place)] = self._line()
            self._value((*path, place))
            place += 1
            self._comma()
        self._at += 1

    def _inline_table(self, path: Path) -> None:
        self._at += 1
        self._skip(_BLANK)
        while self._text[self._at] != "}":
            self._pair(path)
            self._comma()
        self._at += 1

    def _comma(self) -> None:
        self._skip(_BLANK)
        if self._text[self._at] == ",":
            self._at += 1
            self._skip(_BLANK)


def _unquoted(quoted: str) -> str:
    return next(iter(tomllib.loads(f"{quoted} = 0")))
