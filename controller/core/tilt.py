"""LSM6DS samples -> inversion angle, rate, and whether they can be believed (SR8).  Must never touch a bus or a clock.

A two-state Kalman filter (angle and gyro bias; the accelerometer's angle is the measurement) coasts through knocks on
the gyro and leans on gravity in the long run.  tilt_watch.py judges each sample first.

Error bounds, proven by tests/core/test_tilt.py on simulated motion up to 3 deg/s with the LSM6DSOX's noise, a person
moving (0.2 m/s2 at 1-3 Hz) and knocks: once `trusted`, |angle error| <= 0.5 deg and, from 0.1 s after motion has ended
(the smoothing's delay), |rate error| < 0.1 deg/s at rest, if
  * `calibrate` left no more than 5 mg of offset in the plane of turning (10 mg alone is already 0.57 deg: the bound is
    then 0.85 deg); the sensor's 0.1 mg/K adds 1 mg over 10 K;
  * the gyro's bias is within 1 deg/s when the service starts, and then drifts slower than 0.01 deg/s a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, copysign

from controller.core.limits import Limits, Mounting
from controller.core.model import ImuReading
from controller.core.quick import closed, drafter
from controller.core.tilt_watch import BIAS, NOTHING_SEEN, Watch, watch

DEG = 57.29577951308232

ACCEL_VARIANCE_DEG2 = 0.25
"""Of one accelerometer angle: not its 0.03 degrees of noise but the person's wobble, which looks like tilt."""

ANGLE_WALK_DEG2_S = 4.1e-4
BIAS_WALK_DPS2_S = 2.0e-6
"""Chosen, with the variance above, for a settled time constant of about 3 s: slower trusts a drifting gyro too long,
faster follows the person's arms.  The bias walk allows 0.01 deg/s of drift in a minute."""

FIRST_BIAS_DPS2 = 1.0
"""Variance of the gyro's bias before anything is known: the data sheet's typical zero-rate level, squared."""

ALIGNED_DPS2 = 0.035**2
"""Once the bias is known this well, the rate error is small enough to tell rest from motion."""

RATE_SMOOTHING_S = 0.07
"""Averages the gyro's 0.027 deg/s of noise down to 0.011, at 0.07 s of delay."""

KNOCKED_DEG = 4.0
"""One sample counts no more than this: more is a knock that left gravity's size alone, not tilt."""

COAST_S = 0.1
"""Longer without a usable sample, the angle starts again from gravity."""

DOUBT_S = 0.3
DOUBT_DEG = 1.5
"""Gyro and gravity disagree by more than SR8 allows, averaged over this time: one of them is biased (F13, F15)."""

Covariance = tuple[float, float, float]
"""angle variance, angle-bias covariance, bias variance"""

UNKNOWN: Covariance = (ACCEL_VARIANCE_DEG2, 0.0, FIRST_BIAS_DPS2)


@dataclass(frozen=True, slots=True, kw_only=True)
class TiltState:
    """What the IMU says.  Only while `trusted` may `angle_deg` and `rate_dps` be used."""

    angle_deg: float = 0.0
    rate_dps: float = 0.0  # positive for descent
    trusted: bool = False
    faults: tuple[str, ...] = ()  # tilt_watch.FAULTS
    bias_dps: float = 0.0
    covariance: Covariance = UNKNOWN
    doubt_deg: float = 0.0  # gravity's angle against the gyro's, averaged
    lost_s: float = COAST_S  # since the last usable sample
    watch: Watch = NOTHING_SEEN


_tilt = drafter(TiltState)


