"""Button levels to presses: bounce, stuck buttons, two at once (PU6, faults 69 to 71).  Pure; knows nothing of modes.

RETURN acts on its first edge and has no hold limit; every other button must be stable before it counts.
"""

from __future__ import annotations

from dataclasses import dataclass

from controller.core.limits import Limits
from controller.core.model import Panel

START, RETURN, DIZZY, OK, SELECT_MINUS, SELECT_PLUS, SPOTTER = (1 << bit for bit in range(7))
NAMES = {
    START: "START",
    RETURN: "RETURN",
    DIZZY: "DIZZY",
    OK: "OK",
    SELECT_MINUS: "SELECT -",
    SELECT_PLUS: "SELECT +",
    SPOTTER: "SPOTTER",
}
ALL = 0x7F
OPPOSITES = (START | RETURN, START | DIZZY, SELECT_MINUS | SELECT_PLUS)
"""Pairs that ask for opposite things: neither counts until both are released, except what ends or stops a motion."""

NEVER_IGNORED = RETURN | DIZZY


@dataclass(frozen=True, slots=True, kw_only=True)
class Buttons:
    """All seven buttons as bit sets of the constants above."""

    raw: int = ALL  # levels as last read; unread counts as pressed, so that it must first be seen released
    since_s: tuple[float, ...] = (0.0,) * 7  # when each raw level last changed
    down: int = ALL  # debounced levels
    pressed: int = 0  # fresh presses, this tick only
    masked: int = 0  # ignored until released (two opposite buttons)
    conflict: int = 0  # two opposite buttons held now
    stuck: int = 0  # held longer than any press lasts (never RETURN)
    seen_released: int = 0  # since the service began
    read: bool = False


def levels(panel: Panel) -> int:
    """The panel's levels as a bit set."""
    return (
        (START if panel.start else 0)
        | (RETURN if panel.return_ else 0)
        | (DIZZY if panel.dizzy else 0)
        | (OK if panel.ok else 0)
        | (SELECT_MINUS if panel.select_minus else 0)
        | (SELECT_PLUS if panel.select_plus else 0)
        | (SPOTTER if panel.spotter else 0)
    )


def read(buttons: Buttons, panel: Panel, limits: Limits, now_s: float) -> Buttons:
    """One tick.  A panel that could not be read changes nothing and presses nothing."""
    if panel.age_s > limits.board_silent_s:
        return buttons if not buttons.pressed else _settle(buttons, buttons.raw, limits, now_s, fresh=False)
    raw = levels(panel)
    if buttons.read and not (raw or buttons.raw or buttons.down or buttons.pressed or buttons.masked):
        return buttons
    return _settle(buttons, raw, limits, now_s, fresh=True)


def _settle(buttons: Buttons, raw: int, limits: Limits, now_s: float, *, fresh: bool) -> Buttons:
    changed = raw ^ buttons.raw if buttons.read else ALL
    since_s = tuple(now_s if changed >> bit & 1 else buttons.since_s[bit] for bit in range(7)) if changed else buttons.since_s
    stable = old = 0
    for bit in range(7):
        held_s = now_s - since_s[bit]
        stable |= (held_s >= limits.button_stable_s) << bit
        old |= (held_s >= limits.button_stuck_s) << bit
    first_edge = raw & RETURN
    down = (buttons.down & ~stable) | (raw & stable) | first_edge
    seen_released = buttons.seen_released | (~raw & stable & ALL)
    conflict = 0
    for pair in OPPOSITES:
        if raw & pair == pair:
            conflict |= pair
    masked = (buttons.masked & (raw | down)) | (conflict & ~NEVER_IGNORED)
    for pair in OPPOSITES:  # a pair is free again only when both are released
        if buttons.masked & pair and (raw | down) & pair:
            masked |= buttons.masked & pair
    rising = down & ~buttons.down & buttons.seen_released if fresh else 0
    return Buttons(
        raw=raw,
        since_s=since_s,
        down=down,
        pressed=rising & ~masked,
        masked=masked,
        conflict=conflict,
        stuck=down & old & ~RETURN,
        seen_released=seen_released,
        read=True,
    )


def held_s(buttons: Buttons, which: int, now_s: float) -> float:
    """How long all of `which` have been held together; 0.0 when one is up or was never seen released."""
    if buttons.down & which != which or buttons.seen_released & which != which:
        return 0.0
    return min(now_s - buttons.since_s[bit] for bit in range(7) if which >> bit & 1)


def names(bits: int) -> str:
    """`START and RETURN`, for people."""
    return " and ".join(name for bit, name in NAMES.items() if bits & bit)
