"""The real board code in the simulated world, with a Pi that says whatever a test wants.  Decides nothing, checks nothing.

Limits are restated here by hand, in other units than the firmware's; nothing is read from limits.h.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from controller.core.wire import BoardMode, BoardReason, CommandFlag, Request, StatusFlag
from sim.table import EVERYBODY, Person
from sim.world import Truth, World

__all__ = ["Bench", "BoardMode", "BoardReason", "CommandFlag", "Order", "Request", "StatusFlag"]

TICK_MS = 20
SESSION = int(CommandFlag.SESSION)
UNASKED = int(CommandFlag.UNASKED)
HALF = int(CommandFlag.HALF_RATE)
IMU_VALID = int(CommandFlag.IMU_VALID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the Pi asks every 20 ms until told otherwise."""

    request: int = int(Request.HOLD)
    rate_dps: float = 0.0
    flags: int = SESSION
    permitted_deg: float = 90.0
    imu: bool = True


HOLD = Order()
DOWN = Order(request=int(Request.FOLLOW), rate_dps=1.5)
UP = Order(request=int(Request.RETURN_UP), rate_dps=-1.5)
ASCEND = Order(request=int(Request.ASCEND))


class Bench:
    """One simulated table; `order` None is a silent Pi."""

    def __init__(self, *, seed: int = 1, person: Person = EVERYBODY, angle_deg: float = -75.0) -> None:
        self.world = World(seed, person, angle_deg=angle_deg)
        self._ffi, self._lib, self._native = self.world.native
        self._sense = self._ffi.new("sense_t *")
        self.order: Order | None = HOLD
        self.peak_rate_dps = 0.0
        self.max_angle_deg = -90.0
        self.now: Truth = self.world.truth()

    # ------------------------------------------------------------ time

    def _send(self) -> None:
        order = self.order
        if order is None:
            return
        self._lib.world_sense(self._native, self._sense)
        flags = order.flags | (IMU_VALID if order.imu else 0)
        angles = (round(self.now.angle_deg * 100), round(order.permitted_deg * 100))
        self._lib.world_command(self._native, order.request, flags, round(order.rate_dps * 100), *angles, self._sense.challenge)

    def tick(self) -> Truth:
        """Twenty milliseconds: one command, then the world."""
        self._send()
        self.world.run_ms(TICK_MS)
        self.now = self.world.truth()
        self.peak_rate_dps = max(self.peak_rate_dps, abs(self.now.peak_rate_dps))
        self.max_angle_deg = max(self.max_angle_deg, self.now.max_angle_deg)
        return self.now

    def run(self, seconds: float, order: Order | None = HOLD, *, watch: Callable[[Truth], None] | None = None) -> Truth:
        """That long with this order; `watch` sees every tick."""
        self.order = order
        for _ in range(round(seconds * 1000 / TICK_MS)):
            now = self.tick()
            if watch is not None:
                watch(now)
        return self.now

    def until(self, reached: Callable[[Truth], bool], order: Order | None, *, within_s: float) -> float:
        """Seconds until it is so; an assertion error if it never is."""
        self.order = order
        for number in range(round(within_s * 1000 / TICK_MS)):
            if reached(self.tick()):
                return (number + 1) * TICK_MS / 1000
        raise AssertionError(f"not reached within {within_s} s: {self.story()}")

    def story(self) -> str:
        """One line for a failing test."""
        now = self.now
        reasons = [name for name, bit in vars(BoardReason).items() if name.isupper() and isinstance(bit, int) and now.board_reasons & bit]
        return (
            f"{now.now_s:.2f} s {now.angle_deg:.2f} deg {now.rate_dps:.2f} deg/s {self.mode().name} {reasons} flags {now.board_flags:04x}"
        )

    # ------------------------------------------------------------ what the board says

    def mode(self) -> BoardMode:
        return BoardMode(self.now.board_mode)

    def says(self, reason: int) -> bool:
        return bool(self.now.board_reasons & reason)

    def shows(self, flag: int) -> bool:
        return bool(self.now.board_flags & flag)

    @property
    def moves(self) -> bool:
        return abs(self.now.rate_dps) > 0.1

    # ------------------------------------------------------------ hands

    def press(self, button: str, seconds: float = 0.1) -> None:
        """A press of that length, then let go; the order stays."""
        self.world.press(button)
        self.run(seconds, self.order)
        self.world.press(button, pressed=False)
        self.run(0.06, self.order)

    def lie_down(self) -> None:
        """Locks opened once and closed, everything read, at upright rest."""
        self.world.close_ankles()
        self.run(2.0)

    def start(self, order: Order = DOWN) -> None:
        """A person in the table presses START and the Pi obeys."""
        self.lie_down()
        self.press("start")
        self.run(0.5, order)

    def at(self, angle_deg: float, *, rate_dps: float = 3.0) -> None:
        """In a session, held at that angle, at rest."""
        self.start()
        down = Order(request=int(Request.FOLLOW), rate_dps=rate_dps)
        self.until(lambda now: now.angle_deg > angle_deg - 1.0 - rate_dps, down, within_s=200.0)
        slow = Order(request=int(Request.FOLLOW), rate_dps=0.3)
        self.until(lambda now: now.angle_deg > angle_deg - 0.05, slow, within_s=60.0)
        self.run(1.0)

    def shows_warning(self) -> bool:
        return self.shows(int(StatusFlag.WARNING))

    def upright(self) -> bool:
        return self.now.angle_deg < -74.0 and not self.moves
