"""The Pi's buzzer.  The board has its own, which the Pi cannot silence."""

from __future__ import annotations

from gpiozero import Factory

from controller.core.model import Buzzer
from hardware import pins
from hardware.outputs import Switch
from hardware.patterns import buzzer_sounds


class BuzzerSwitch:
    def __init__(self, pin_factory: Factory) -> None:
        self._switch = Switch(pins.BUZZER, pin_factory)
        self._pattern = Buzzer.OFF
        self._began_s = 0.0

    def sound(self, buzzer: Buzzer, now_s: float) -> None:
        if buzzer is not self._pattern:
            self._pattern, self._began_s = buzzer, now_s
        self._switch.put(buzzer_sounds(buzzer, now_s - self._began_s))

    def close(self) -> None:
        self._switch.close()
