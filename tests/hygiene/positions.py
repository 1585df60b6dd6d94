"""Draws docs/pictures/positions.svg: where the table stands in a session, from the limits' own numbers."""

from __future__ import annotations

from math import cos, radians, sin

from controller.core.limits import Limits

PICTURE = "docs/pictures/positions.svg"
SIZE_PX, BODY_PX = 200, 62
INK, PERSON, FAINT = "#222", "#0b6e99", "#bbb"


def positions(limits: Limits) -> tuple[tuple[float, str, str], ...]:
    """Angle, title, what it is for."""
    return (
        (limits.upright_deg, "upright rest", "get on, get off"),
        (limits.level_deg, "level", "waits for OK or RETURN"),
        (limits.gate_deg, f"{limits.gate_deg:.0f}°", f"the rest, {limits.rest_s:.0f} s on every way up"),
        (60.0, "60°", "a hold of week 3 to 5"),
    )


def _figure(left_px: int, angle_deg: float, title: str, says: str) -> str:
    """A person on the table's board, feet at the clamps: head up for angles below 0, head down above."""
    turn = radians(angle_deg)
    x, y = left_px + SIZE_PX / 2, 96.0
    along = (cos(turn), sin(turn))  # towards the head
    head = (x + along[0] * BODY_PX, y + along[1] * BODY_PX)
    feet = (x - along[0] * BODY_PX, y - along[1] * BODY_PX)
    lift = (along[1] * 9, -along[0] * 9)  # the person lies on the upper side of the board
    return "".join(
        (
            f'<path d="M{x - 26:.1f} 176 L{x:.1f} {y:.1f} L{x + 26:.1f} 176" fill="none" stroke="{FAINT}" stroke-width="5"/>',
            f'<line x1="{feet[0]:.1f}" y1="{feet[1]:.1f}" x2="{head[0]:.1f}" y2="{head[1]:.1f}" stroke="{INK}" stroke-width="6"/>',
            f'<line x1="{feet[0] + lift[0]:.1f}" y1="{feet[1] + lift[1]:.1f}" x2="{head[0] + lift[0] - along[0] * 16:.1f}" '
            f'y2="{head[1] + lift[1] - along[1] * 16:.1f}" stroke="{PERSON}" stroke-width="9" stroke-linecap="round"/>',
            f'<circle cx="{head[0] + lift[0]:.1f}" cy="{head[1] + lift[1]:.1f}" r="8" fill="{PERSON}"/>',
            f'<rect x="{feet[0] + lift[0] / 2 - 6:.1f}" y="{feet[1] + lift[1] / 2 - 6:.1f}" width="12" height="12" fill="{INK}"/>',
            f'<text x="{x:.0f}" y="198" class="title">{title}</text><text x="{x:.0f}" y="215">{says}</text>',
        )
    )


def svg() -> str:
    """The whole picture."""
    rows = positions(Limits())
    figures = "".join(_figure(number * SIZE_PX, *row) for number, row in enumerate(rows))
    width_px = SIZE_PX * len(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width_px} 225" width="{width_px}" role="img" '
        'aria-label="The table upright, level, at 30 degrees and at 60 degrees, a person on it, feet in the clamps">'
        f"<style>text{{font:13px sans-serif;text-anchor:middle;fill:{INK}}}.title{{font-weight:bold}}</style>"
        f'<rect width="{width_px}" height="225" fill="#fff"/>{figures}</svg>\n'
    )
