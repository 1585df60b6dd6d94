"""`inversion-table calibrate`: how the IMU sits on the table, measured at level and at upright rest with the motor locked out.

Locked out means: the emergency stop is pressed in, so that the contactor's coil is broken in hardware, and its auxiliary
contact is seen open in every sample.  The drive board's own calibration (potentiometer and encoder) is not done here.
`calibrate-load` moves nothing either: it works on two currents that sessions have shown.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import atan2, degrees, sqrt
from pathlib import Path

from controller.config import ConfigError, Settings, load_settings
from controller.core.limits import AXES, MOST_ZERO_DEG, RANGES, STANDARD_GRAVITY_MPS2, MotorCurrent, Mounting
from controller.core.model import ImuReading

Vector = tuple[float, float, float]

LEAST_SAMPLES = 50
STILL_MPS2 = 0.3  # greatest spread of one axis while the table stands still
STILL_DPS = 1.0
GRAVITY_ERROR_MPS2 = 0.5
TURN_ERROR_DEG = 5.0  # rate integrated between the two places against the angle between them; hand-moved, so coarse


class CalibrationError(ValueError):
    """One line: what was measured and why it cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The mean of what the IMU saw while the table stood still."""

    accel_mps2: Vector
    gyro_dps: Vector


def mean_of(samples: list[ImuReading]) -> Place:
    """Refuses too few samples, motion, and a gravity that is none."""
    if len(samples) < LEAST_SAMPLES:
        raise CalibrationError(f"only {len(samples)} good samples from the IMU; run `inversion-table doctor`")
    accel, spread_mps2 = _mean([sample.accel_mps2 for sample in samples])
    gyro, spread_dps = _mean([sample.gyro_dps for sample in samples])
    if spread_mps2 > STILL_MPS2 or spread_dps > STILL_DPS:
        raise CalibrationError(f"the table moved (by {spread_mps2:.2f} m/s2, {spread_dps:.1f} deg/s); hold it still and begin again")
    gravity_mps2 = sqrt(sum(part * part for part in accel))
    if abs(gravity_mps2 - STANDARD_GRAVITY_MPS2) > GRAVITY_ERROR_MPS2:
        raise CalibrationError(f"gravity reads {gravity_mps2:.2f} m/s2 instead of {STANDARD_GRAVITY_MPS2:.2f}; change the IMU board")
    return Place(accel_mps2=accel, gyro_dps=gyro)


def _mean(vectors: list[Vector]) -> tuple[Vector, float]:
    axes = list(zip(*vectors, strict=True))
    x, y, z = (sum(axis) / len(axis) for axis in axes)
    return (x, y, z), max(max(axis) - min(axis) for axis in axes)


def mounting_from(level: Place, upright: Place) -> Mounting:
    """Level shows the face axis (gravity's reaction points out of the face), upright rest shows the head axis."""
    face = _axis_along(level.accel_mps2)
    head = _axis_along(upright.accel_mps2, besides=AXES[face][0])
    raw = Mounting(head_axis=head, face_axis=face)
    zero_deg = angle_deg(level.accel_mps2, raw)
    if abs(zero_deg) > MOST_ZERO_DEG:
        raise CalibrationError(f"level reads {zero_deg:.1f} deg; the IMU must sit within {MOST_ZERO_DEG:.0f} deg of the table's plane")
    x_dps, y_dps, z_dps = (round((a + b) / 2, 4) for a, b in zip(level.gyro_dps, upright.gyro_dps, strict=True))
    try:
        return Mounting(head_axis=head, face_axis=face, zero_deg=round(zero_deg, 3), gyro_offset_dps=(x_dps, y_dps, z_dps))
    except ValueError as error:
        raise CalibrationError(str(error)) from error


def _axis_along(accel: Vector, besides: int | None = None) -> str:
    """The chip axis that points most nearly up."""
    return max((name for name in AXES if AXES[name][0] != besides), key=lambda name: accel[AXES[name][0]] * AXES[name][1])


def angle_deg(accel: Vector, mounting: Mounting) -> float:
    """Inversion angle by gravity alone, as the core reads it."""
    head, head_sign = AXES[mounting.head_axis]
    face, face_sign = AXES[mounting.face_axis]
    return degrees(atan2(-accel[head] * head_sign, accel[face] * face_sign)) - mounting.zero_deg


def descent_rate_dps(gyro: Vector, mounting: Mounting) -> float:
    """The turn about face x head: positive for descent."""
    head, head_sign = AXES[mounting.head_axis]
    face, face_sign = AXES[mounting.face_axis]
    pivot = 3 - head - face
    sign = (1.0 if (head - face) % 3 == 1 else -1.0) * head_sign * face_sign
    return (gyro[pivot] - mounting.gyro_offset_dps[pivot]) * sign


def check_turn(mounting: Mounting, upright: Place, path: list[ImuReading]) -> tuple[float, float]:
    """Upright rest in its range, and the rate agreeing in size and sign with the way there.  (upright, turn) in degrees."""
    upright_deg = angle_deg(upright.accel_mps2, mounting)
    hard = RANGES["upright_deg"]
    if not hard.least <= upright_deg <= hard.most:
        raise CalibrationError(f"upright rest reads {upright_deg:.1f} deg; allowed {hard.least:.0f} to {hard.most:.0f}")
    turned_deg = 0.0
    for before, after in pairwise(path):
        middle_dps = (descent_rate_dps(before.gyro_dps, mounting) + descent_rate_dps(after.gyro_dps, mounting)) / 2
        turned_deg += middle_dps * (after.chip_time_s - before.chip_time_s)
    if abs(turned_deg - upright_deg) > TURN_ERROR_DEG:
        raise CalibrationError(
            f"the rates add up to {turned_deg:.1f} deg but gravity says {upright_deg:.1f}; move more slowly, or the IMU is faulty"
        )
    return upright_deg, turned_deg


# ------------------------------------------------------------------ the settings file


def mounting_toml(mounting: Mounting) -> str:
    return (
        "[mounting]  # measured by `inversion-table calibrate`\n"
        f'head_axis = "{mounting.head_axis}"\n'
        f'face_axis = "{mounting.face_axis}"\n'
        f"zero_deg = {mounting.zero_deg}\n"
        f"accel_offset_mps2 = {list(mounting.accel_offset_mps2)}\n"
        f"gyro_offset_dps = {list(mounting.gyro_offset_dps)}\n"
    )


def with_mounting(text: str, mounting: Mounting) -> str:
    """The settings text with its [mounting] table replaced or added; every other line stays as it is."""
    return _with_part(text, "mounting", mounting_toml(mounting))


def write_mounting(path: Path, mounting: Mounting) -> None:
    """As a whole or not at all, and only if the loader reads back exactly what was meant."""
    _write_part(path, "mounting", mounting_toml(mounting), lambda settings: settings.limits.mounting == mounting)


def load_toml(current: MotorCurrent) -> str:
    return f"[load]  # measured by `inversion-table calibrate-load`\nempty_ma = {current.empty_ma}\nma_per_nm = {current.ma_per_nm}\n"


def write_load(path: Path, current: MotorCurrent) -> None:
    """As write_mounting."""
    _write_part(path, "load", load_toml(current), lambda settings: settings.limits.current == current)


def _with_part(text: str, name: str, fresh: str) -> str:
    part = re.compile(rf"^[ \t]*\[{name}\][^\n]*\n?(?:(?![ \t]*\[)[^\n]*\n?)*", re.MULTILINE)
    if part.search(text):
        return part.sub(lambda _: fresh + "\n", text, count=1).rstrip("\n") + "\n"
    return (text.rstrip("\n") + "\n\n" if text.strip() else "") + fresh


def _write_part(path: Path, name: str, part: str, as_meant: Callable[[Settings], bool]) -> None:
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    fresh = path.with_name(path.name + ".new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(_with_part(old, name, part))
        file.flush()
        os.fsync(file.fileno())
    try:
        settings = load_settings(fresh)
    except ConfigError:
        fresh.unlink()
        raise
    if not as_meant(settings):
        fresh.unlink()
        raise CalibrationError(f"{path}: [{name}] did not read back as written; nothing was changed")
    if path.exists():
        fresh.chmod(path.stat().st_mode & 0o777)
    fresh.replace(path)


# ------------------------------------------------------------------ the procedure


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What the procedure works with: one IMU sample a tick, the emergency stop's contact, a person."""

    sample: Callable[[], ImuReading | None]  # waits one tick; None when there was no fresh one
    estop_closed: Callable[[], bool]
    done: Callable[[str], Callable[[], bool]]  # says what to do; the result tells whether the person has pressed Enter


def measure(bench: Bench, say: Callable[[str], None]) -> Mounting:
    """The whole procedure up to the numbers; raises CalibrationError."""
    _locked_out(bench)
    _until(bench, bench.done("Bring the table to level by its release lever, check with a spirit level, then press Enter."))
    level = mean_of(_still(bench))
    path = _until(bench, bench.done("Now bring it slowly to upright rest, against its stop, then press Enter."))
    upright = mean_of(_still(bench))
    mounting = mounting_from(level, upright)
    upright_deg, turned_deg = check_turn(mounting, upright, path)
    say(f"head end along {mounting.head_axis}, face along {mounting.face_axis}, zero {mounting.zero_deg:.2f} deg")
    say(f"upright rest at {upright_deg:.1f} deg (rates add up to {turned_deg:.1f})")
    return mounting


def _locked_out(bench: Bench) -> None:
    if bench.estop_closed():
        raise CalibrationError("press the emergency stop in and leave it in: the motor must be locked out while the table is moved by hand")


def _until(bench: Bench, finished: Callable[[], bool]) -> list[ImuReading]:
    """Every fresh sample until Enter; the emergency stop stays in."""
    path: list[ImuReading] = []
    while not finished():
        reading = bench.sample()
        _locked_out(bench)
        if reading is not None:
            path.append(reading)
    return path


def _still(bench: Bench) -> list[ImuReading]:
    """Three seconds' worth of ticks."""
    readings = [bench.sample() for _ in range(150)]
    _locked_out(bench)
    return [reading for reading in readings if reading is not None]
