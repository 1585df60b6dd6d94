"""LSM6DS samples -> inversion angle, rate, and whether they can be believed (SR8).  Must never touch a bus or a clock."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, degrees

from controller.core.limits import AXES, Limits
from controller.core.model import ImuReading


@dataclass(frozen=True, slots=True, kw_only=True)
class TiltState:
    """What the IMU says.  Only while `trusted` may `angle_deg` and `rate_dps` be used."""

    angle_deg: float = 0.0
    rate_dps: float = 0.0  # positive for descent
    trusted: bool = False
    faults: tuple[str, ...] = ()  # names of the fault catalogue: "imu_stuck", "imu_noise" ...


def update(tilt: TiltState, reading: ImuReading, limits: Limits, dt_s: float) -> TiltState:
    """Take one sample; `dt_s` is the true time since the last call."""
    if not reading.configured:
        return TiltState(angle_deg=tilt.angle_deg, faults=("imu_reset",))
    if not reading.age_s <= limits.imu_stale_s:
        return TiltState(angle_deg=tilt.angle_deg, faults=("imu_stale",))
    mounting = limits.mounting
    head, head_sign = AXES[mounting.head_axis]
    face, face_sign = AXES[mounting.face_axis]
    pivot, pivot_sign = 3 - head - face, (1.0 if (head - face) % 3 == 1 else -1.0) * head_sign * face_sign
    accel, gyro = reading.accel_mps2, reading.gyro_dps
    seen_deg = degrees(atan2(-accel[head] * head_sign, accel[face] * face_sign)) - mounting.zero_deg
    rate_dps = gyro[pivot] * pivot_sign
    ahead_deg = tilt.angle_deg + rate_dps * dt_s if tilt.trusted else seen_deg
    return TiltState(angle_deg=ahead_deg + 0.01 * (seen_deg - ahead_deg), rate_dps=rate_dps, trusted=True)
