"""A Pi without a programme: sends the drive board whatever it is told to, in whole, well-timed, answered frames.  Decides nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from controller.core.wire import CommandFlag, Request
from sim.world import Truth, World

TICK_MS = 20
SESSION = int(CommandFlag.SESSION)
IMU_VALID = int(CommandFlag.IMU_VALID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked, for how long, how often."""

    request: int = int(Request.HOLD)
    rate_dps: float = 0.0
    flags: int = SESSION
    permitted_deg: float = 90.0
    lie_deg: float | None = 0.0  # added to the true angle; None: no angle is sent
    lasts_s: float = 1.0
    every_ms: int = TICK_MS


HOLD = Order()
DOWN = Order(request=int(Request.FOLLOW), rate_dps=1.5)
UP = Order(request=int(Request.RETURN_UP), rate_dps=-1.5)


class Pi:
    """One sender on one world; `each` sees the truth after every tick."""

    def __init__(self, world: World, each: Callable[[Truth], None] = lambda _truth: None) -> None:
        self.world = world
        self.each = each
        self.frames = 0
        ffi, self._lib, self._native = world.native
        self._sense = ffi.new("sense_t *")
        self.now = world.truth()

    def _send(self, order: Order) -> None:
        self._lib.world_sense(self._native, self._sense)
        flags = order.flags & ~IMU_VALID | (0 if order.lie_deg is None else IMU_VALID)
        angle_cdeg = round((self.now.angle_deg + (order.lie_deg or 0.0)) * 100)
        rate_cdps, permitted_cdeg = round(order.rate_dps * 100), round(order.permitted_deg * 100)
        self._lib.world_command(self._native, order.request, flags, rate_cdps, angle_cdeg, permitted_cdeg, self._sense.challenge)
        self.frames += 1

    def obey(self, order: Order) -> None:
        """That order for as long as it lasts."""
        for tick in range(max(1, round(order.lasts_s * 1000 / TICK_MS))):
            if tick * TICK_MS % order.every_ms == 0:
                self._send(order)
            self.world.run_ms(TICK_MS)
            self.now = self.world.truth()
            self.each(self.now)

    def until(self, reached: Callable[[Truth], bool], order: Order, *, within_s: float) -> None:
        """Go on until it is so.  Raises TimeoutError."""
        for _ in range(round(within_s * 1000 / TICK_MS)):
            if reached(self.now):
                return
            self.obey(replace(order, lasts_s=TICK_MS / 1000))
        raise TimeoutError(f"not reached within {within_s} s: {self.now.angle_deg:.2f} deg, board mode {self.now.board_mode}")
