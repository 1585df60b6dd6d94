"""Implausible LSM6DS samples are named within the catalogue's time (F11-F22), and good ones never are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import inf, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core.limits import Limits
from controller.core.model import ImuReading
from controller.core.tilt import TiltState, update
from controller.core.tilt_watch import FAULTS
from tests.core.imu_signal import DT_S, Signal

LIMITS = Limits()
Spoil = Callable[[ImuReading, int], ImuReading]


def aligned(signal: Signal) -> TiltState:
    tilt = TiltState()
    for _ in range(300):
        signal.turn(0.0)
        tilt = update(tilt, signal.reading(), LIMITS, DT_S)
    assert tilt.trusted
    return tilt


def spoiled(spoil: Spoil, seconds: float, *, rate_dps: float = 0.0, signal: Signal | None = None) -> tuple[TiltState, dict[str, float]]:
    """Spoil every sample from now on; when each fault was named, in seconds after the first spoiled sample could be read."""
    signal = signal or Signal()
    tilt = aligned(signal)
    named: dict[str, float] = {}
    for tick in range(round(seconds / DT_S)):
        signal.turn(rate_dps)
        tilt = update(tilt, spoil(signal.reading(), tick), LIMITS, DT_S)
        for fault in tilt.faults:
            named.setdefault(fault, tick * DT_S)
        assert not (tilt.faults and tilt.trusted)
    return tilt, named


KEPT = Signal(seed=9).reading()


def frozen(reading: ImuReading, tick: int) -> ImuReading:
    return replace(KEPT, chip_time_s=reading.chip_time_s - (tick + 1) * DT_S)


def repeated(reading: ImuReading, tick: int) -> ImuReading:
    """The last eight samples over and over, with their old time stamps."""
    return replace(reading, chip_time_s=reading.chip_time_s - (tick + 1) * DT_S - 0.0096 * (tick % 8))


CASES: list[tuple[str, str, Spoil, float]] = [
    ("F11", "imu_stuck", frozen, 0.1),
    ("F11", "imu_stuck", lambda r, _tick: replace(KEPT, chip_time_s=r.chip_time_s), 0.1),
    ("F14", "imu_not_finite", lambda r, _tick: replace(r, accel_mps2=(nan, 0.0, 9.8)), 0.041),
    ("F14", "imu_not_finite", lambda r, _tick: replace(r, gyro_dps=(0.0, inf, 0.0)), 0.041),
    ("F14", "imu_not_finite", lambda r, _tick: replace(r, chip_time_s=-inf), 0.041),
    ("F16", "imu_saturated", lambda r, _tick: replace(r, accel_mps2=(39.2, 39.2, 39.2)), 0.1),
    ("F16", "imu_saturated", lambda r, _tick: replace(r, gyro_dps=(0.0, -286.0, 0.0)), 0.1),
    ("F17", "imu_reset", lambda r, _tick: replace(r, configured=False), 0.0),
    ("F18", "imu_stale", lambda _r, tick: replace(KEPT, age_s=(tick + 1) * DT_S), 0.03),
    ("F21", "imu_stale", repeated, 0.05),
    ("F22", "imu_future", lambda r, _tick: replace(r, age_s=-0.5), 0.03),
    ("F22", "imu_future", lambda r, _tick: replace(r, chip_time_s=r.chip_time_s + 10.0), 0.03),
]


@pytest.mark.req("SR8")
@pytest.mark.parametrize(("row", "fault", "spoil", "within_s"), CASES)
def test_a_broken_sample_is_named_in_the_catalogues_time(row: str, fault: str, spoil: Spoil, within_s: float) -> None:
    tilt, named = spoiled(spoil, 0.5)
    assert fault in named, f"{row}: {named}"
    assert named[fault] <= within_s + 1e-9
    assert not tilt.trusted


@pytest.mark.req("SR8")
@pytest.mark.parametrize(("accel", "gyro"), [(60.0, 60.0), (1.0, 30.0), (100.0, 1.0)])
def test_f12_a_noisy_sensor_is_named_within_two_hundred_milliseconds(accel: float, gyro: float) -> None:
    signal = Signal()
    tilt = aligned(signal)
    signal.accel_noise, signal.gyro_noise = accel, gyro
    for _ in range(10):
        signal.turn(0.0)
        tilt = update(tilt, signal.reading(), LIMITS, DT_S)
    assert "imu_noise" in tilt.faults
    assert not tilt.trusted


@pytest.mark.req("SR8")
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_f11_a_single_axis_that_stands_still_is_stuck_too(axis: int) -> None:
    def spoil(reading: ImuReading, tick: int) -> ImuReading:
        accel, gyro = list(reading.accel_mps2), list(reading.gyro_dps)
        if axis == 1:
            gyro[1] = 0.0175
        else:
            accel[axis] = KEPT.accel_mps2[axis]
        return replace(reading, accel_mps2=(accel[0], accel[1], accel[2]), gyro_dps=(gyro[0], gyro[1], gyro[2]))

    _, named = spoiled(spoil, 0.5)
    assert named["imu_stuck"] <= 0.3 + 1e-9


@pytest.mark.req("SR8")
def test_f13_a_gravity_that_jumps_by_three_degrees_while_the_gyro_rests_is_a_bias() -> None:
    def spoil(reading: ImuReading, tick: int) -> ImuReading:
        jumped = Signal(seed=tick, angle_deg=-72.0).reading()
        return replace(jumped, chip_time_s=reading.chip_time_s)

    _, named = spoiled(spoil, 0.5)
    assert named["imu_bias"] <= 0.3


@pytest.mark.req("SR8")
def test_f13_a_gyro_that_invents_five_degrees_a_second_is_a_bias_before_the_angle_is_wrong_by_two_degrees() -> None:
    signal = Signal()
    tilt = aligned(signal)
    signal.gyro_bias_dps = 5.0
    while "imu_bias" not in tilt.faults:
        signal.turn(0.0)
        tilt = update(tilt, signal.reading(), LIMITS, DT_S)
        assert abs(tilt.angle_deg + 75.0) < 3.0
    assert not tilt.trusted


@pytest.mark.req("SR8")
def test_f15_a_chip_mounted_with_swapped_axes_is_named_before_anybody_starts() -> None:
    def spoil(reading: ImuReading, tick: int) -> ImuReading:
        (x, y, z), (turn_x, turn_y, turn_z) = reading.accel_mps2, reading.gyro_dps
        return replace(reading, accel_mps2=(y, x, z), gyro_dps=(turn_y, turn_x, turn_z))

    _, named = spoiled(spoil, 1.0)
    assert named["imu_gravity"] <= 0.5


@pytest.mark.req("SR8")
@pytest.mark.parametrize("share", [0.9, 1.1, 0.0])
def test_gravity_of_the_wrong_size_is_named(share: float) -> None:
    def spoil(reading: ImuReading, tick: int) -> ImuReading:
        x, y, z = reading.accel_mps2
        return replace(reading, accel_mps2=(x * share, y * share, z * share))

    _, named = spoiled(spoil, 2.0)
    assert "imu_gravity" in named


@pytest.mark.req("SR8")
def test_a_reversed_gyro_is_found_before_one_degree_of_error_at_the_full_rate() -> None:
    signal = Signal()
    tilt = aligned(signal)
    for _ in range(500):
        signal.turn(1.5)
        reading = signal.reading()
        tilt = update(tilt, replace(reading, gyro_dps=(0.0, -reading.gyro_dps[1], 0.0)), LIMITS, DT_S)
        if "imu_bias" in tilt.faults:
            break
    assert "imu_bias" in tilt.faults
    assert abs(tilt.angle_deg - signal.angle_deg) < 2.5


@pytest.mark.req("SR8")
def test_one_missed_sample_is_forgiven_and_three_dropped_in_a_row_are_not() -> None:
    signal = Signal()
    tilt = aligned(signal)
    for bad_ticks, named in ((1, False), (2, False), (3, True)):
        for _ in range(bad_ticks):
            signal.turn(0.0)
            tilt = update(tilt, replace(signal.reading(), accel_mps2=(nan, nan, nan)), LIMITS, DT_S)
        assert (tilt.faults == ("imu_not_finite",)) is named
        for _ in range(50):
            signal.turn(0.0)
            tilt = update(tilt, signal.reading(), LIMITS, DT_S)
        assert tilt.trusted


@pytest.mark.req("SR8")
def test_a_garbage_collector_pause_of_thirty_milliseconds_is_no_fault() -> None:
    signal = Signal()
    tilt = aligned(signal)
    signal.turn(0.0)
    signal.now_s += 0.03
    tilt = update(tilt, signal.reading(), LIMITS, DT_S + 0.03)
    assert tilt.faults == ()
    assert tilt.trusted


@pytest.mark.req("SR8")
def test_a_service_stalled_for_a_second_goes_on_without_a_fault() -> None:
    signal = Signal()
    tilt = aligned(signal)
    signal.now_s += 1.0
    for _ in range(20):
        signal.turn(0.0)
        tilt = update(tilt, signal.reading(), LIMITS, 1.0 + DT_S if signal.now_s < 7.03 else DT_S)
        assert tilt.faults == ()


@pytest.mark.req("SR8")
def test_a_chip_clock_that_leapt_is_believed_again_after_a_second_of_running_evenly() -> None:
    tilt, named = spoiled(lambda r, _tick: replace(r, chip_time_s=r.chip_time_s + 10.0), 1.5)
    assert "imu_future" in named
    assert tilt.faults == ()


@pytest.mark.req("SR8")
@settings(max_examples=15)
@given(
    seed=st.integers(0, 10_000),
    wobble_mps2=st.floats(0.0, 0.5),
    wobble_hz=st.floats(1.0, 4.0),
    oscillator=st.floats(0.96, 1.04),
)
def test_a_healthy_sensor_with_a_restless_person_is_never_named(seed: int, wobble_mps2: float, wobble_hz: float, oscillator: float) -> None:
    signal = Signal(seed=seed, wobble_mps2=wobble_mps2, wobble_hz=wobble_hz, accel_bias_mg=(4.0, -3.0), gyro_bias_dps=0.5)
    tilt = TiltState()
    for tick in range(3000):
        signal.turn(1.5 if 500 < tick < 2500 else 0.0)
        jitter_s = 0.0048 * signal.random.uniform(-1.0, 1.0)
        tilt = update(tilt, replace(signal.reading(), chip_time_s=signal.now_s * oscillator + jitter_s), LIMITS, DT_S)
        assert tilt.faults == ()


@pytest.mark.req("SR8")
def test_no_reading_at_all_is_never_trusted() -> None:
    tilt = update(TiltState(), ImuReading(), LIMITS, DT_S)
    assert not tilt.trusted
    assert tilt.faults == ("imu_reset",)
    tilt = update(TiltState(), ImuReading(configured=True), LIMITS, DT_S)
    assert tilt.faults == ("imu_stale",)


def test_every_fault_name_has_the_catalogues_form() -> None:
    assert len(set(FAULTS)) == len(FAULTS) == 9
    assert all(name.startswith("imu_") for name in FAULTS)