def update(tilt: TiltState, reading: ImuReading, limits: Limits, dt_s: float) -> TiltState:
    """Take one sample; `dt_s` is the true time since the last call."""
    watched = watch(tilt.watch, reading, limits, dt_s)
    lost = tilt.lost_s >= COAST_S
    if not watched.usable or (lost and not watched.calm):
        return _coasted(tilt, watched, dt_s)
    seen_deg, turning_dps = _measured(reading, limits.mounting)
    if lost:
        return _begun(tilt, watched, seen_deg, turning_dps - tilt.bias_dps)
    angle_deg, bias_dps, covariance, surprise_deg = _filtered(tilt, seen_deg, turning_dps, dt_s, watched.calm)
    if tilt.covariance[2] > ALIGNED_DPS2 and not -KNOCKED_DEG < surprise_deg < KNOCKED_DEG:
        return _begun(tilt, watched, seen_deg, turning_dps - tilt.bias_dps)  # knocked while aligning
    doubt_deg = tilt.doubt_deg + (surprise_deg - tilt.doubt_deg) * (dt_s / DOUBT_S if dt_s < DOUBT_S else 1.0)
    faults = watched.faults if -DOUBT_DEG < doubt_deg < DOUBT_DEG else (*watched.faults, BIAS)
    share = dt_s / RATE_SMOOTHING_S if dt_s < RATE_SMOOTHING_S else 1.0
    rate_dps = tilt.rate_dps + (turning_dps - bias_dps - tilt.rate_dps) * share
    new = _tilt()
    new.angle_deg = angle_deg
    new.rate_dps = rate_dps
    new.trusted = not faults and covariance[2] <= ALIGNED_DPS2
    new.faults = faults
    new.bias_dps = bias_dps
    new.covariance = covariance
    new.doubt_deg = doubt_deg
    new.lost_s = 0.0
    new.watch = watched
    return closed(new, TiltState)


def _measured(reading: ImuReading, mounting: Mounting) -> tuple[float, float]:
    """Gravity's angle and the gyro's rate about the pivot, in the table's sense.

    Gravity's reaction along the table is -g sin(angle) towards the head and g cos(angle) out of its face.
    """
    head, face, pivot, head_sign, face_sign, turn_sign = mounting.frame
    accel, offset = reading.accel_mps2, mounting.accel_offset_mps2
    along = (accel[head] - offset[head]) * head_sign
    out = (accel[face] - offset[face]) * face_sign
    seen_deg = atan2(-along, out) * DEG - mounting.zero_deg
    return seen_deg, (reading.gyro_dps[pivot] - mounting.gyro_offset_dps[pivot]) * turn_sign


def _filtered(
    tilt: TiltState, seen_deg: float, turning_dps: float, dt_s: float, believes_gravity: bool
) -> tuple[float, float, Covariance, float]:
    """One Kalman step: turn on by the gyro, then lean towards gravity unless the sample was knocked."""
    angle_deg = tilt.angle_deg + (turning_dps - tilt.bias_dps) * dt_s
    angle_var, cross, bias_var = tilt.covariance
    angle_var += dt_s * (dt_s * bias_var - 2.0 * cross + ANGLE_WALK_DEG2_S)
    cross -= dt_s * bias_var
    bias_var += dt_s * BIAS_WALK_DPS2_S
    if not believes_gravity:
        return angle_deg, tilt.bias_dps, (angle_var, cross, bias_var), 0.0
    surprise_deg = (seen_deg - angle_deg + 180.0) % 360.0 - 180.0
    if not -KNOCKED_DEG <= surprise_deg <= KNOCKED_DEG and tilt.covariance[2] <= ALIGNED_DPS2:
        surprise_deg = copysign(KNOCKED_DEG, surprise_deg)
    whole = angle_var + ACCEL_VARIANCE_DEG2
    angle_gain, bias_gain = angle_var / whole, cross / whole
    covariance = ((1.0 - angle_gain) * angle_var, (1.0 - angle_gain) * cross, bias_var - bias_gain * cross)
    return angle_deg + angle_gain * surprise_deg, tilt.bias_dps + bias_gain * surprise_deg, covariance, surprise_deg


def _begun(tilt: TiltState, watched: Watch, seen_deg: float, rate_dps: float) -> TiltState:
    """Start from gravity, after start-up or a gap; a bias that was known is still known."""
    return TiltState(
        angle_deg=seen_deg,
        rate_dps=rate_dps,
        faults=watched.faults,
        bias_dps=tilt.bias_dps,
        covariance=(ACCEL_VARIANCE_DEG2, 0.0, tilt.covariance[2]),
        lost_s=0.0,
        watch=watched,
    )


def _coasted(tilt: TiltState, watched: Watch, dt_s: float) -> TiltState:
    """No usable sample: go on at the last rate for a moment, then hold the last angle, untrusted."""
    lost_s = tilt.lost_s + dt_s
    coasting = lost_s < COAST_S
    return TiltState(
        angle_deg=tilt.angle_deg + tilt.rate_dps * dt_s if coasting else tilt.angle_deg,
        rate_dps=tilt.rate_dps if coasting else 0.0,
        trusted=tilt.trusted and coasting and not watched.faults,
        faults=watched.faults,
        bias_dps=tilt.bias_dps,
        covariance=tilt.covariance,
        doubt_deg=tilt.doubt_deg,
        lost_s=lost_s,
        watch=watched,
    )
