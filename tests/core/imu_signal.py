"""A simulated LSM6DSOX on a turning table, for the tests of tilt: noise, bias, quantisation, wobble.  Knows nothing of the filter."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import cos, floor, pi, radians, sin
from random import Random

from controller.core.model import ImuReading

DT_S = 0.02
G_MPS2 = 9.80665
ACCEL_LSB_MPS2 = 0.122e-3 * G_MPS2  # data sheet, +-4 g
GYRO_LSB_DPS = 8.75e-3  # data sheet, +-250 deg/s
ACCEL_NOISE_MPS2 = 0.005  # 70 ug per root Hz over 52 Hz
GYRO_NOISE_DPS = 0.027  # 3.8 mdps per root Hz over 52 Hz
MG = G_MPS2 / 1000.0

Triple = tuple[float, float, float]


def _step(value: float, lsb: float) -> float:
    return floor(value / lsb + 0.5) * lsb


@dataclass
class Signal:
    """Chip axes as in the default mounting: x to the head, z out of the face, y the pivot."""

    seed: int = 1
    accel_bias_mg: tuple[float, float] = (0.0, 0.0)  # head, face
    gyro_bias_dps: float = 0.0
    wobble_mps2: float = 0.0
    wobble_hz: float = 1.0
    accel_noise: float = 1.0  # times the data sheet's
    gyro_noise: float = 1.0
    sideways_deg: float = 0.0
    angle_deg: float = -75.0
    rate_dps: float = 0.0
    now_s: float = 0.0
    random: Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)

    def turn(self, towards_dps: float) -> None:
        """One tick at no more than 1.5 deg/s2 towards this rate."""
        self.rate_dps += max(-1.5 * DT_S, min(1.5 * DT_S, towards_dps - self.rate_dps))
        self.angle_deg += self.rate_dps * DT_S
        self.now_s += DT_S

    def reading(self, *, age_s: float = 0.0) -> ImuReading:
        tilt, wobble = radians(self.angle_deg), self.wobble_mps2 * sin(2.0 * pi * self.wobble_hz * self.now_s)
        side = G_MPS2 * sin(radians(self.sideways_deg))
        level = G_MPS2 * cos(radians(self.sideways_deg))
        head = -level * sin(tilt) + self.accel_bias_mg[0] * MG + wobble
        face = level * cos(tilt) + self.accel_bias_mg[1] * MG + 0.7 * wobble
        return ImuReading(
            accel_mps2=self._noisy(head, side, face, ACCEL_NOISE_MPS2 * self.accel_noise, ACCEL_LSB_MPS2),
            gyro_dps=self._noisy(0.0, self.rate_dps + self.gyro_bias_dps, 0.0, GYRO_NOISE_DPS * self.gyro_noise, GYRO_LSB_DPS),
            chip_time_s=self.now_s,
            age_s=age_s,
            configured=True,
        )

    def _noisy(self, x: float, y: float, z: float, sigma: float, lsb: float) -> Triple:
        gauss = self.random.gauss
        return _step(x + gauss(0.0, sigma), lsb), _step(y + gauss(0.0, sigma), lsb), _step(z + gauss(0.0, sigma), lsb)
