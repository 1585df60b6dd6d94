"""The IMU driver on an LSM6DSOX register by register: what is wrong with chip or bus shows as age, and never holds the loop."""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Callable

import pytest

from controller.core.model import ImuReading
from hardware.bus import BusRecovery, Smbus2Bus, WrongThreadError
from hardware.imu import Imu
from tests.hardware.fakes import ADDRESS, CTRL1_XL, CTRL2_G, CTRL3_C, CTRL10_C, TICK_S, Bus, Chip, HandClock, at_once, refused


class Bench:
    def __init__(self, spawn: Callable[[Callable[[], None]], None] = at_once) -> None:
        self.clock = HandClock()
        self.chip = Chip(self.clock)
        self.bus = Bus(self.chip)
        self.imu = Imu(self.bus, ADDRESS, spawn)

    def ticks(self, number: int) -> ImuReading:
        for _ in range(number):
            self.clock.t_s += TICK_S
            reading = self.imu.read(self.clock.t_s)
        return reading

    def for_s(self, seconds: float) -> ImuReading:
        return self.ticks(round(seconds / TICK_S))

    def running(self) -> Bench:
        assert self.for_s(0.5).age_s == 0.0
        return self


@pytest.fixture
def bench() -> Bench:
    return Bench().running()


@pytest.mark.req("SR8")
def test_a_healthy_chip_reads_fresh_configured_and_in_units(bench: Bench) -> None:
    bench.chip.accel_counts = (-8197, 0, 4098)
    bench.chip.gyro_counts = (0, 1429, -571)
    reading = bench.ticks(1)
    assert reading.configured
    assert reading.age_s == 0.0
    assert reading.accel_mps2 == pytest.approx((-9.807, 0.0, 4.903), abs=0.003)  # 0.122 mg a count at 4 g
    assert reading.gyro_dps == pytest.approx((0.0, 12.504, -4.996), abs=0.001)  # 8.75 mdps a count at 250 deg/s


@pytest.mark.req("SR8")
def test_the_chip_is_set_to_untorn_samples_and_known_ranges(bench: Bench) -> None:
    registers = bench.chip.registers
    assert (registers[CTRL1_XL], registers[CTRL2_G]) == (0x48, 0x40)
    assert registers[CTRL3_C] & 0x44 == 0x44
    assert registers[CTRL10_C] & 0x20


def test_setting_up_takes_no_time_of_the_loop() -> None:
    bench = Bench()
    begin_s = time.perf_counter()
    bench.running()
    assert time.perf_counter() - begin_s < 0.1  # the driver's own constructor sleeps 0.4 s


def test_nothing_counts_before_the_chip_has_settled() -> None:
    bench = Bench()
    assert not bench.for_s(0.1).configured
    assert bench.for_s(0.08).age_s == float("inf")
    assert bench.for_s(0.2).configured


def test_a_reset_that_never_ends_does_not_hold_the_loop() -> None:
    bench = Bench()
    bench.chip.reset_takes_s = 1e9
    reading = bench.for_s(1.0)
    assert bench.chip.writes == [(CTRL3_C, 0x05)]
    assert not reading.configured
    assert reading.age_s == float("inf")


def test_the_chips_time_goes_on_across_its_wrap() -> None:
    bench = Bench()
    bench.chip.first_counts = (1 << 32) - 80_000  # two seconds before it
    before_s = bench.for_s(1.0).chip_time_s
    assert bench.for_s(3.0).chip_time_s - before_s == pytest.approx(3.0, abs=0.001)


# ------------------------------------------------------------------ faults


@pytest.mark.req("SR8", "F18")
def test_one_refused_transfer_is_retried_within_the_tick(bench: Bench) -> None:
    bench.bus.faults = [refused()]
    assert bench.ticks(1).age_s == 0.0


@pytest.mark.req("SR8", "F18")
def test_a_tick_of_refused_transfers_grows_old_and_the_next_good_one_is_fresh(bench: Bench) -> None:
    bench.bus.faults = [refused(), refused()]
    assert bench.ticks(1).age_s == pytest.approx(0.02)
    reading = bench.ticks(1)
    assert reading.age_s == 0.0
    assert reading.configured


@pytest.mark.req("SR8", "F18")
def test_an_absent_chip_grows_old_and_never_raises(bench: Bench) -> None:
    bench.bus.absent = True
    assert bench.for_s(1.0).age_s == pytest.approx(1.0)


def test_a_chip_absent_at_the_start_is_used_when_it_comes() -> None:
    bench = Bench()
    bench.bus.absent = True
    assert bench.for_s(1.0).age_s == float("inf")
    bench.bus.absent = False
    assert bench.for_s(0.5).age_s == 0.0


