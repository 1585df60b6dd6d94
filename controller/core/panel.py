"""Mode and reasons -> lamps, two display lines, spoken words (PU2, TP7).  Pure; decides nothing about motion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from controller.core.members import BUZZER, MODE
from controller.core.model import Buzzer, Lamp, Lamps, Mode, SessionPlan

WIDTH = 21
"""Characters in a display line."""

TURNED_FROM_DEG = 0.0
"""A reader further down than level reads upside down; the text is turned round for them."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a mode shows itself."""

    lamps: Lamps
    title: str  # first line, WIDTH at most
    hint: str  # second line when nothing more urgent stands there


def _lamps(*, ready: Lamp = Lamp.OFF, moving: Lamp = Lamp.OFF, release_ok: Lamp = Lamp.OFF, fault: Lamp = Lamp.OFF) -> Lamps:
    return Lamps(ready=ready, moving=moving, release_ok=release_ok, fault=fault)


ON, BLINK, FLASH = Lamp.ON, Lamp.BLINK, Lamp.FLASH

LOOKS: dict[Mode, Look] = {
    MODE.STARTING: Look(_lamps(ready=FLASH, fault=ON), "Starting", "Please wait"),
    MODE.IDLE: Look(_lamps(ready=ON), "Ready", "Press START"),
    MODE.PROOF_TEST: Look(_lamps(moving=BLINK), "Testing", "RETURN ends it"),
    MODE.DESCENDING: Look(_lamps(moving=ON), "Going to {target}°", "RETURN ends it"),
    MODE.HOLDING: Look(_lamps(moving=BLINK, ready=BLINK), "Hold {target}°", "RETURN ends it"),
    MODE.PAUSED: Look(_lamps(moving=BLINK, fault=BLINK), "Paused", "OK on / RETURN up"),
    MODE.RETURNING: Look(_lamps(moving=FLASH), "Coming up", "DIZZY stops"),
    MODE.RESTING: Look(_lamps(moving=BLINK), "Rest", "Breathe calmly"),
    MODE.BOARD_RETURN: Look(_lamps(moving=FLASH, fault=BLINK), "Coming up safely", "Stay calm"),
    MODE.LEVEL_WAIT: Look(_lamps(fault=FLASH, ready=BLINK), "Are you all right?", "Press OK or RETURN"),
    MODE.DIZZY_BACK: Look(_lamps(moving=FLASH, ready=FLASH), "Back a little", "RETURN comes up"),
    MODE.DIZZY_WAIT: Look(_lamps(moving=BLINK, ready=FLASH), "Waiting for you", "RETURN comes up"),
    MODE.SETTLING: Look(_lamps(release_ok=BLINK), "Stay standing", "Keep locks closed"),
    MODE.RELEASE: Look(_lamps(release_ok=ON), "You may get off", "Open ankle locks"),
    MODE.STOPPED: Look(_lamps(fault=ON, moving=FLASH), "EMERGENCY STOP", "Release, hold RETURN"),
    MODE.RESCUE: Look(_lamps(fault=ON, moving=ON), "Coming up slowly", "Keep RETURN held"),
    MODE.FAULT: Look(_lamps(fault=ON, ready=FLASH), "STOPPED: FAULT", "Press RETURN once"),
}

LADDER_LAMPS: dict[Mode, Lamps] = {
    mode: Lamps(ready=look.lamps.ready, moving=look.lamps.moving, release_ok=look.lamps.release_ok, fault=FLASH)
    for mode, look in LOOKS.items()
}
"""The same pattern with FAULT flashing: help is being called."""

REFUSED_LAMPS = _lamps(ready=BLINK)
REFUSED_FAULT_LAMPS = _lamps(fault=BLINK)
"""In IDLE when Start would be refused: for something to do first, or for something broken."""

LATCHED_UPRIGHT = frozenset({MODE.STOPPED, MODE.FAULT})


class Shown(NamedTuple):
    """What the panel needs to know."""

    mode: Mode
    angle_deg: int | None
    target_deg: int
    left_s: int  # of the hold, the rest, or the settling
    urgent: str  # a reason or refusal to show instead of the hint
    warning: bool
    asks: str = ""  # the point that is to be confirmed, instead of the mode's own title


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What is shown, and what is still to be said."""

    key: Shown | None = None
    lines: tuple[str, str] = ("", "")
    to_say: tuple[tuple[str, bool], ...] = ()  # (words, urgent)
    plan: SessionPlan | None = None  # the protocol that plan_line describes
    plan_line: str = ""
    prompt: str = ""  # the newest one, while it is shown
    prompted_s: float = 0.0  # since when


def clock(seconds: int) -> str:
    """`3:05`."""
    return f"{seconds // 60}:{seconds % 60:02d}"


def spoken(seconds: int) -> str:
    """`3 minutes 5 seconds`, for the voice."""
    minutes, rest = divmod(max(0, seconds), 60)
    parts = [f"{minutes} minute{'s' if minutes != 1 else ''}"] if minutes else []
    parts += [f"{rest} second{'s' if rest != 1 else ''}"] if rest or not minutes else []
    return " ".join(parts)


def fit(text: str) -> str:
    """At most one display line; what is cut ends in a dot that says so."""
    return text if len(text) <= WIDTH else text[: WIDTH - 1] + "."


def lines(shown: Shown, hint: str) -> tuple[str, str]:
    """The two display lines; `hint` stands in for the mode's own when nothing is urgent."""
    look = LOOKS[shown.mode]
    if shown.asks:
        return fit(shown.asks), fit(shown.urgent)
    first = look.title.format(target=shown.target_deg)
    tail = clock(shown.left_s) if shown.left_s > 0 else f"{shown.angle_deg}°" if shown.angle_deg is not None else "?°"
    if len(first) + 1 + len(tail) <= WIDTH:
        first = f"{first}{' ' * (WIDTH - len(first) - len(tail))}{tail}"
    second = "Motion in 2 seconds" if shown.warning and not shown.urgent else shown.urgent or hint or look.hint
    return fit(first), fit(second)


def lamps(mode: Mode, refused: bool, broken: bool, ladder: int, released: bool) -> Lamps:
    """The lamp pattern."""
    if ladder:
        return LADDER_LAMPS[mode]
    if mode is MODE.IDLE and refused:
        return REFUSED_FAULT_LAMPS if broken else REFUSED_LAMPS
    if released and mode in LATCHED_UPRIGHT:
        return _RELEASED[mode]
    return LOOKS[mode].lamps


_RELEASED: dict[Mode, Lamps] = {
    mode: Lamps(moving=LOOKS[mode].lamps.moving, ready=LOOKS[mode].lamps.ready, release_ok=ON, fault=ON) for mode in LATCHED_UPRIGHT
}


def buzzer(ladder: int, asked: bool, alarm: bool, warning: bool) -> Buzzer:
    """The loudest need wins."""
    if ladder:
        return BUZZER.HELP
    if alarm:
        return BUZZER.ALARM
    if warning:
        return BUZZER.WARNING
    return BUZZER.ASK if asked else BUZZER.OFF
