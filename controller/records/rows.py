"""The programme's values as rows and back: which table holds which value, and how a moment, a set or a stage is written.

A value is checked by its own class when it is read, so that a row changed by hand is refused and never half believed.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import Enum
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from controller.programme import model, sessions

V = TypeVar("V")
Cell = None | int | float | str | bytes

TABLES: dict[type[Any], str] = {
    model.Answers: "answers",
    model.Clearance: "clearances",
    model.SignOff: "sign_offs",
    model.ManualReleasePractice: "practices",
    model.SetUpChecklist: "checklists",
    model.Prepared: "prepared",
    sessions.SessionRecord: "sessions",
    sessions.Rating: "ratings",
    sessions.Felt: "felt",
    sessions.BlockedUntilCleared: "blocks",
    sessions.PromptShown: "prompts",
}
"""What is recorded about a person, each in its table; with the names of the fields of model.History."""

COLUMN_NAMES = {"by": "by_whom", "on": "given_on", "when": "side"}
"""Fields whose names are words of SQL."""


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a value and its column."""

    field: str
    name: str
    write: Callable[[Any], Cell]
    read: Callable[[Any], Any]


def _columns(kind: Any) -> tuple[Column, ...]:
    hints = get_type_hints(kind)
    return tuple(Column(item.name, COLUMN_NAMES.get(item.name, item.name), *_codec(hints[item.name])) for item in fields(kind))


def row_of(value: object) -> dict[str, Cell]:
    """Column -> cell."""
    return {column.name: _or_none(column.write, getattr(value, column.field)) for column in COLUMNS[type(value)]}


def value_of(kind: type[V], row: Mapping[str, Any]) -> V:
    """The value that was written.  Raises ValueError, KeyError or TypeError when the row says something impossible."""
    return kind(**{column.field: _or_none(column.read, row[column.name]) for column in COLUMNS[kind]})


def _or_none(convert: Callable[[Any], Any], value: Any) -> Any:
    return None if value is None else convert(value)


def _codec(kind: Any) -> tuple[Callable[[Any], Cell], Callable[[Any], Any]]:
    """How a field of this type is written and read."""
    if get_origin(kind) in (Union, types.UnionType):
        return _codec(next(part for part in get_args(kind) if part is not types.NoneType))
    if get_origin(kind) is frozenset:
        write, read = _codec(get_args(kind)[0])
        number = get_args(kind)[0] is int
        return (
            lambda parts: " ".join(sorted(str(write(part)) for part in parts)),
            lambda cell: frozenset(read(int(word) if number else word) for word in cell.split()),
        )
    if get_origin(kind) is tuple:
        return _tuple_codec(get_args(kind)[0])
    if issubclass(kind, Enum):
        return (lambda value: str(value.value)), kind
    if issubclass(kind, date):  # a datetime is one too
        return (lambda value: str(value.isoformat())), kind.fromisoformat
    return {bool: (int, bool), float: (float, float), int: (int, int), str: (str, str)}[kind]


def _tuple_codec(kind: Any) -> tuple[Callable[[Any], Cell], Callable[[Any], Any]]:
    """Words with a space between; JSON lists of numbers for parts that have fields."""
    if kind is str:
        return " ".join, lambda cell: tuple(cell.split())
    names = [item.name for item in fields(kind)]
    return (
        lambda parts: json.dumps([[getattr(part, name) for name in names] for part in parts]),
        lambda cell: tuple(kind(**dict(zip(names, numbers, strict=True))) for numbers in json.loads(cell)),
    )


COLUMNS: dict[Any, tuple[Column, ...]] = {kind: _columns(kind) for kind in (model.Person, *TABLES)}
"""The columns of each value, in the order of its fields."""
