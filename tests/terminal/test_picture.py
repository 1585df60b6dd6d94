"""The drawn table: the head goes down as the inversion angle grows, marks stand where they mean."""

from __future__ import annotations

import pytest

from sim import picture

COLUMNS, ROWS = 40, 15


def dots(angle_deg: float, *, locks_closed: bool = True) -> set[tuple[int, int]]:
    """Cells with ink, (column, row from the top)."""
    lines = picture.table(angle_deg, COLUMNS, ROWS, locks_closed=locks_closed)
    return {(column, row) for row, line in enumerate(lines) for column, letter in enumerate(line) if letter != chr(0x2800)}


@pytest.mark.parametrize("angle_deg", [-75.0, -3.0, 0.0, 30.0, 90.0, 94.0])
def test_every_picture_fills_exactly_its_place(angle_deg: float) -> None:
    lines = picture.table(angle_deg, COLUMNS, ROWS, locks_closed=True)
    assert [len(line) for line in lines] == [COLUMNS] * ROWS


def test_the_head_is_up_at_upright_rest_and_down_when_inverted() -> None:
    upright, inverted = dots(-75.0), dots(90.0)
    top = min(row for _, row in upright)
    assert top <= 2
    ring_up = {cell for cell in upright if cell[1] <= 2}
    ring_down = {cell for cell in inverted if cell[1] >= ROWS - 4} - {cell for cell in upright if cell[1] >= ROWS - 4}
    assert len(ring_up) >= 4
    assert len(ring_down) >= 4


def test_an_open_lock_looks_different() -> None:
    assert dots(0.0, locks_closed=True) != dots(0.0, locks_closed=False)


def test_the_gauge_points_at_the_marks() -> None:
    for at_deg, name in picture.GAUGE_MARKS:
        pointer, scale, names = picture.gauge(at_deg, 76, ceiling_deg=None)
        column = pointer.index("▼")
        assert scale[column] == "┼"
        assert name in names[max(0, column - 8) : column + 8]


def test_the_gauge_shows_the_ceiling_and_never_leaves_its_width() -> None:
    for angle_deg in (-500.0, -75.0, 90.0, 500.0):
        lines = picture.gauge(angle_deg, 76, ceiling_deg=45.0)
        assert [len(line) for line in lines] == [76] * 3
        assert "╢" in lines[1]
