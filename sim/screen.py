"""Composes the live view: what is known in, lines of text with colours out.  Pure; touches no terminal."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from controller.core.model import Event, Lamp, Lamps, Outputs
from sim import picture

LEAST_COLUMNS = 80
LEAST_LINES = 24
PANEL_COLUMNS = 42
DIM, BOLD, RED, GREEN, YELLOW, BLUE, REVERSE = "2", "1", "31", "32", "33", "34", "7"
LAMP_COLOURS = {"ready": GREEN, "moving": YELLOW, "release_ok": BLUE, "fault": RED}
LAMP_NAMES = {"ready": "READY", "moving": "MOVING", "release_ok": "RELEASE OK", "fault": "FAULT"}
EVENT_COLOURS = {"refusal": YELLOW, "reason": RED, "ladder": RED, "ask": YELLOW, "cleared": GREEN}


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Everything one frame shows."""

    title: str
    now_s: float  # virtual
    speed_ratio: float
    angle_deg: float  # true
    rate_dps: float  # true
    motor_a: float
    battery_v: float
    outputs: Outputs
    board: str  # the board's mode, in words
    brake_set: bool
    mains: bool
    locks: tuple[bool, bool]  # left, right; True is closed
    estop_in: bool
    pi_runs: bool
    cable_in: bool
    arms_out: bool = False
    ceiling_deg: float | None = None
    max_inverted_s: float = 600.0
    held: frozenset[str] = frozenset()  # labels of keys pressed now
    faults: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    note: str = ""  # the line of advice
    keys: tuple[tuple[str, str], ...] = ()  # key, label
    choices: tuple[str, ...] = ()  # shown instead of messages while something is being typed


def paint(words: str, *codes: str, plain: bool = False) -> str:
    return words if plain or not codes else f"\x1b[{';'.join(codes)}m{words}\x1b[0m"


def clock(seconds: float) -> str:
    whole = max(0, int(seconds))
    return f"{whole // 60}:{whole % 60:02d}"


def lamp(name: str, lamps: Lamps, now_s: float, *, plain: bool) -> str:
    """A lamp as it looks now; blinking follows the wall of virtual time only loosely, so it is also named."""
    shown: Lamp = getattr(lamps, name)
    lit = shown is not Lamp.OFF
    mark = "●" if shown is Lamp.ON or (lit and int(now_s * 2) % 2 == 0) else ("◐" if lit else "○")
    return paint(f"{mark} {LAMP_NAMES[name]}", *((LAMP_COLOURS[name], BOLD) if lit else (DIM,)), plain=plain)


def panel(view: View, *, plain: bool) -> list[str]:
    """The right half: state, timers, lamps, display, machine."""
    outputs = view.outputs
    mode = outputs.mode.value if view.pi_runs else "PI DEAD"
    towards = f" → {outputs.target_deg:.0f}°" if outputs.target_deg is not None and view.pi_runs else ""
    lamps = "  ".join(lamp(name, outputs.lamps, view.now_s, plain=plain) for name in LAMP_NAMES)
    left, right = ("closed" if closed else "OPEN" for closed in view.locks)
    buzzer = outputs.buzzer.value if view.pi_runs else "off"
    help_words = f"   HELP LADDER {outputs.ladder}" if outputs.ladder else ""
    return [
        paint(f"{mode}{towards}", BOLD, plain=plain),
        f"angle {view.angle_deg:+6.1f}°     rate {view.rate_dps:+5.2f}°/s",
        f"hold left {clock(outputs.hold_left_s)}   rest left {outputs.rest_left_s:4.1f} s",
        f"inverted {clock(outputs.inverted_s)} of {clock(view.max_inverted_s)}",
        lamps,
        "┌─ display " + "─" * 12 + "┐" + (" turned for you" if outputs.turned else ""),
        *(f"│{line:<22.22}│" for line in outputs.lines),
        "└" + "─" * 22 + "┘",
        f"buzzer {buzzer}{help_words}",
        f"board {view.board}, brake {'set' if view.brake_set else 'released'}, {view.motor_a:+.1f} A",
        f"battery {view.battery_v:.1f} V, mains {'on' if view.mains else 'OFF'}, cable {'in' if view.cable_in else 'OUT'}",
        f"locks: left {left}, right {right}",
        f"E-STOP {'out' if view.estop_in else 'PRESSED'}, Pi {'runs' if view.pi_runs else 'KILLED'}",
    ]


