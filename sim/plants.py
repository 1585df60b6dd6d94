"""Tables that are built differently: every number of sim/table.py anywhere in the range that was found or judged for it.

Names and draws numbers only; World.build() takes them.  What was tried on them stands in docs/plants.md.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from types import MappingProxyType

from sim.table import TABLE, Person

Plant = Mapping[str, float]
"""What differs from the reference table, by the names of TABLE."""

RANGES: dict[str, tuple[float, float]] = {name: part.tried for name, part in TABLE.items() if part.tried is not None}

PEOPLE = {"mass_kg": (45.0, 132.0), "height_m": (1.524, 1.981), "balance_m": (-0.08, 0.08), "lift_m": (0.05, 0.10)}
"""Who may lie on it: TP2's heights, the strictest table's weight, and how well they are balanced and how far over the pivot (judgement)."""


def gear(forward: float) -> dict[str, float]:
    """A worm's efficiency backwards follows from the one forwards; where it would lock by itself it still creeps a little."""
    return {"gear_forward": forward, "gear_backward": max(RANGES["gear_backward"][0], 2.0 - 1.0 / forward)}


TEST_DUTY = 0.075
BRAKE_OVER_PUSH = 1.15


def push_nm(plant: Plant) -> float:
    """What the proof test pushes the set brake with at most, from the mains: a brake is chosen to hold that (hardware/parts.md)."""
    of = {name: part.value for name, part in TABLE.items()} | dict(plant)
    through_a = TEST_DUTY * of["mains_v"] / (of["motor_ohm"] + TEST_DUTY**2 * of["mains_ohm"])
    return (through_a * of["motor_nm_per_a"] - of["rotor_friction_nm"]) * of["gear_ratio"] * of["gear_forward"]


def _ends(**ends: str) -> Plant:
    values = {name: RANGES[name][("least", "most").index(end)] for name, end in ends.items()}
    return MappingProxyType({**values, **(gear(values["gear_forward"]) if "gear_forward" in values else {})})


_SMOOTH = {"rotor_friction_nm": "least", "pivot_coulomb_nm": "least", "pivot_viscous_nms": "least", "static_factor": "least"}
_ROUGH = dict.fromkeys(_SMOOTH, "most")
_LOW_SUPPLY = {"battery_ohm": "most", "battery_full_v": "least", "mains_v": "least", "mains_ohm": "most", "motor_ohm": "most"}
_HIGH_SUPPLY = {"battery_ohm": "least", "battery_full_v": "most", "mains_v": "most", "mains_ohm": "least", "motor_ohm": "least"}

CORNERS: dict[str, Plant] = {
    "reference": MappingProxyType({}),
    "smooth": _ends(**_SMOOTH, gear_forward="most"),
    "rough": _ends(**_ROUGH, gear_forward="least"),
    "rough_but_efficient": _ends(**_ROUGH, gear_forward="most"),
    "much_current": _ends(rotor_friction_nm="most", gear_forward="least", motor_nm_per_a="least", mains_v="least"),
    "little_current": _ends(**_SMOOTH, **_HIGH_SUPPLY, gear_forward="most", motor_nm_per_a="most"),
    "heavy": _ends(
        frame_mass_kg="most", frame_balance_m="least", frame_lift_m="most", frame_inertia_kgm2="most", rotor_inertia_kgm2="most"
    ),
    "light": _ends(
        frame_mass_kg="least", frame_balance_m="most", frame_lift_m="least", frame_inertia_kgm2="least", rotor_inertia_kgm2="least"
    ),
    "slow_brake": _ends(
        brake_nm="least", brake_delay_s="most", contactor_close_s="most", contactor_open_s="most", rotor_inertia_kgm2="most"
    ),
    "fast_brake": _ends(
        brake_nm="most", brake_delay_s="least", contactor_close_s="least", contactor_open_s="least", rotor_inertia_kgm2="least"
    ),
    "coarse_sensors": _ends(pot_noise_counts="most", pot_bow_counts="most", imu_from_pivot_m="most"),
    "tired_supply": _ends(**_LOW_SUPPLY, coil_a="most"),
    "strong_supply": _ends(**_HIGH_SUPPLY, coil_a="least", rotor_inertia_kgm2="least", rotor_friction_nm="least"),
}
"""Each pushes what belongs together to one end; what it does not name is the reference table's."""


def random_plant(seed: int, *, ends: bool = False) -> Plant:
    """Every number anywhere in its range, or (`ends`) at one of its two ends.  Same seed, same plant."""
    draw = random.Random(seed)
    values = {name: draw.choice(both) if ends else draw.uniform(*both) for name, both in RANGES.items()}
    values |= gear(values["gear_forward"])
    values["brake_nm"] = max(values["brake_nm"], BRAKE_OVER_PUSH * push_nm(values))
    return MappingProxyType(values)


def random_person(seed: int) -> Person:
    """Somebody within PEOPLE; same seed, same person."""
    draw = random.Random(-1 - seed)
    return Person(**{name: draw.uniform(*both) for name, both in PEOPLE.items()})
