"""Noise, bias, quantisation and delay of each instrument are what its data sheet says, and only the faults change them."""

from __future__ import annotations

from itertools import pairwise
from math import cos, radians, sin
from statistics import fmean, pstdev

import pytest

from sim.world import World
from tests.sim.hand import on_bench


@pytest.mark.req("SE1")
@pytest.mark.parametrize("angle_deg", [-75.0, -3.0, 30.0, 90.0])
def test_the_potentiometer_reads_1925_counts_in_100_degrees_within_a_fifth_of_a_degree(angle_deg: float) -> None:
    world = World(1)
    world.place(angle_deg)
    readings = []
    for _ in range(2000):
        world.run_bench(1)
        readings.append(world.instruments().pot_counts)
    assert (fmean(readings) - 2046) / 19.25 == pytest.approx(angle_deg, abs=0.2)
    assert pstdev(readings) == pytest.approx(1.24, abs=0.15)  # 1.2 of noise and a twelfth of quantisation
    assert all(0 <= reading <= 4092 for reading in readings)


@pytest.mark.req("SE1", "SR8")
def test_the_encoder_counts_222_a_degree_of_the_motor_side() -> None:
    world = on_bench(0.0)
    before = world.instruments().encoder_counts
    for step in range(100):
        world.run_bench(20, duty=min(0.25, step * 0.01), release_brake=True, contactor=True)
    moved_deg = world.truth().rotor_angle_deg
    assert moved_deg > 1.0
    assert world.instruments().encoder_counts - before == pytest.approx(222.0 * moved_deg, abs=1.5)


@pytest.mark.req("SE1")
def test_the_current_sense_is_mid_scale_at_rest_and_20_48_counts_an_ampere() -> None:
    world = World(1)
    readings = []
    for _ in range(500):
        world.run_bench(1)
        readings.append(world.instruments().current_counts)
    assert fmean(readings) == pytest.approx(512.0, abs=0.3)
    world.place(60.0)
    world.set_fault("motor_jammed", 1.0)
    world.run_bench(200, duty=0.2, release_brake=True, contactor=True)
    assert world.instruments().current_counts - 512 == pytest.approx(20.48 * world.truth().motor_a, abs=3.0)
    assert world.truth().motor_a > 8.0


@pytest.mark.req("SE1", "SR10")
def test_supply_channels_read_28_counts_a_volt_and_the_bandgap_225() -> None:
    world = World(1)
    world.run_bench(5)
    seen = world.instruments()
    assert seen.battery_counts == pytest.approx(world.truth().bus_v * 1024 / 36, abs=3)
    assert seen.mains_counts == pytest.approx(27.2 * 1024 / 36, abs=3)
    assert seen.bandgap_counts == pytest.approx(225, abs=3)
    world.set_mains(False)
    world.run_bench(5)
    assert world.instruments().mains_counts <= 3


def imu_samples(world: World, number: int) -> list[tuple[float, ...]]:
    samples: list[tuple[float, ...]] = []
    seen = world.imu_sample().number
    while len(samples) < number:
        world.run_bench(1)
        sample = world.imu_sample()
        if sample.number != seen:
            seen = sample.number
            samples.append((*sample.accel_mps2, *sample.gyro_dps, sample.chip_time_s))
    return samples


@pytest.mark.req("SE1")
@pytest.mark.parametrize("angle_deg", [-75.0, 0.0, 60.0])
def test_the_imu_feels_gravity_along_head_and_face_with_data_sheet_noise_and_bias(angle_deg: float) -> None:
    world = World(1)
    world.place(angle_deg)
    world.run_bench(50)
    columns = list(zip(*imu_samples(world, 600), strict=True))
    assert fmean(columns[0]) == pytest.approx(-9.80665 * sin(radians(angle_deg)) + 0.02, abs=0.003)
    assert fmean(columns[1]) == pytest.approx(-0.015, abs=0.003)
    assert fmean(columns[2]) == pytest.approx(9.80665 * cos(radians(angle_deg)) + 0.02, abs=0.003)
    assert pstdev(columns[0]) == pytest.approx(0.005, rel=0.2)
    assert fmean(columns[4]) == pytest.approx(-0.03, abs=0.006)
    assert pstdev(columns[4]) == pytest.approx(0.027, rel=0.2)


@pytest.mark.req("SE1")
def test_the_imu_takes_104_samples_a_second_and_stamps_each() -> None:
    world = World(1)
    before = world.imu_sample().number
    world.run_bench(10000)
    assert 1039 <= world.imu_sample().number - before <= 1041
    stamps = [sample[-1] for sample in imu_samples(world, 20)]
    assert all(0.008 < b - a < 0.012 for a, b in pairwise(stamps))


@pytest.mark.req("SE1")
def test_descent_is_a_positive_rate_about_the_right_hand_axis_and_comes_5_ms_late() -> None:
    world = World(1)
    world.place(20.0)
    world.run_bench(30)
    world.place(20.0, 4.0)
    world.set_part("brake_nm", 0.0)
    early: list[float] = []
    late: list[float] = []
    for ms in range(40):
        world.run_bench(1, lever=False)
        (early if ms < 4 else late).append(world.imu_sample().gyro_dps[1])
    assert max(early) < 0.3
    assert late[-1] > 3.0


@pytest.mark.req("SE1")
def test_no_two_imu_samples_in_a_minute_of_rest_are_the_same() -> None:
    """What the stuck-sensor rule rests on: noise is wider than a count."""
    world = World(1)
    samples = [tuple(round(value / 0.0012) for value in sample[:3]) for sample in imu_samples(world, 6000)]
    repeats = sum(a == b for a, b in pairwise(samples))
    assert repeats < 60


@pytest.mark.req("PU6", "SE1")
def test_a_pressed_button_is_there_at_once_bounces_and_then_stays() -> None:
    world = World(1)
    world.press("ok")
    assert world.seen("ok")
    levels = []
    for _ in range(40):
        world.run_ms(1)
        levels.append(world.seen("ok"))
    assert False in levels[:5]
    assert all(levels[5:])


@pytest.mark.req("SE3")
def test_one_sensors_fault_does_not_change_another_sensors_noise() -> None:
    healthy, noisy = World(7), World(7)
    noisy.inject("pot_noise")
    pots: dict[World, list[int]] = {healthy: [], noisy: []}
    for _ in range(200):
        for world, readings in pots.items():
            world.run_bench(1)
            readings.append(world.instruments().pot_counts)
    assert pstdev(pots[noisy]) > 5.0 * pstdev(pots[healthy])
    assert healthy.imu_sample() == noisy.imu_sample()
    assert healthy.instruments().current_counts == noisy.instruments().current_counts