def messages(view: View, columns: int, lines: int, *, plain: bool) -> list[str]:
    """What is wrong and what to do about it; else what would refuse START; else what happened last."""
    if view.choices:
        return [choice[:columns] for choice in view.choices[:lines]]
    found: list[tuple[str, str]] = [(RED, f"! {reason.says} {reason.way_back} ({reason.rule})") for reason in view.outputs.reasons]
    found += [(YELLOW, f"- {fault}") for fault in view.faults]
    recent = [(EVENT_COLOURS.get(event.kind, DIM), f"{event.at_s:7.1f} s  {event.kind}: {event.text}") for event in view.events]
    wanted = found[: lines - 1] + list(reversed(recent))
    wrapped = [(code, part) for code, words in wanted for part in textwrap.wrap(words, columns, subsequent_indent="  ")]
    return [paint(words, code, plain=plain) for code, words in wrapped[:lines]]


def key_lines(view: View, columns: int, *, plain: bool) -> list[str]:
    """Two lines of keys; those pressed now are shown in reverse."""
    lines, used = [""], 0
    for key, label in view.keys:
        words = f"{key} {label}"
        if used + len(words) > columns:
            lines, used = [*lines, ""], 0
        lines[-1] += (paint(words, REVERSE, plain=plain) if label in view.held else words) + "  "
        used += len(words) + 2
    return [line.rstrip() for line in lines[:3]]


def visible(words: str) -> int:
    """Length on the screen: without colour codes."""
    length, skipping = 0, False
    for letter in words:
        skipping = skipping or letter == "\x1b"
        length += 0 if skipping else 1
        if skipping and letter == "m":
            skipping = False
    return length


def too_small(columns: int, lines: int) -> list[str]:
    words = f"The window is {columns} x {lines}; the table needs {LEAST_COLUMNS} x {LEAST_LINES}. The simulation waits. q quits."
    return textwrap.wrap(words, max(10, columns - 1))[: max(1, lines)]


def frame(view: View, columns: int, lines: int, *, plain: bool = False) -> list[str]:
    """One frame, never wider or higher than the window."""
    if columns < LEAST_COLUMNS or lines < LEAST_LINES:
        return too_small(columns, lines)
    keys = key_lines(view, columns, plain=plain)
    spare = lines - LEAST_LINES
    rows = min(14 + spare * 2 // 3, 30)
    said = lines - 1 - rows - 3 - 1 - len(keys)
    drawn = picture.table(view.angle_deg, columns - PANEL_COLUMNS - 3, rows, locks_closed=all(view.locks), arms_out=view.arms_out)
    beside = panel(view, plain=plain)
    beside += [""] * (rows - len(beside))
    head = f" {view.title}   {clock(view.now_s)}   speed {view.speed_ratio:g}x".ljust(columns)
    shown = [paint(head[:columns], REVERSE, plain=plain)]
    shown += [f"{left} {right}" for left, right in zip(drawn, beside[:rows], strict=True)]
    shown += [f" {line}" for line in picture.gauge(view.angle_deg, columns - 2, ceiling_deg=view.ceiling_deg)]
    shown += [paint(view.note[:columns], BOLD, GREEN, plain=plain)]
    spoken = messages(view, columns - 1, said, plain=plain)
    shown += spoken + [""] * (said - len(spoken)) + keys
    return shown[:lines]