def test_another_chip_at_the_address_is_never_taken_for_the_imu() -> None:
    bench = Bench()
    bench.chip.identity = 0x69
    bench.chip.power_on()
    reading = bench.for_s(1.0)
    assert bench.chip.writes == []
    assert not reading.configured
    assert reading.age_s == float("inf")


@pytest.mark.req("SR8", "F11", "F21")
def test_a_chip_that_answers_with_nothing_new_shows_the_same_sample_again_not_silence(bench: Bench) -> None:
    """Silence asks the person; a stuck chip brings them up at once (F11): the two must not look alike."""
    bench.chip.stuck = True
    stood = bench.ticks(1)
    bench.chip.accel_counts = (1000, 0, 15000)
    after = bench.ticks(5)
    assert (after.accel_mps2, after.gyro_dps) == (stood.accel_mps2, stood.gyro_dps)
    assert after.age_s < 0.02


@pytest.mark.req("SR8", "F17")
def test_a_brown_out_is_seen_at_once_and_the_chip_set_up_again(bench: Bench) -> None:
    bench.chip.power_on()
    worst_s = max(bench.ticks(1).age_s for _ in range(5))
    assert worst_s >= 0.08
    assert not bench.ticks(1).configured
    bench.for_s(0.5)
    assert bench.chip.registers[CTRL1_XL] == 0x48
    assert bench.ticks(1).configured


@pytest.mark.req("SR8", "F17")
@pytest.mark.parametrize(("register", "value"), [(CTRL1_XL, 0x44), (CTRL2_G, 0x4C), (CTRL3_C, 0x04), (CTRL10_C, 0x00)])
def test_one_lost_setting_is_seen_within_half_a_second(bench: Bench, register: int, value: int) -> None:
    bench.chip.registers[register] = value
    readings = [bench.ticks(1) for _ in range(26)]
    assert not all(reading.configured for reading in readings)
    bench.for_s(0.5)
    assert bench.ticks(1).configured


@pytest.mark.req("SR8", "F19")
def test_a_hung_bus_is_touched_once_by_the_loop_and_then_left_to_the_recovery(bench: Bench) -> None:
    waiting: list[Callable[[], None]] = []
    held = Bench(waiting.append).running()
    held.bus.hung = True
    held.bus.transfers.clear()
    held.ticks(10)
    assert len(held.bus.transfers) == 1  # not even the retry: one transfer used the tick up
    held.bus.hung = False
    waiting.pop()()
    assert held.ticks(2).age_s == 0.0


@pytest.mark.req("SR8", "F19")
def test_a_bus_that_stays_hung_is_never_touched_by_the_loop_again() -> None:
    waiting: list[Callable[[], None]] = []
    bench = Bench(waiting.append).running()
    bench.bus.hung = True
    bench.ticks(1)
    for _ in range(5):
        waiting.pop()()
        bench.bus.transfers.clear()
        bench.ticks(1)
        assert bench.bus.transfers == []
    bench.bus.hung = False
    waiting.pop()()
    assert bench.ticks(2).age_s == 0.0


@pytest.mark.req("SR8", "F19")
def test_recovery_clocks_the_bus_at_an_address_nobody_has() -> None:
    bench = Bench()
    BusRecovery(bench.bus, ADDRESS, at_once).begin()
    assert bench.bus.transfers[:2] == [(0x7B,), (0x7B,)]


@pytest.mark.req("SR8", "F20")
def test_a_transfer_that_takes_a_second_holds_only_the_recovery() -> None:
    held = threading.Event()

    def slowly(work: Callable[[], None]) -> None:
        threading.Thread(target=lambda: work() if held.wait(5) else None, daemon=True).start()

    bench = Bench(slowly).running()
    bench.bus.faults = [OSError(errno.ETIMEDOUT, "Connection timed out")]
    begin_s = time.perf_counter()
    assert bench.for_s(1.0).age_s == pytest.approx(1.0)
    assert time.perf_counter() - begin_s < 0.5
    held.set()


# ------------------------------------------------------------------ one thread


@pytest.mark.req("SR8")
def test_a_second_thread_is_refused_by_the_register_layer(bench: Bench) -> None:
    raised: list[Exception] = []

    def read() -> None:
        try:
            bench.imu.read(bench.clock.t_s)
        except WrongThreadError as error:
            raised.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    thread.join()
    assert len(raised) == 1


def test_the_register_layer_is_not_entered_twice() -> None:
    bus = Smbus2Bus(Bench().bus)
    assert bus.try_lock()
    with pytest.raises(WrongThreadError):
        bus.try_lock()
    bus.unlock()
    assert bus.try_lock()
