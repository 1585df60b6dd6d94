"""A hand-made Pi and a bench for the simulator's own tests: commands as a test wants them, no controller."""

from __future__ import annotations

from controller.core.model import Command, Inputs, Outputs, Permission
from controller.core.wire import Request
from sim.machine import SimMachine
from sim.table import EVERYBODY, Person
from sim.world import World


class NoProgramme:
    """Nobody may start; the hand-made Pi does not ask."""

    def permission(self, selection: int, at_upright: bool) -> Permission:  # noqa: ARG002  # the port's signature
        return Permission()


class Hand:
    """Commands typed by a test, answered challenge by challenge, on the fast seam."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.machine = SimMachine(world, NoProgramme())

    def ticks(self, number: int, request: Request = Request.HOLD, rate_dps: float = 0.0, permitted_deg: float = 90.0) -> Inputs:
        for _ in range(number):
            inputs = self.machine.sense()
            command = Command(
                request=request,
                rate_dps=rate_dps,
                permitted_angle_deg=permitted_deg,
                imu_angle_deg=None,
                session=True,
                challenge=inputs.board.challenge,
            )
            self.machine.act(Outputs(command=command))
            self.machine.wait_for_tick()
        return self.machine.sense()

    def start(self) -> None:
        """Locks closed, START pressed and let go: the board may leave upright rest."""
        self.ticks(20)
        self.world.close_ankles()
        self.ticks(80)
        self.world.press("start")
        self.ticks(10)
        self.world.press("start", pressed=False)
        self.ticks(3)

    def descend_to(self, angle_deg: float, rate_dps: float = 1.5) -> None:
        """Follow downwards until there; fails loudly if the table does not get there."""
        for _ in range(int(200.0 / rate_dps * 50)):
            self.ticks(1, Request.FOLLOW, rate_dps)
            if self.world.truth().angle_deg >= angle_deg:
                return
        raise AssertionError(f"still at {self.world.truth().angle_deg} deg")


def descending(seed: int = 1, person: Person = EVERYBODY, angle_deg: float = -60.0) -> Hand:
    """A session on its way down, at `angle_deg`."""
    hand = Hand(World(seed, person))
    hand.start()
    hand.descend_to(angle_deg)
    return hand


def on_bench(angle_deg: float, person: Person = EVERYBODY, seed: int = 1) -> World:
    """Board out, brake lifted, standing at `angle_deg` without motion."""
    world = World(seed, person)
    world.place(angle_deg)
    world.run_bench(100, release_brake=True, contactor=True)
    world.place(angle_deg)
    return world
