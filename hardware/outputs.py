"""One switched output of the Pi: a lamp, the buzzer, the release solenoid.  Active high, off first, off before it is let go."""

from __future__ import annotations

from gpiozero import DigitalOutputDevice, Factory

from hardware.gpio import pin_errors
from hardware.pins import Pin


class Switch:
    """Writes its pin only when the level changes: a write costs more than a comparison."""

    def __init__(self, pin: Pin, pin_factory: Factory) -> None:
        self._errors = pin_errors()
        self._device = DigitalOutputDevice(pin.bcm, active_high=True, initial_value=False, pin_factory=pin_factory)
        self._level = False

    def put(self, level: bool) -> None:
        """Never raises: a pin that cannot be written is tried again at the next call."""
        if level == self._level:
            return
        try:
            self._device.value = level
        except self._errors:
            return
        self._level = level

    def close(self) -> None:
        """Off, then let go: closing alone would leave the line floating at whatever the driver makes of it."""
        try:
            self._device.off()
        except self._errors:
            pass
        finally:
            self._device.close()
