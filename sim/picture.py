"""Draws the table from the side with braille dots, and the angle gauge.  Pure: an angle in, lines of text out; touches no terminal."""

from __future__ import annotations

from collections.abc import Iterable
from math import cos, hypot, pi, radians, sin

HEAD_REACH = 1.0
"""Pivot to the crown of the head; the unit of length of the picture."""
FOOT_REACH = 0.92
HEAD_RADIUS = 0.11
STAND_HEIGHT = 1.12
EXTENT = 1.24
"""Half the width and height of what is drawn."""

BRAILLE_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Dot of a braille cell by row and column (Unicode block U+2800)."""
GAUGE_MARKS = ((-75.0, "upright"), (-3.0, "level"), (30.0, "30°"), (60.0, "60°"), (90.0, "90°"))
GAUGE_FROM_DEG = -82.0
GAUGE_TO_DEG = 97.0


class Canvas:
    """Dots on a grid of braille cells; x to the right and y up, in lengths of the picture, (0, 0) the pivot."""

    def __init__(self, columns: int, rows: int) -> None:
        self._cells = [[0] * columns for _ in range(rows)]
        self._wide, self._high = columns * 2, rows * 4
        self._scale = min(self._wide, self._high) / (2 * EXTENT)

    def dot(self, x: float, y: float) -> None:
        column = round(self._wide / 2 + x * self._scale)
        row = round(self._high / 2 - y * self._scale)
        if 0 <= column < self._wide and 0 <= row < self._high:
            self._cells[row // 4][column // 2] |= BRAILLE_BITS[row % 4][column % 2]

    def line(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        steps = max(2, round(hypot(end[0] - start[0], end[1] - start[1]) * self._scale * 1.5))
        for step in range(steps + 1):
            part = step / steps
            self.dot(start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part)

    def ring(self, centre: tuple[float, float], radius: float) -> None:
        for step in range(36):
            turn = step * pi / 18
            self.dot(centre[0] + radius * cos(turn), centre[1] + radius * sin(turn))

    def lines(self) -> list[str]:
        return ["".join(chr(0x2800 + cell) for cell in row) for row in self._cells]


def table(angle_deg: float, columns: int, rows: int, *, locks_closed: bool, arms_out: bool = False) -> list[str]:
    """The table, the person on it (head a ring) and the ankle clamps (a closed or an open bracket) at this inversion angle."""
    canvas = Canvas(columns, rows)
    along = (-cos(radians(angle_deg)), -sin(radians(angle_deg)))  # from the pivot to the head
    below = (-along[1], along[0])

    def place(reach: float, lift: float) -> tuple[float, float]:
        return along[0] * reach - below[0] * lift, along[1] * reach - below[1] * lift

    for foot in (-0.5, 0.5):
        canvas.line((0.0, 0.0), (foot, -STAND_HEIGHT))
    canvas.line((-0.66, -STAND_HEIGHT), (0.66, -STAND_HEIGHT))
    canvas.line(place(HEAD_REACH, 0.0), place(-FOOT_REACH, 0.0))
    canvas.line(place(HEAD_REACH - 2.4 * HEAD_RADIUS, 0.1), place(-FOOT_REACH + 0.03, 0.1))
    canvas.ring(place(HEAD_REACH - HEAD_RADIUS, 0.14), HEAD_RADIUS)
    canvas.line(place(0.55, 0.1), place(0.95 if arms_out else 0.25, 0.3 if arms_out else 0.17))
    canvas.line(place(-FOOT_REACH, 0.0), place(-FOOT_REACH, 0.22))
    if locks_closed:
        canvas.line(place(-FOOT_REACH, 0.22), place(-FOOT_REACH + 0.14, 0.22))
        canvas.line(place(-FOOT_REACH + 0.14, 0.22), place(-FOOT_REACH + 0.14, 0.0))
    else:
        canvas.line(place(-FOOT_REACH, 0.22), place(-FOOT_REACH - 0.14, 0.26))
    return canvas.lines()


def gauge(angle_deg: float, width: int, *, ceiling_deg: float | None) -> list[str]:
    """Three lines: the scale with its marks, the pointer, the names of the marks."""

    def column(at_deg: float) -> int:
        part = (min(max(at_deg, GAUGE_FROM_DEG), GAUGE_TO_DEG) - GAUGE_FROM_DEG) / (GAUGE_TO_DEG - GAUGE_FROM_DEG)
        return round(part * (width - 1))

    scale = ["─"] * width
    for at_deg, _ in GAUGE_MARKS:
        scale[column(at_deg)] = "┼"
    if ceiling_deg is not None:
        scale[column(ceiling_deg)] = "╢"
    pointer = [" "] * width
    pointer[column(angle_deg)] = "▼"
    names = [" "] * width
    for at_deg, name in GAUGE_MARKS:
        write(names, column(at_deg) - len(name) // 2, name)
    return ["".join(pointer), "".join(scale), "".join(names)]


def write(cells: list[str], start: int, letters: Iterable[str]) -> None:
    for place, letter in enumerate(letters, max(0, start)):
        if place < len(cells):
            cells[place] = letter
