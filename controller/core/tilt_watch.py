"""Is this LSM6DS sample plausible (SR8)?  Judges samples one by one and in a row; must never compute an angle.

Each fault name stands for a row of the fault catalogue.  A sample is `usable` unless it is missing, not finite, late,
early or saturated, and `calm` when its acceleration can be taken for gravity.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import copysign, isfinite, sqrt

from controller.core.limits import STANDARD_GRAVITY_MPS2, Limits, Mounting
from controller.core.model import ImuReading
from controller.core.quick import closed, drafter

STUCK = "imu_stuck"  # F11: bit-identical samples, or one axis that stands still
NOISE = "imu_noise"  # F12
BIAS = "imu_bias"  # F13: gyro and gravity disagree (tilt.py)
NOT_FINITE = "imu_not_finite"  # F14
GRAVITY = "imu_gravity"  # F15: gravity too large, too small, or along the pivot
SATURATED = "imu_saturated"  # F16
RESET = "imu_reset"  # F17: ranges and rates are not as set
STALE = "imu_stale"  # F18-F21: no new sample, or an old one sold as new
FUTURE = "imu_future"  # F22

FAULTS = (STUCK, NOISE, BIAS, NOT_FINITE, GRAVITY, SATURATED, RESET, STALE, FUTURE)

ACCEL_RANGE_MPS2 = 4.0 * STANDARD_GRAVITY_MPS2
"""As the driver sets the chip: +-4 g.  A sample within 1 % of it is saturated.  (The gyro's +-250 deg/s are far beyond a knock.)"""

STUCK_TICKS = 5  # catalogue F11: 100 ms
QUIET_TICKS = 15
"""With the data sheet's noise (4 LSB of acceleration, 3 LSB of rate) an axis repeats one value so often once in a million years."""

PATIENCE_TICKS = {NOT_FINITE: 3, FUTURE: 2, SATURATED: 3, STALE: 1}
"""So many ticks in a row without a usable sample are a fault (F14: drop, PAUSE after 3; F22: 30 ms; F16: longer than 50 ms)."""

CLOCK_LEAP_S = 0.1
"""The chip's clock ahead of ours by more than this is no jitter: its samples come every 9.6 ms, ours every 20 ms."""

CLOCK_SETTLED_S = 1.0
"""A chip clock that has leapt but runs on evenly for so long is believed again."""

CLOCK_TRACKING = 0.05
"""Share of the difference that is forgiven each tick: an oscillator 5 % off then stays within 20 ms."""

EARLY_S = 1e-3  # an age below minus this is a time stamp from the future, not rounding

KNOCK_MPS2 = 2.0
"""Beyond gravity by so much, the acceleration is a knock and not tilt; the gyro carries on."""

KNOCK_DPS = 15.0
"""Three times overspeed: the table's frame cannot turn so fast, a knocked sensor can."""

GRAVITY_S = 0.5
GRAVITY_OFF_MPS2 = 0.6
"""6 %: 40 mg of offset and 1 % of scale leave room for a moving person."""

GRAVITY_CLIP_MPS2 = 3.0
"""One sample counts no more than this, so that a knock alone is not wrong gravity."""

SIDEWAYS_MPS2 = 1.4
"""8 degrees along the pivot: no floor is that crooked, so the sensor is."""

NOISE_S = 0.2
NOISE_MPS2 = 0.15  # 30 times the data sheet's: 0.1 degrees after the filter
NOISE_DPS = 0.2  # 7 times the data sheet's: rest can hardly be told from motion any more
NOISE_CLIP = 2.5
"""One sample counts no more than so many times the limit's square, so that a knock alone is not noise."""

_ACCEL_NORM = 1.0 / (12.0 * NOISE_MPS2**2)  # second difference of the sum of two axes of white noise
_GYRO_NORM = 1.0 / (6.0 * NOISE_DPS**2)
_ACCEL_FULL = 0.99 * ACCEL_RANGE_MPS2
_ACCEL_FULL2, _KNOCK2 = _ACCEL_FULL**2, KNOCK_DPS**2

Ticks = tuple[int, int, int]
NOT_QUIET: Ticks = (0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What judging the next sample needs to remember of those before it."""

    usable: bool = False
    calm: bool = False
    faults: tuple[str, ...] = ()
    last: ImuReading | None = None  # the newest usable sample ...
    accel_step_mps2: float = 0.0  # ... and the steps that led to it
    gyro_step_dps: float = 0.0
    same_ticks: int = 0  # the whole sample repeated
    quiet_ticks: Ticks = NOT_QUIET  # one axis repeated: head, face, pivot
    refused_ticks: int = 0  # in a row
    chip_time_s: float | None = None
    ahead_s: float = 0.0  # the chip's clock ahead of ours since it was last believed
    even_s: float = 0.0  # ... and for how long it has run on evenly while not believed
    gravity_off_mps2: float = 0.0
    sideways_mps2: float = 0.0
    accel_noise_ratio: float = 0.0  # variances as shares of their limits
    gyro_noise_ratio: float = 0.0


NOTHING_SEEN = Watch()
_watch = drafter(Watch)


def watch(before: Watch, reading: ImuReading, limits: Limits, dt_s: float) -> Watch:
    """Judge one sample in the light of those before it."""
    if not reading.configured:
        return Watch(faults=(RESET,))
    ordinary = _ordinary(reading)
    if not (isfinite(reading.chip_time_s) and (ordinary or _finite(reading))):
        return _refused(before, NOT_FINITE, before.chip_time_s, before.ahead_s - dt_s, 0.0)
    ahead_s, even_s = _pace(before, reading.chip_time_s, dt_s)
    why = _why_unusable(reading, ahead_s, limits, ordinary)
    if why == "":
        return _judged(before, reading, limits.mounting, dt_s, ahead_s * (1.0 - CLOCK_TRACKING))
    refused = _refused(before, why, reading.chip_time_s, ahead_s, even_s)
    return _repeated(refused, reading) if why == STALE and reading.age_s <= limits.imu_stale_s else refused


def _ordinary(reading: ImuReading) -> bool:
    """Nearly every sample: finite, and within the ranges by its length already, so that nobody has to look at each axis."""
    ax, ay, az = reading.accel_mps2
    gx, gy, gz = reading.gyro_dps
    return ax * ax + ay * ay + az * az < _ACCEL_FULL2 and gx * gx + gy * gy + gz * gz < _KNOCK2


def _finite(reading: ImuReading) -> bool:
    return isfinite(sum(reading.accel_mps2) + sum(reading.gyro_dps))


def _why_unusable(reading: ImuReading, ahead_s: float, limits: Limits, ordinary: bool) -> str:
    """Late means: by the next tick it would be too old, by its transfer or by the chip's own clock."""
    if not (reading.age_s + limits.tick_s <= limits.imu_stale_s and limits.tick_s - ahead_s <= limits.imu_stale_s):
        return STALE
    if reading.age_s < -EARLY_S or ahead_s > CLOCK_LEAP_S:
        return FUTURE
    return "" if ordinary or (_within(reading.gyro_dps, KNOCK_DPS) and _within(reading.accel_mps2, _ACCEL_FULL)) else SATURATED


def _within(sample: tuple[float, float, float], most: float) -> bool:
    """On each axis."""
    x, y, z = sample
    return -most <= x <= most and -most <= y <= most and -most <= z <= most


def _pace(before: Watch, chip_time_s: float, dt_s: float) -> tuple[float, float]:
    """How far the chip's clock is ahead of ours, and for how long it has run evenly although it is not believed."""
    if before.chip_time_s is None:
        return 0.0, 0.0
    passed_s = chip_time_s - before.chip_time_s
    ahead_s = before.ahead_s + passed_s - dt_s
    if -CLOCK_LEAP_S <= ahead_s <= CLOCK_LEAP_S or not 0.3 * dt_s < passed_s < 3.0 * dt_s:
        return ahead_s, 0.0
    even_s = before.even_s + dt_s
    return (0.0, 0.0) if even_s > CLOCK_SETTLED_S else (ahead_s, even_s)


def _refused(before: Watch, why: str, chip_time_s: float | None, ahead_s: float, even_s: float) -> Watch:
    """A sample that is not used.  What was wrong before stays wrong; enough refusals in a row are a fault."""
    ticks = before.refused_ticks + 1
    old = tuple(fault for fault in before.faults if fault not in {why, RESET})
    faults = (*old, why) if ticks >= PATIENCE_TICKS[why] else old
    return replace(
        before,
        usable=False,
        calm=False,
        faults=faults,
        refused_ticks=ticks,
        chip_time_s=chip_time_s,
        ahead_s=ahead_s,
        even_s=even_s,
    )


def _repeated(refused: Watch, reading: ImuReading) -> Watch:
    """Freshly transferred, yet old by the chip's own clock (F21); the very same sample again and again is a stuck chip (F11)."""
    last = refused.last
    if last is None or reading.accel_mps2 != last.accel_mps2 or reading.gyro_dps != last.gyro_dps:
        return refused
    same_ticks = refused.same_ticks + 1
    stuck = same_ticks >= STUCK_TICKS and STUCK not in refused.faults
    return replace(refused, same_ticks=same_ticks, faults=(*refused.faults, STUCK) if stuck else refused.faults)


def _judged(before: Watch, reading: ImuReading, mounting: Mounting, dt_s: float, ahead_s: float) -> Watch:
    """A sample that is used: is what it says about gravity, noise and life itself plausible?"""
    head, face, pivot, _, _, _ = mounting.frame
    accel, gyro, last = reading.accel_mps2, reading.gyro_dps, before.last or reading
    heads, faces, side, turning = accel[head], accel[face], accel[pivot], gyro[pivot]
    last_heads, last_faces, last_turning = last.accel_mps2[head], last.accel_mps2[face], last.gyro_dps[pivot]

    quiet_ticks = NOT_QUIET
    if (heads == last_heads or faces == last_faces or turning == last_turning) and last is not reading:
        quiet_ticks = _quiet(before.quiet_ticks, heads == last_heads, faces == last_faces, turning == last_turning)
    same_ticks = before.same_ticks + 1 if quiet_ticks is not NOT_QUIET and accel == last.accel_mps2 and gyro == last.gyro_dps else 0

    accel_step, gyro_step = heads + faces - last_heads - last_faces, turning - last_turning
    accel_bend, gyro_bend = accel_step - before.accel_step_mps2, gyro_step - before.gyro_step_dps
    share = dt_s / NOISE_S if dt_s < NOISE_S else 1.0
    accel_noise, gyro_noise = accel_bend * accel_bend * _ACCEL_NORM, gyro_bend * gyro_bend * _GYRO_NORM
    last_accel_noise, last_gyro_noise = before.accel_noise_ratio, before.gyro_noise_ratio
    accel_noise = last_accel_noise + ((accel_noise if accel_noise < NOISE_CLIP else NOISE_CLIP) - last_accel_noise) * share
    gyro_noise = last_gyro_noise + ((gyro_noise if gyro_noise < NOISE_CLIP else NOISE_CLIP) - last_gyro_noise) * share

    off = sqrt(heads * heads + faces * faces + side * side) - STANDARD_GRAVITY_MPS2
    calm = -KNOCK_MPS2 < off < KNOCK_MPS2
    share = dt_s / GRAVITY_S if dt_s < GRAVITY_S else 1.0
    gravity_off = before.gravity_off_mps2 + ((off if calm else _clipped(off)) - before.gravity_off_mps2) * share
    sideways = before.sideways_mps2 + ((side if -KNOCK_MPS2 < side < KNOCK_MPS2 else _clipped(side)) - before.sideways_mps2) * share
    new = _watch()
    new.usable, new.calm = True, calm
    new.faults = _named(same_ticks, quiet_ticks, accel_noise, gyro_noise, gravity_off, sideways)
    new.last = reading
    new.accel_step_mps2, new.gyro_step_dps = accel_step, gyro_step
    new.same_ticks, new.quiet_ticks, new.refused_ticks = same_ticks, quiet_ticks, 0
    new.chip_time_s, new.ahead_s, new.even_s = reading.chip_time_s, ahead_s, 0.0
    new.gravity_off_mps2, new.sideways_mps2 = gravity_off, sideways
    new.accel_noise_ratio, new.gyro_noise_ratio = accel_noise, gyro_noise
    return closed(new, Watch)


def _clipped(off_mps2: float) -> float:
    return off_mps2 if -GRAVITY_CLIP_MPS2 <= off_mps2 <= GRAVITY_CLIP_MPS2 else copysign(GRAVITY_CLIP_MPS2, off_mps2)


def _quiet(ticks: Ticks, *repeats: bool) -> Ticks:
    """For how many ticks head, face and pivot have each repeated one value."""
    head, face, pivot = (count + 1 if repeated else 0 for count, repeated in zip(ticks, repeats, strict=True))
    return head, face, pivot


def _named(
    same_ticks: int, quiet_ticks: Ticks, accel_noise_ratio: float, gyro_noise_ratio: float, gravity_off_mps2: float, sideways_mps2: float
) -> tuple[str, ...]:
    """The faults of a sample that could be read."""
    faults: tuple[str, ...] = ()
    if same_ticks >= STUCK_TICKS or (quiet_ticks is not NOT_QUIET and max(quiet_ticks) >= QUIET_TICKS):
        faults = (STUCK,)
    if accel_noise_ratio > 1.0 or gyro_noise_ratio > 1.0:
        faults = (*faults, NOISE)
    if not (-GRAVITY_OFF_MPS2 <= gravity_off_mps2 <= GRAVITY_OFF_MPS2 and -SIDEWAYS_MPS2 <= sideways_mps2 <= SIDEWAYS_MPS2):
        faults = (*faults, GRAVITY)
    return faults
