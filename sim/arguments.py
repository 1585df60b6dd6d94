"""Numbers on the simulator's command lines: in their range, or one line that says which range is right.  Pure."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable


def number(least: float, most: float) -> Callable[[str], float]:
    """A reader of numbers from `least` to `most` for argparse's `type`; "nan" is in no range.  It raises ArgumentTypeError."""

    def read(words: str) -> float:
        try:
            value = float(words)
        except ValueError:
            raise ArgumentTypeError(f"'{words}' is not a number; {least} to {most} is right") from None
        if not least <= value <= most:
            raise ArgumentTypeError(f"{words} is out of range; {least} to {most} is right")
        return value

    return read


def whole(least: int, most: int) -> Callable[[str], int]:
    """The same for whole numbers; "3.7" is none."""
    in_range = number(least, most)

    def read(words: str) -> int:
        value = in_range(words)
        if value != int(value):
            raise ArgumentTypeError(f"{words} is not a whole number; {least} to {most} is right")
        return int(value)

    return read


any_seed = whole(0, 2**31 - 1)
"""Of every random thing in the world."""
