"""The emergency stop's auxiliary contact (SR1).  Only watches: the two channels that act go to the board and the contactor's coil."""

from __future__ import annotations

from gpiozero import Factory, InputDevice

from hardware import pins
from hardware.gpio import pin_errors


class EstopContact:
    def __init__(self, pin_factory: Factory) -> None:
        self._errors = pin_errors()
        self._device = InputDevice(pins.ESTOP_AUX.bcm, pull_up=True, pin_factory=pin_factory)

    def closed(self) -> bool:
        """True is healthy; an open wire or an unreadable pin is not."""
        try:
            return bool(self._device.value)
        except self._errors:
            return False

    def close(self) -> None:
        self._device.close()
