"""Strict reading of one TOML table: a wrong type, value or key is one line with its file, its line and what would be right.

Knows nothing of scenarios' meaning; sim/scenario_loader.py says which keys there are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Protocol, TypeVar

from controller.toml_lines import line_of
from sim.expressions import LARGEST, ExpressionError, compile_expression
from sim.scenario import Condition, ScenarioError, TimeRef

_UNIT_S = {"ms": 0.001, "s": 1.0, "min": 60.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|min)")
_MOMENT = re.compile(r"((?:board\.)?[A-Za-z_][A-Za-z0-9_]*)(?:#([1-9]\d*))?(?:([+-])(.+))?")

T = TypeVar("T")

SHOWN = 60
"""Characters of a wrong value that a message repeats."""


def written(value: object) -> str:
    """As it stands in the file, as far as a line has room for it."""
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."


def nearest(word: str, known: Collection[str]) -> str:
    """'did you mean x' or the whole list when nothing is near."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(set(known)))}"


def duration_s(text: object) -> float:
    """'12.5s', '500ms' or '2min' in seconds; ValueError otherwise."""
    found = _DURATION.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        raise ValueError(f'is {written(text)}, not a duration; write "12.5s", "500ms" or "2min"')
    return float(found[1]) * _UNIT_S[found[2]]


def time_ref(text: object) -> TimeRef:
    """'12.5s', 'HOLDING+5s', 'RETURNING#2', 'board.ASCENT+1s' or 'name-of-event+1s'; ValueError otherwise."""
    if isinstance(text, str):
        if _DURATION.fullmatch(text.strip()):
            return TimeRef(offset_s=duration_s(text))
        found = _MOMENT.fullmatch(text.strip())
        if found:
            offset_s = duration_s(found[4].strip()) if found[4] else 0.0
            return TimeRef(offset_s=-offset_s if found[3] == "-" else offset_s, phase=found[1], nth=int(found[2] or 1))
    raise ValueError(f'is {written(text)}, not a moment; write "12.5s", "HOLDING+5s" or "HOLDING#2+5s"')


class Span(Protocol):
    """The ends of what a number may be."""

    @property
    def least(self) -> float: ...

    @property
    def most(self) -> float: ...


@dataclass(slots=True)
class Table:
    """One table of a document, its place, and which of its keys have been asked for."""

    values: Mapping[str, object]
    where: tuple[str | int, ...]
    file: str
    lines: dict[tuple[str | int, ...], int]
    seen: set[str] = field(default_factory=set)

    def fail(self, key: str, says: str) -> ScenarioError:
        path = (*self.where, key) if key in self.values else self.where
        name = ".".join(str(part) for part in self.where if isinstance(part, str))
        full = f"{name}.{key}" if name and key else (key or name)
        return ScenarioError(f"{self.file}:{line_of(self.lines, path)}: {full}: {says}")

    @property
    def line(self) -> int:
        return line_of(self.lines, self.where)

    def has(self, key: str) -> bool:
        return key in self.values

    def raw(self, key: str) -> object:
        self.seen.add(key)
        return self.values.get(key)

    def number(self, key: str, default: float, low: float, high: float) -> float:
        value = self.raw(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float) or not -LARGEST <= value <= LARGEST:
            raise self.fail(key, f"is {written(value)}, not a number; {low:g} to {high:g} would be right")
        if not low <= value <= high:
            raise self.fail(key, f"is {value:g}; {low:g} to {high:g} would be right")
        return float(value)

    def integer(self, key: str, default: int, low: int, high: int) -> int:
        value = self.raw(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self.fail(key, f"is {written(value)}; a whole number from {low} to {high} would be right")
        return value

    def numbers(self, what: str, known: Mapping[str, Span], whole: Collection[str] = ()) -> dict[str, Any]:
        """Every key of the table is one of `known` and within its ends; those in `whole` without a fraction."""
        found: dict[str, Any] = {}
        for key in self.values:
            if key not in known:
                raise self.fail(key, f"unknown {what}; {nearest(key, known)}")
            least, most = known[key].least, known[key].most
            found[key] = self.integer(key, 0, int(least), int(most)) if key in whole else self.number(key, 0.0, least, most)
        return found

    def flag(self, key: str, *, default: bool) -> bool:
        value = self.raw(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.fail(key, f"is {written(value)}; true or false would be right")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        value = self.raw(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or not value.strip():
            raise self.fail(key, "is missing; a text would be right" if value is None else f"is {written(value)}; a text would be right")
        return value

    def word(self, key: str, default: str | None, known: Collection[str]) -> str:
        value = self.text(key, default)
        if value not in known:
            raise self.fail(key, f"is {written(value)}; {nearest(value, known)}")
        return value

    def words(self, key: str, known: Collection[str] | None = None) -> tuple[str, ...]:
        value = self.raw(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.fail(key, f"is {written(value)}; a list of words would be right")
        for item in value:
            if known is not None and item not in known:
                raise self.fail(key, f"has {written(item)}; {nearest(item, known)}")
        return tuple(value)

    def duration(self, key: str, default: float) -> float:
        return default if self.raw(key) is None else self._parsed(key, duration_s)

    def moment(self, key: str) -> TimeRef | None:
        return None if self.raw(key) is None else self._parsed(key, time_ref)

    def condition(self, key: str, for_s: float = 0.0) -> Condition | None:
        text = self.raw(key)
        if text is None:
            return None
        if not isinstance(text, str):
            raise self.fail(key, f"is {written(text)}; a condition in quotes would be right")
        try:
            return Condition(text=text, holds=compile_expression(text), for_s=for_s)
        except ExpressionError as error:
            raise self.fail(key, str(error)) from error

    def _parsed(self, key: str, parse: Callable[[object], T]) -> T:
        try:
            return parse(self.values[key])
        except ValueError as error:
            raise self.fail(key, str(error)) from error

    def table(self, key: str) -> Table:
        value = self.raw(key)
        if value is None:
            value = {}
        if not isinstance(value, dict):
            raise self.fail(key, f"is {written(value)}; a table [{key}] would be right")
        return Table(value, (*self.where, key), self.file, self.lines)

    def tables(self, key: str) -> list[Table]:
        value = self.raw(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.fail(key, f"is {written(value)}; tables [[{key}]] would be right")
        return [Table(item, (*self.where, key, index), self.file, self.lines) for index, item in enumerate(value)]

    def done(self) -> None:
        """Every key must have been asked for."""
        for key in self.values:
            if key not in self.seen:
                raise self.fail(key, f"unknown key; {nearest(key, self.seen)}")
