"""The load check of the first five degrees (SR16, fault 86): too heavy, wrongly balanced, or nobody there.  Pure.

At half rate the motor's current is a torque measured.  Its height says how much weight lies off the pivot; how it changes
over two neighbouring stretches says how badly it is balanced, which near upright rest hardly shows in the height.
Figures are for the reference gearmotor (7 mA per newton metre) and a person of 45 to 132 kg within 8 cm of balance.
"""

from __future__ import annotations

from dataclasses import dataclass

from controller.core.limits import Limits

FIRST_DEG = 2.5
MIDDLE_DEG = 3.7
LAST_DEG = 4.9
"""The two stretches, from upright rest: after the start has settled, before the five degrees end."""

LEAST_MA = 170.0
MOST_MA = 1040.0
FALLS_MOST_MA = 27.0
"""A table that falls towards head-down by itself: 150 kg with 15 cm of wrong balance loses 37 mA from stretch to stretch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Sums of the motor current over the two stretches, and what they say."""

    near_ma: int = 0
    near_count: int = 0
    far_ma: int = 0
    far_count: int = 0
    judged: bool = False
    wrong: bool = False


NOT_YET = Load()


def update(load: Load, angle_deg: float, current_ma: int, limits: Limits) -> Load:
    """One tick of a descent under way."""
    way_deg = angle_deg - limits.upright_deg
    if load.judged or way_deg < FIRST_DEG:
        return load
    if way_deg < MIDDLE_DEG:
        return Load(near_ma=load.near_ma + current_ma, near_count=load.near_count + 1)
    if way_deg < LAST_DEG:
        return Load(near_ma=load.near_ma, near_count=load.near_count, far_ma=load.far_ma + current_ma, far_count=load.far_count + 1)
    return Load(judged=True, wrong=_wrong(load))


def _wrong(load: Load) -> bool:
    if not load.near_count or not load.far_count:
        return True  # came here without having been measured
    near_ma, far_ma = load.near_ma / load.near_count, load.far_ma / load.far_count
    return not LEAST_MA <= far_ma <= MOST_MA or near_ma - far_ma > FALLS_MOST_MA
