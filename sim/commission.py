"""Commissioning a simulated table as a real one is: the first five degrees with nobody on it, and with weights, give its motor current.

The figures it hands back are what `inversion-table calibrate-load` writes for a real table (systemd/INSTALL.md).
"""

from __future__ import annotations

from collections.abc import Mapping

from controller.core import load
from controller.core.limits import Limits, MotorCurrent
from controller.core.wire import CommandFlag, Request
from sim.orders import Order, Pi
from sim.table import NOBODY, Person
from sim.world import World

WEIGHTS = Person(mass_kg=60.0, height_m=1.4, balance_m=-0.3, lift_m=0.05)
"""Sixty kilograms of sand bags on the bed, 30 cm from the pivot towards the feet, their middle 5 cm above it."""

_SLOWLY = Order(request=int(Request.FOLLOW), rate_dps=0.75, flags=int(CommandFlag.SESSION), lasts_s=0.02)


def _far_ma(plant: Mapping[str, float], who: Person, seed: int) -> float:
    """Mean current of the load check's second stretch, with this on the table."""
    world = World(seed, who).build(plant)
    world.estop(pressed=False)
    world.set_mains(True)
    world.close_ankles()
    pi = Pi(world)
    limits = Limits()
    pi.obey(Order(lasts_s=1.5))
    world.press("start")
    pi.obey(Order(lasts_s=0.2))
    world.press("start", pressed=False)
    measured = load.NOT_YET
    ffi, lib, native = world.native
    sense = ffi.new("sense_t *")
    for _ in range(1000):
        if measured.judged:
            return measured.far_ma / measured.far_count
        pi.obey(_SLOWLY)
        lib.world_sense(native, sense)
        measured = load.update(measured, pi.now.angle_deg, sense.current_ma, limits)
    raise TimeoutError(f"the table stands at {pi.now.angle_deg:.1f} deg, board mode {pi.now.board_mode}")


def commission(plant: Mapping[str, float], seed: int = 1) -> MotorCurrent:
    """This table's own figures, measured."""
    limits = Limits()
    return load.calibrated(
        empty_ma=_far_ma(plant, NOBODY, seed),
        loaded_ma=_far_ma(plant, WEIGHTS, seed),
        weights_nm=load.weights_nm(mass_kg=WEIGHTS.mass_kg, along_m=-WEIGHTS.balance_m, above_m=WEIGHTS.lift_m, limits=limits),
    )
