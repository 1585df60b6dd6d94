"""When a lamp is lit and when the buzzer sounds, as functions of time.  Pure; no pin, no clock of its own."""

from __future__ import annotations

from controller.core.model import Buzzer, Lamp

BLINK_PERIOD_S = 1.0  # Lamp.BLINK: 1 Hz, half lit
FLASH_PERIOD_S = 0.25  # Lamp.FLASH: 4 Hz, half lit

BUZZER_CYCLE: dict[Buzzer, tuple[float, tuple[tuple[float, float], ...]]] = {
    Buzzer.OFF: (1.0, ()),
    Buzzer.WARNING: (0.5, ((0.0, 0.25),)),  # 2 Hz for the 2 s before motion nobody just asked for (SR4)
    Buzzer.ASK: (5.0, ((0.0, 0.15), (0.3, 0.45))),  # two short ones: are you all right? (SR15)
    Buzzer.ALARM: (0.4, ((0.0, 0.3),)),
    Buzzer.HELP: (2.0, ((0.0, 0.2), (0.4, 0.6), (0.8, 1.6))),  # short, short, long (SR14)
}
"""Length of one cycle and the stretches of it that sound, seconds."""


def lamp_lit(lamp: Lamp, now_s: float) -> bool:
    """All blinking lamps share one phase, so that two of them read as one signal."""
    if lamp is Lamp.BLINK:
        return now_s % BLINK_PERIOD_S < BLINK_PERIOD_S / 2
    if lamp is Lamp.FLASH:
        return now_s % FLASH_PERIOD_S < FLASH_PERIOD_S / 2
    return lamp is Lamp.ON


def buzzer_sounds(buzzer: Buzzer, elapsed_s: float) -> bool:
    """`elapsed_s` since this pattern began, so that a warning begins with a tone and not with a gap."""
    period_s, stretches = BUZZER_CYCLE[buzzer]
    phase_s = elapsed_s % period_s
    return any(begin_s <= phase_s < end_s for begin_s, end_s in stretches)
