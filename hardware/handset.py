"""The push buttons of panel and cord, polled as levels.  Never debounces, never decides: the core does both."""

from __future__ import annotations

from gpiozero import Factory, InputDevice

from controller.core.model import NEVER_S, Panel
from hardware import pins
from hardware.gpio import pin_errors


class Handset:
    """Seven normally-open buttons to ground; a broken wire reads "not pressed"."""

    def __init__(self, pin_factory: Factory) -> None:
        self._errors = pin_errors()
        self._devices = tuple(InputDevice(pin.bcm, pull_up=True, pin_factory=pin_factory) for pin in pins.BUTTONS)
        self._read_s = -NEVER_S

    def read(self, now_s: float) -> Panel:
        """Levels now; a pin that cannot be read shows as age, with every button released."""
        try:
            start, return_, dizzy, ok, minus, plus, spotter = [bool(device.value) for device in self._devices]
        except self._errors:
            return Panel(age_s=now_s - self._read_s)
        self._read_s = now_s
        return Panel(start=start, return_=return_, dizzy=dizzy, ok=ok, select_minus=minus, select_plus=plus, spotter=spotter, age_s=0.0)

    def close(self) -> None:
        for device in self._devices:
            device.close()
