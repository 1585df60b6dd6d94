"""What a person types for a height, a weight, a distance, a date -> a value with a unit.  Pure; each refusal says what would be right."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

import click

from controller.programme.sessions import cm_from_inches

V = TypeVar("V")

KG_PER_POUND = 0.45359237
INCHES_PER_FOOT = 12
EARLIEST_YEAR, LATEST_YEAR = 2000, 2100

_NUMBER = r"(\d+(?:\.\d+)?)"


def height_cm(text: str) -> float:
    """`178`, `178cm`, `1.78m`, `5'10"` or `5ft10`."""
    if found := re.fullmatch(_NUMBER + r"\s*(?:cm)?", text):
        return float(found[1])
    if found := re.fullmatch(_NUMBER + r"\s*m", text):
        return float(found[1]) * 100.0
    if found := re.fullmatch(r"(\d)\s*(?:'|ft|feet|foot)\s*(?:" + _NUMBER + r"\s*(?:\"|''|in|inches)?)?", text):
        return cm_from_inches(int(found[1]) * INCHES_PER_FOOT + float(found[2] or 0.0))
    raise ValueError(f"{text!r} is no height; 178cm or 5'10\" would be right")


def mass_kg(text: str) -> float:
    """`80`, `80kg`, `176lb`."""
    if found := re.fullmatch(_NUMBER + r"\s*(?:kg)?", text):
        return float(found[1])
    if found := re.fullmatch(_NUMBER + r"\s*(?:lb|lbs|pounds)", text):
        return float(found[1]) * KG_PER_POUND
    raise ValueError(f"{text!r} is no weight; 80kg or 176lb would be right")


def toe_touch_cm(text: str) -> float:
    """`12`, `12cm`, `5in`; less than 0 for fingers that go beyond the toes."""
    if found := re.fullmatch(r"(-?)" + _NUMBER + r"\s*(cm|in|inches|\")?", text):
        size = float(found[2])
        distance_cm = size if found[3] in (None, "cm") else cm_from_inches(size)
        return -distance_cm if found[1] else distance_cm
    raise ValueError(f"{text!r} is no distance; 12cm or 5in would be right")


def minutes_s(text: str) -> float:
    """`5`, `5min`, `90s`: a number without a unit is minutes."""
    if found := re.fullmatch(_NUMBER + r"\s*(?:min|minutes)?", text):
        return float(found[1]) * 60.0
    if found := re.fullmatch(_NUMBER + r"\s*s", text):
        return float(found[1])
    raise ValueError(f"{text!r} is no time; 5min or 90s would be right")


def day(text: str) -> date:
    """`2026-11-25`; a year outside this century is a slip of the hand."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no date; 2026-11-25 would be right") from None
    if not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
        raise ValueError(f"{text}: the year is not one of {EARLIEST_YEAR} to {LATEST_YEAR}")
    return found


class Quantity(click.ParamType[Any]):
    """One of the above as an option's type."""

    def __init__(self, name: str, read: Callable[[str], Any]) -> None:
        self.name = name
        self._read = read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return self._read(value.strip())
        except ValueError as error:
            self.fail(str(error), param, ctx)


HEIGHT = Quantity("height", height_cm)
MASS = Quantity("weight", mass_kg)
DISTANCE = Quantity("distance", toe_touch_cm)
MINUTES = Quantity("time", minutes_s)
DAY = Quantity("date", day)
