"""READY, MOVING, RELEASE OK and FAULT.  Shows what it is told; never decides."""

from __future__ import annotations

from gpiozero import Factory

from controller.core.model import Lamps
from hardware import pins
from hardware.outputs import Switch
from hardware.patterns import lamp_lit


class LampPanel:
    def __init__(self, pin_factory: Factory) -> None:
        self._ready = Switch(pins.LAMP_READY, pin_factory)
        self._moving = Switch(pins.LAMP_MOVING, pin_factory)
        self._release_ok = Switch(pins.LAMP_RELEASE_OK, pin_factory)
        self._fault = Switch(pins.LAMP_FAULT, pin_factory)

    def show(self, lamps: Lamps, now_s: float) -> None:
        self._ready.put(lamp_lit(lamps.ready, now_s))
        self._moving.put(lamp_lit(lamps.moving, now_s))
        self._release_ok.put(lamp_lit(lamps.release_ok, now_s))
        self._fault.put(lamp_lit(lamps.fault, now_s))

    def close(self) -> None:
        for switch in (self._ready, self._moving, self._release_ok, self._fault):
            switch.close()
