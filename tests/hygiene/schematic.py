"""Draws docs/pictures/schematic.svg: power, safety and drive of the table, part names as in hardware/parts.md.  Makes text."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

PICTURE = "docs/pictures/schematic.svg"
WIDTH, HEIGHT = 1220, 800
FILLS = {"power": "#eef3fb", "switch": "#fdf1e3", "motion": "#edf6ec", "think": "#f3eefb"}
STROKES = {"power": "#b3402a", "stop": "#c77700", "signal": "#5b5b8f", "mechanical": "#3f7a3a"}
WIDTHS = {"power": 3.0, "stop": 3.0, "signal": 1.4, "mechanical": 4.0}


@dataclass(frozen=True, slots=True)
class Box:
    """A part, or several that belong together."""

    x: int
    y: int
    width: int
    height: int
    kind: str
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wire:
    """A way between boxes, with what it carries written at its first corner."""

    kind: str
    points: tuple[tuple[int, int], ...]
    label: str = ""


BOXES = (
    Box(20, 60, 150, 70, "power", "S0, PSU1", ("mains, two-pole switch", "27.2 V 15 A")),
    Box(20, 200, 150, 90, "power", "BAT1, BAT2, F1", ("2 x 12 V 7.2 Ah", "25 A at the pole", "CH1 0.7 A from PSU1")),
    Box(220, 60, 100, 70, "power", "F2, D1", ("supply to bus",)),
    Box(220, 210, 100, 70, "power", "D2", ("battery to bus",)),
    Box(380, 60, 110, 60, "power", "F3", ("25 A, bridge", "R0, C0: 33 V")),
    Box(380, 160, 110, 50, "power", "F4", ("3 A, coils",)),
    Box(380, 440, 110, 60, "power", "F5, U1", ("5 V for A1",)),
    Box(380, 640, 110, 60, "power", "F6, U2", ("5.1 V for A2",)),
    Box(
        540,
        150,
        200,
        80,
        "switch",
        "S1 emergency stops",
        ("channel A, then channel B:", "four direct-opening contacts", "in series with the coil"),
    ),
    Box(800, 150, 150, 80, "switch", "K1 contactor", ("coil, no diode: 8 ms", "poles: motor, brake,", "bridge supply")),
    Box(800, 280, 150, 50, "switch", "Q1, 10 kohm down", ("coil's low side",)),
    Box(1010, 280, 180, 50, "switch", "Q2, 10 kohm down", ("brake coil's low side, 47 V",)),
    Box(540, 50, 200, 70, "switch", "BR1 bridge, LT1 latch", ("enable: LT1, 20 A, 10 us", "inputs 10 kohm down")),
    Box(1010, 50, 180, 70, "motion", "M1, ENC1", ("gearmotor 2854 : 1", "not self-locking")),
    Box(1010, 160, 180, 70, "motion", "Y1 spring brake", ("on the pivot, 600 Nm", "sets in 50 ms by spring")),
    Box(
        990,
        380,
        200,
        100,
        "motion",
        "Pivot",
        ("CL1 dog clutch to the gearbox", "LEV1 lever: lifts Y1, parts CL1", "DMP1 damper: 5 deg/s at most", "STP1 -75, STP2 +94 deg"),
    ),
    Box(
        540,
        420,
        400,
        120,
        "think",
        "A1 drive board (ATmega328P)",
        (
            "ESTOP A PD2, ESTOP B PD3: interrupt and poll",
            "CONTACTOR PD6, BRAKE PB0, BRIDGE PB1 PB2",
            "POT PC0, CURRENT PC1, ENCODER PD4 PD5",
            "ANKLE PC3 PC4, LOOP ADC7 (S2, S3, S4)",
            "START PB3, RETURN PB4, OK PC5, BUZZER PB5",
        ),
    ),
    Box(
        540,
        630,
        400,
        80,
        "think",
        "A2 Raspberry Pi",
        ("IMU1, display, lamps, voice, BTN1-BTN9", "ankle primaries S5, S6; E-STOP AUX", "LS1 level shifter, or USB with DTR cut"),
    ),
    Box(1010, 540, 180, 80, "motion", "POT1, S2, S3, S4", ("on the pivot itself", "end stops, lever switch", "resistors at the switches")),
    Box(
        20,
        560,
        240,
        120,
        "think",
        "Person",
        (
            "START RETURN OK: two contacts each",
            "E-STOP within reach at every angle",
            "ankle locks S5-S8: two switches each",
            "release lever LEV1 within reach",
        ),
    ),
)

WIRES = (
    Wire("power", ((170, 95), (220, 95))),
    Wire("power", ((170, 245), (220, 245))),
    Wire("power", ((95, 130), (95, 200)), "CH1"),
    Wire("power", ((320, 95), (350, 95), (350, 245), (320, 245)), ""),
    Wire("power", ((350, 90), (380, 90)), ""),
    Wire("power", ((350, 185), (380, 185)), "BUS 24"),
    Wire("power", ((350, 245), (350, 470), (380, 470))),
    Wire("power", ((350, 470), (350, 670), (380, 670))),
    Wire("power", ((490, 85), (540, 85)), ""),
    Wire("stop", ((490, 190), (540, 190))),
    Wire("stop", ((740, 190), (800, 190)), "COIL +"),
    Wire("stop", ((875, 230), (875, 280)), "COIL -"),
    Wire("power", ((740, 85), (875, 85), (875, 150)), "motor"),
    Wire("power", ((900, 150), (900, 85), (1010, 85))),
    Wire("stop", ((950, 190), (1010, 190)), "BRAKE +"),
    Wire("stop", ((1100, 230), (1100, 280)), "BRAKE -"),
    Wire("mechanical", ((1190, 85), (1198, 85), (1198, 430), (1190, 430)), ""),
    Wire("mechanical", ((1190, 195), (1198, 195))),
    Wire("mechanical", ((1100, 480), (1100, 540))),
    Wire("signal", ((860, 420), (860, 330)), "CONTACTOR"),
    Wire("signal", ((920, 420), (920, 360), (1100, 360), (1100, 330)), "BRAKE"),
    Wire("signal", ((600, 420), (600, 230)), "ESTOP A, B"),
    Wire("signal", ((680, 420), (680, 260), (515, 260), (515, 110), (540, 110)), "BRIDGE"),
    Wire("signal", ((940, 500), (975, 500), (975, 580), (1010, 580)), "POT, LOOP"),
    Wire("signal", ((740, 540), (740, 630)), "serial, 250 000 baud"),
    Wire("signal", ((260, 600), (300, 600), (300, 520), (540, 520)), "START RETURN OK, secondary locks"),
    Wire("signal", ((260, 650), (320, 650), (320, 730), (740, 730), (740, 710)), "all buttons, primary locks, E-STOP AUX"),
    Wire("power", ((490, 470), (540, 470)), "5 V"),
    Wire("power", ((490, 670), (540, 670))),
)  # fmt: skip
ORANGE, DASHED = STROKES["stop"], 'stroke-dasharray="9 5"'
NO_PROCESSOR = "needs no processor: what stops, holds and cuts"
FRAME = (505, 30, 700, 345)
"""What works with every processor missing."""


def _box(box: Box) -> str:
    drawn = [
        f'<rect x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" rx="6" fill="{FILLS[box.kind]}" stroke="#444"/>',
        f'<text x="{box.x + 8}" y="{box.y + 18}" font-weight="bold">{escape(box.title)}</text>',
    ]
    drawn += [
        f'<text x="{box.x + 8}" y="{box.y + 34 + 15 * number}" font-size="11.5">{escape(line)}</text>'
        for number, line in enumerate(box.lines)
    ]
    return "\n".join(drawn)


def _wire(wire: Wire) -> str:
    points = " ".join(f"{x},{y}" for x, y in wire.points)
    stroke, width = STROKES[wire.kind], WIDTHS[wire.kind]
    return f'<polyline points="{points}" fill="none" stroke="{stroke}" stroke-width="{width}" stroke-linejoin="round"/>'


def _label(wire: Wire) -> str:
    if not wire.label:
        return ""
    stroke = STROKES[wire.kind]
    (x, y), (to_x, to_y) = wire.points[0], wire.points[1]
    place = f'x="{(x + to_x) // 2 - 6}" y="{(y + to_y) // 2 - 6}"'
    return f'<text {place} font-size="11" fill="{stroke}" stroke="#fff" stroke-width="3" paint-order="stroke">{escape(wire.label)}</text>'


def drawing() -> str:
    """The whole picture as SVG text."""
    x, y, width, height = FRAME
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13">',
        "<title>Power, safety and drive of the inversion table</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="10" fill="none" stroke="{ORANGE}" stroke-width="2" {DASHED}/>',
        f'<text x="{x + 190}" y="{y + height - 38}" fill="{ORANGE}" font-weight="bold">{NO_PROCESSOR}</text>',
        *map(_wire, WIRES),
        *map(_box, BOXES),
        *filter(None, map(_label, WIRES)),
    ]
    keys = (("power", "24 V power"), ("stop", "emergency stop, brake"), ("signal", "signals"), ("mechanical", "mechanical"))
    for number, (kind, name) in enumerate(keys):
        at = 30 + 240 * number
        parts.append(f'<line x1="{at}" y1="770" x2="{at + 40}" y2="770" stroke="{STROKES[kind]}" stroke-width="{WIDTHS[kind]}"/>')
        parts.append(f'<text x="{at + 48}" y="774">{name}</text>')
    return "\n".join([*parts, "</svg>", ""])
