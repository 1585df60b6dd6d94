"""The primary switch of each ankle lock (SR6); the secondary ones are the drive board's.

Closed to ground is locked, so that an open wire, a lost connector or an unreadable pin reads "open".
"""

from __future__ import annotations

from gpiozero import Factory, InputDevice

from controller.core.model import AnkleLocks
from hardware import pins
from hardware.gpio import pin_errors


class AnkleLockSwitches:
    def __init__(self, pin_factory: Factory) -> None:
        self._errors = pin_errors()
        self._left = InputDevice(pins.ANKLE_LEFT.bcm, pull_up=True, pin_factory=pin_factory)
        self._right = InputDevice(pins.ANKLE_RIGHT.bcm, pull_up=True, pin_factory=pin_factory)

    def read(self) -> AnkleLocks:
        """Levels now; what cannot be read is open."""
        try:
            return AnkleLocks(left_closed=bool(self._left.value), right_closed=bool(self._right.value))
        except self._errors:
            return AnkleLocks()

    def close(self) -> None:
        self._left.close()
        self._right.close()
