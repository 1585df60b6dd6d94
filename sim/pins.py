"""The Pi's pins in the simulator: a gpiozero factory whose input levels are the world's contacts and whose outputs are written down.

No threads, no edges, no clock of its own: whoever waits for a callback waits for ever, as the product never does.
"""

from __future__ import annotations

from typing import Any

from gpiozero.exc import PinFixedPull, PinSetInput
from gpiozero.pins.pi import PiFactory, PiPin

from hardware import pins
from sim.world import World

PI_5 = 0xC04170  # board revision that gpiozero looks pins up by

CONTACT_OF: dict[int, str] = {
    pins.START.bcm: "start",
    pins.RETURN.bcm: "return",
    pins.DIZZY.bcm: "dizzy",
    pins.OK.bcm: "ok",
    pins.SELECT_MINUS.bcm: "select_minus",
    pins.SELECT_PLUS.bcm: "select_plus",
    pins.SPOTTER.bcm: "spotter",
    pins.ANKLE_LEFT.bcm: "ankle_left_primary",
    pins.ANKLE_RIGHT.bcm: "ankle_right_primary",
    pins.ESTOP_AUX.bcm: "estop_aux",
}
"""Which contact of the world pulls which input to ground."""


class SimPin(PiPin):  # type: ignore[misc]  # gpiozero is untyped
    """An input reads its contact (closed pulls to ground) or, open, its pull; an output remembers its level."""

    factory: SimPins

    def __init__(self, factory: SimPins, info: Any) -> None:
        super().__init__(factory, info)
        self._mode = "input"
        self._bias = info.pull or "floating"
        self._out = False

    def close(self) -> None:
        """Let go, as lgpio does: an input again."""
        self._set_function("input")

    def _get_function(self) -> str:
        return self._mode

    def _set_function(self, value: str) -> None:
        self._mode = value
        if value == "input":
            self.factory.record(self._number, level=False)  # let go: the driver's pull-down takes it off

    def _get_state(self) -> bool:
        if self._mode == "output":
            return self._out
        contact = CONTACT_OF.get(self._number)
        if contact is not None and self.factory.world.seen(contact):
            return False
        return self._bias == "up"

    def _set_state(self, value: bool) -> None:
        if self._mode != "output":
            raise PinSetInput(f"cannot set state of {self!r}")
        self._out = bool(value)
        self.factory.record(self._number, level=self._out)

    def _get_pull(self) -> str:
        return str(self._bias)

    def _set_pull(self, value: str) -> None:
        if self.info.pull and value != self.info.pull:
            raise PinFixedPull(f"{self!r} has a pull of its own")
        self._bias = value


class SimPins(PiFactory):  # type: ignore[misc]  # gpiozero is untyped
    """`log` holds every change of an output: (virtual seconds, BCM number, level)."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.pin_class = SimPin
        self.log: list[tuple[float, int, bool]] = []
        self._levels: dict[int, bool] = {}

    def _get_revision(self) -> int:
        return PI_5

    def ticks(self) -> float:
        return self.world.now_ms * 1e-3

    def ticks_diff(self, later: float, earlier: float) -> float:
        return later - earlier

    def record(self, bcm: int, *, level: bool) -> None:
        if self._levels.get(bcm, False) != level:
            self._levels[bcm] = level
            self.log.append((self.ticks(), bcm, level))

    def level(self, bcm: int) -> bool:
        """An output's level now; False if nobody drives it."""
        return self._levels.get(bcm, False)
