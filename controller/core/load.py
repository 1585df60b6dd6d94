"""The load check of the first five degrees (SR16, fault 86): too heavy, wrongly balanced, or nobody there.  Pure.

At half rate the motor's current is a torque measured.  Its height says how much weight lies off the pivot; how it changes
over two neighbouring stretches says how badly it is balanced, which near upright rest hardly shows in the height.
What current a newton metre takes, and what the table takes by itself, is measured at each table (Limits.current); never
measured, nobody passes.  Figures are for a person of 45 to 132 kg within 8 cm of balance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import cos, radians, sin

from controller.core.limits import STANDARD_GRAVITY_MPS2, Limits, MotorCurrent

FIRST_DEG = 2.5
MIDDLE_DEG = 3.7
LAST_DEG = 4.9
"""The two stretches, from upright rest: after the start has settled, before the five degrees end."""

LEAST_NM = 5.0
"""Hardly anybody: the lightest, badly balanced, are 9."""
MOST_NM = 165.0
"""The heaviest, foot-heavy and lying high, are 156."""
FALLS_MOST_NM = 3.9
"""A table that falls towards head-down by itself: 150 kg with 15 cm of wrong balance lose 5.0 Nm from stretch to stretch.

The most that anybody who may be on it loses is 2.8; what is left of the current's noise is 0.1 to 0.2 (docs/plants.md).
"""


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
    return replace(load, judged=True, wrong=_wrong(load, limits.current))


def told(load: Load) -> str:
    """For the journal: the two mean currents, as `calibrate-load` wants the second."""
    near, far = (
        f"{ma / count:.0f} mA" if count else "nothing" for ma, count in ((load.near_ma, load.near_count), (load.far_ma, load.far_count))
    )
    return f"motor current {near}, then {far}"


def _wrong(load: Load, current: MotorCurrent | None) -> bool:
    if current is None or not load.near_count or not load.far_count:
        return True  # a table or a load that has not been measured
    near_ma, far_ma = load.near_ma / load.near_count, load.far_ma / load.far_count
    load_nm = (far_ma - current.empty_ma) / current.ma_per_nm
    return not LEAST_NM <= load_nm <= MOST_NM or (near_ma - far_ma) / current.ma_per_nm > FALLS_MOST_NM


# ------------------------------------------------------------ measuring the table itself

WEIGHTS_LEAST_NM = 40.0
"""With less, the tenths of a newton metre in which two load checks differ are too much of it."""


def weights_nm(*, mass_kg: float, along_m: float, above_m: float, limits: Limits) -> float:
    """Moment of weights on the bed in the second stretch: so far from the pivot towards the feet, their middle so far above it."""
    angle_rad = radians(limits.upright_deg + (MIDDLE_DEG + LAST_DEG) / 2.0)
    return mass_kg * STANDARD_GRAVITY_MPS2 * (along_m * cos(angle_rad) - above_m * sin(angle_rad))


def calibrated(*, empty_ma: float, loaded_ma: float, weights_nm: float) -> MotorCurrent:
    """From the second stretch's current without and with weights.  Raises ValueError when no table can be like that."""
    if not weights_nm >= WEIGHTS_LEAST_NM:
        raise ValueError(f"the weights make {weights_nm:.0f} Nm; {WEIGHTS_LEAST_NM:.0f} is the least that tells")
    return MotorCurrent(empty_ma=round(empty_ma, 1), ma_per_nm=round((loaded_ma - empty_ma) / weights_nm, 3))
