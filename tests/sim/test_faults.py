"""The fault table is the catalogue, whole; and every fault that can be injected does visibly what its row says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from math import isnan
from statistics import fmean, pstdev

import pytest

from controller.core.model import Inputs
from controller.core.wire import Request
from sim.faults import FAULTS, Depth, FaultError, find
from sim.world import Instruments, Snapshot, Truth, World
from tests.sim.hand import Hand, descending, on_bench

NOT_HERE = {46, 54, 58, 59, 60, 63}  # the processor's memory, wall clock, records, web client


@dataclass
class Watched:
    """Three seconds of a descent, tick by tick."""

    truths: list[Truth] = field(default_factory=list)
    inputs: list[Inputs] = field(default_factory=list)
    counts: list[Instruments] = field(default_factory=list)
    hand: Hand | None = None

    @property
    def moved_deg(self) -> float:
        return self.truths[-1].angle_deg - self.truths[0].angle_deg

    @property
    def pots(self) -> list[int]:
        return [each.pot_counts for each in self.counts]

    @property
    def frames(self) -> int:
        return self.counts[-1].rx_frames - self.counts[0].rx_frames

    @property
    def wire_bytes(self) -> int:
        return self.counts[-1].rx_bytes - self.counts[0].rx_bytes


@lru_cache(maxsize=1)
def on_the_way_down() -> Snapshot:
    return descending(1, angle_deg=-70.0).world.snapshot()


def watch(fault: str | None, ticks: int = 150, **params: float) -> Watched:
    world = World(1).restore(on_the_way_down())
    hand = Hand(world)
    hand.ticks(5, Request.FOLLOW, 1.5)
    seen = Watched(hand=hand)
    if fault is not None:
        world.inject(fault, **params)
    for _ in range(ticks):
        seen.inputs.append(hand.ticks(1, Request.FOLLOW, 1.5))
        seen.truths.append(world.truth())
        seen.counts.append(world.instruments())
    return seen


@lru_cache(maxsize=1)
def healthy() -> Watched:
    return watch(None)


def line_fit(seen: Watched) -> float:
    """Potentiometer counts a degree over the watched motion."""
    return (seen.pots[-1] - seen.pots[0]) / seen.moved_deg


def pot_error_deg(seen: Watched) -> float:
    return fmean((count - 2046) / 19.25 - truth.angle_deg for count, truth in zip(seen.pots, seen.truths, strict=True))


def imu_gone(seen: Watched) -> bool:
    return seen.inputs[-1].imu.age_s > 2.0


def stopped_by_board(seen: Watched) -> bool:
    return seen.truths[-1].brake_on and seen.moved_deg < 0.5 * healthy().moved_deg


def panel_bit(name: str) -> Callable[[Watched], bool]:
    return lambda seen: bool(getattr(seen.inputs[-1].panel, name))


def rebooted(cause: int) -> Callable[[Watched], bool]:
    return lambda seen: (
        not seen.truths[2].board_running
        and seen.truths[-1].reset_cause == cause
        and seen.truths[-1].boot_count > healthy().truths[-1].boot_count
    )


def host_lost(name: str) -> Callable[[Watched], bool]:
    return lambda seen: not getattr(seen.inputs[-1].host, name)


def out_of_order(seen: Watched) -> bool:
    """As many frames, but the newest to arrive is each time the older of two."""
    return seen.frames >= healthy().frames - 1 and len({each.seq for each in seen.counts}) <= 0.6 * len(
        {each.seq for each in healthy().counts}
    )


VISIBLE: dict[str, Callable[[Watched], bool]] = {
    "pot_stuck_moving": lambda seen: len(set(seen.pots)) == 1,
    "pot_stuck_at_rest": lambda seen: len(set(seen.pots)) == 1,
    "pot_open": lambda seen: set(seen.pots) == {0},
    "pot_short": lambda seen: set(seen.pots) == {4092},
    "pot_noise": lambda seen: pstdev(b - a for a, b in zip(seen.pots, seen.pots[1:], strict=False)) > 8.0,
    "pot_slip": lambda seen: 4.6 < pot_error_deg(seen) < 5.4,
    "pot_gain": lambda seen: pot_error_deg(seen) < -6.0,
    "pot_inverted": lambda seen: seen.pots[0] > 3000,
    "encoder_stuck": lambda seen: len({each.encoder_counts for each in seen.counts}) == 1,
    "pot_dropout": lambda seen: 0 < seen.pots.count(0) < 40,
    "imu_stuck": lambda seen: (
        len({each.imu.accel_mps2 for each in seen.inputs}) == 1 and len({each.imu.chip_time_s for each in seen.inputs}) == 1
    ),
    "imu_noise": lambda seen: pstdev(each.imu.accel_mps2[2] for each in seen.inputs) > 0.15,
    "imu_bias": lambda seen: seen.inputs[-1].imu.accel_mps2[0] - healthy().inputs[-1].imu.accel_mps2[0] < -0.1,
    "imu_nan": lambda seen: isnan(seen.inputs[-1].imu.accel_mps2[0]),
    "imu_rotated": lambda seen: abs(seen.inputs[-1].imu.accel_mps2[0]) < 0.5 and abs(seen.inputs[-1].imu.accel_mps2[1]) > 5.0,
    "imu_knock": lambda seen: min(seen.inputs[-1].imu.accel_mps2) > 39.0 and min(seen.inputs[-1].imu.gyro_dps) > 280.0,
    "imu_brownout": lambda seen: not seen.inputs[-1].imu.configured and seen.inputs[-1].imu.accel_mps2 == (0.0, 0.0, 0.0),
    "imu_nak": imu_gone,
    "imu_bus_hang": imu_gone,
    "imu_slow_bus": imu_gone,
    "imu_repeating": lambda seen: (
        len({each.imu.chip_time_s for each in seen.inputs}) <= 8 and len({each.imu.accel_mps2 for each in seen.inputs}) > 1
    ),
    "imu_time_jump": lambda seen: seen.inputs[-1].imu.chip_time_s - seen.inputs[-1].now_s > 999.0,
    "adc_reference_sag": lambda seen: 246 <= seen.counts[-1].bandgap_counts <= 254 and abs(pot_error_deg(seen)) < 0.3,
    "adc_stuck": lambda seen: seen.counts[-1].bandgap_counts == seen.pots[-1] // 4,
    "pot_and_imu_wrong": lambda seen: (
        -5.4 < pot_error_deg(seen) < -4.6 and seen.inputs[0].imu.accel_mps2[0] - healthy().inputs[0].imu.accel_mps2[0] > 0.1
    ),
    "link_garbage": lambda seen: seen.wire_bytes > 3 * healthy().wire_bytes and seen.frames < 10,
    "frame_corrupted": lambda seen: 0.7 * healthy().frames < seen.frames < healthy().frames,
    "frame_duplicated": lambda seen: seen.frames == 2 * healthy().frames,
    "frames_reordered": out_of_order,
    "frames_delayed": lambda seen: seen.inputs[-1].now_s * 1000 - seen.counts[-1].tick_ms % 65536 > 190,
    "cable_out": lambda seen: seen.frames == 0 and seen.inputs[-1].board.age_s > 2.0,
    "slow_link": lambda seen: seen.inputs[-1].board.round_trip_s > 0.03,
    "break_storm": lambda seen: seen.frames == 0 and seen.wire_bytes > 0,
    "rx_flood": lambda seen: seen.wire_bytes >= 25 * 20 * 140,
    "out_of_range_command": lambda seen: seen.counts[-1].rate_cdps == 32000,
    "wrong_protocol_version": lambda seen: seen.counts[-1].schema != healthy().counts[-1].schema,
    "frozen_sender": lambda seen: len({each.seq for each in seen.counts}) <= 2 and seen.frames == healthy().frames,
    "control_thread_dead": lambda seen: len({each.reply for each in seen.counts}) <= 2 and len({each.seq for each in seen.counts}) > 100,
    "board_reset": rebooted(2),
    "board_brownout": rebooted(4),
    "board_hang": rebooted(8),
    "board_interrupts_off": rebooted(8),
    "board_tick_stops": rebooted(8),
    "board_clock_drift": lambda seen: seen.inputs[-1].board.tick_ms - healthy().inputs[-1].board.tick_ms in range(70, 110),
    "board_stack_overflow": stopped_by_board,
    "board_flash_corrupt": stopped_by_board,
    "board_register_altered": stopped_by_board,
    "board_eeprom_corrupt": lambda seen: seen.truths[-1].boot_count <= 1 and stopped_by_board(seen),
    "service_crash": lambda seen: (
        seen.hand is not None and seen.hand.machine.restarts == 1 and seen.truths[-1].now_s - healthy().truths[-1].now_s > 1.3
    ),
    "out_of_memory": lambda seen: seen.hand is not None and seen.hand.machine.restarts == 1,
    "service_restart": lambda seen: seen.hand is not None and seen.hand.machine.restarts == 1,
    "kernel_freeze": lambda seen: seen.truths[-1].now_s - healthy().truths[-1].now_s > 39.0,
    "process_stopped": lambda seen: seen.inputs[0].host.late_s == 1.0,
    "gc_pause": lambda seen: seen.inputs[0].host.late_s == 0.03 and seen.inputs[1].host.late_s == 0.0,
    "host_hot": lambda seen: seen.inputs[-1].host.temperature_c == 85.0,
    "disk_full": host_lost("storage_ok"),
    "disk_read_only": host_lost("storage_ok"),
    "watcher_unreachable": host_lost("watcher_ok"),
    "config_corrupt": host_lost("config_ok"),
    "estop_pressed": lambda seen: (
        not (seen.truths[-1].estop_a_closed or seen.truths[-1].estop_b_closed or seen.inputs[-1].estop_aux_closed)
    ),
    "estop_wire_open": lambda seen: (
        not seen.truths[-1].estop_a_closed and seen.truths[-1].estop_b_closed and not seen.truths[-1].contactor_closed
    ),
    "estop_contact_welded": lambda seen: seen.truths[-1].estop_b_closed and not seen.truths[-1].estop_a_closed,
    "estop_released_latched": lambda seen: not seen.truths[-1].estop_a_closed,
    "button_stuck": panel_bit("start"),
    "two_buttons": lambda seen: seen.inputs[-1].panel.start and seen.inputs[-1].panel.dizzy,
    "end_stop_wire_open": lambda seen: not seen.truths[-1].end_stop_down_closed,
    "both_end_stops": lambda seen: not seen.truths[-1].end_stop_down_closed and not seen.truths[-1].end_stop_up_closed,
    "ankle_lock_opens": lambda seen: (
        not seen.inputs[-1].ankles.left_closed and seen.inputs[-1].ankles.right_closed and not seen.truths[-1].ankle_left_closed
    ),
    "motor_stall": lambda seen: seen.moved_deg < 0.3,
    "runaway": lambda seen: max(each.peak_rate_dps for each in seen.truths) > 2.0,
    "motor_reversed": lambda seen: min(each.rate_dps for each in seen.truths) < -0.2 or seen.moved_deg < 0.3,
    "gear_slips": lambda seen: abs(seen.truths[5].rotor_angle_deg - seen.truths[5].angle_deg) > 0.05,
    "brake_drags": lambda seen: max(each.motor_a for each in seen.truths) > 3.0,
    "power_lost": lambda seen: not seen.truths[-1].mains and seen.truths[-1].bus_v < 26.0,
    "weight_shift": lambda seen: seen.truths[40].gravity_nm - healthy().truths[40].gravity_nm > 8.0,
    "overweight": lambda seen: seen.truths[0].gravity_nm - healthy().truths[0].gravity_nm > 20.0,
    "person_gets_off": lambda seen: abs(seen.truths[-1].gravity_nm) < 0.3 * abs(healthy().truths[-1].gravity_nm),
    "time_exceeded": lambda seen: seen.counts[-1].rate_cdps == 0 and seen.frames == healthy().frames,
    "obstacle": lambda seen: seen.truths[-1].motor_a > healthy().truths[-1].motor_a + 1.0 or seen.moved_deg < 0.7 * healthy().moved_deg,
}
"""What can be seen of a fault in three seconds of descent.  The others have a test of their own below."""

ELSEWHERE = {"motor_short", "pot_drift", "regeneration", "contact_bounce", "end_stop_welded", "brake_weak"}


# ------------------------------------------------------------------ the table


@pytest.mark.req("SE6")
def test_the_table_has_every_row_of_the_catalogue_once() -> None:
    assert sorted(row.number for row in FAULTS) == list(range(1, 92))
    assert len({row.name for row in FAULTS}) == 91


@pytest.mark.req("SE6")
def test_only_what_has_no_place_in_a_simulated_table_cannot_be_injected_and_says_why() -> None:
    assert {row.number for row in FAULTS if not row.simulated} == NOT_HERE
    for row in FAULTS:
        if not row.simulated:
            assert row.how
            with pytest.raises(FaultError, match=f"F{row.number} "):
                World(1).inject(row.name)


@pytest.mark.req("SE6")
def test_every_row_that_can_be_injected_has_a_test_of_what_it_does() -> None:
    assert {row.name for row in FAULTS if row.simulated} == set(VISIBLE) | ELSEWHERE


@pytest.mark.req("SE6")
def test_every_row_says_reaction_and_time_bound() -> None:
    assert all(row.text and row.reaction and row.bound for row in FAULTS)
    assert find("F11").name == "imu_stuck"
    assert find("imu_nan").depths == (Depth.FAST,)


@pytest.mark.parametrize(
    ("name", "params", "says"),
    [
        ("imu_stick", {}, "no fault 'imu_stick'"),
        ("pot_slip", {"bias": 1.0}, "has no parameter 'bias'; it has bias_deg"),
        ("pot_slip", {"bias_deg": 500.0}, "outside -60.0 to 60.0 deg"),
        ("pot_slip", {"bias_deg": float("nan")}, "outside"),
    ],
)
def test_a_wrong_name_or_value_is_one_clear_line(name: str, params: dict[str, float], says: str) -> None:
    with pytest.raises(FaultError, match=says) as refused:
        World(1).inject(name, **params)
    assert "\n" not in str(refused.value)


# ------------------------------------------------------------------ what they do


@pytest.mark.req("SE6")
@pytest.mark.parametrize("name", sorted(VISIBLE))
def test_the_fault_does_visibly_what_its_row_says_and_health_does_not(name: str) -> None:
    seen = watch(name)
    assert VISIBLE[name](seen), (seen.truths[-1], seen.counts[-1], seen.inputs[-1])
    assert not VISIBLE[name](healthy())


@pytest.mark.req("SE6")
@pytest.mark.parametrize("name", sorted(row.name for row in FAULTS if row.simulated))
def test_a_cleared_fault_leaves_no_fault_behind(name: str) -> None:
    world, untouched = World(1), World(1)
    world.inject(name)
    assert world.active_faults == (name,)
    world.clear(name)
    assert not world.active_faults
    for field_name in (
        "pot_frozen",
        "pot_gain",
        "imu_frozen",
        "link_flip",
        "brake_factor",
        "motor_jammed",
        "end_stop_down",
        "link_rate_factor",
    ):
        assert world.fault(field_name) == untouched.fault(field_name)
    world.run_ms(300)
    untouched.run_ms(300)
    for contact in ("start", "estop_a", "estop_b"):
        assert world.seen(contact) == untouched.seen(contact)


@pytest.mark.req("SE6")
def test_pot_drift_wanders_a_degree_in_ten_minutes() -> None:
    world = World(1)
    world.inject("pot_drift")
    world.run_bench(600_000)
    assert (world.instruments().pot_counts - 2046) / 19.25 == pytest.approx(-74.0, abs=0.4)


@pytest.mark.req("PU6", "SE6")
def test_contact_bounce_lasts_as_long_as_the_row_says() -> None:
    world = World(1)
    world.inject("contact_bounce")
    world.press("return")
    levels = []
    for _ in range(60):
        world.run_ms(1)
        levels.append(world.seen("return"))
    assert False in levels[10:20]
    assert all(levels[20:])


@pytest.mark.req("SR5", "SE6")
def test_a_welded_end_stop_stays_closed_past_its_place() -> None:
    world = World(1)
    world.place(93.0)
    world.run_bench(5)
    assert not world.truth().end_stop_down_closed
    world.inject("end_stop_welded")
    world.run_bench(5)
    assert world.truth().end_stop_down_closed


@pytest.mark.req("SR9", "SE6")
def test_a_weak_brake_lets_the_table_creep_faster_than_half_a_degree_a_second() -> None:
    world = World(1)
    world.place(60.0)
    world.run_bench(5000)
    assert world.truth().peak_rate_dps == 0.0
    world.inject("brake_weak")
    world.run_bench(5000)
    assert world.truth().rate_dps > 0.5


@pytest.mark.req("SR9", "SE6")
def test_shorted_motor_leads_latch_the_bridge_off_by_hardware_within_two_milliseconds() -> None:
    world = on_bench(0.0)
    world.run_bench(500, duty=0.2, release_brake=True, contactor=True)
    assert not world.truth().overcurrent_latched
    world.inject("motor_short")
    world.run_bench(2, duty=0.2, release_brake=True, contactor=True)
    assert world.truth().overcurrent_latched
    assert not world.truth().motor_powered


@pytest.mark.req("SR9", "SE6")
@pytest.mark.parametrize("volts", [6.0, -8.0])
def test_regeneration_moves_the_supply_only_while_the_motor_turns_the_table(volts: float) -> None:
    world = on_bench(0.0)
    world.inject("regeneration", volts=volts)
    world.run_bench(100)
    assert world.truth().bus_v == pytest.approx(27.2, abs=0.1)
    world.run_bench(2000, duty=0.2, release_brake=True, contactor=True)
    assert world.truth().bus_v == pytest.approx(27.2 + volts, abs=0.4)


@pytest.mark.req("SR10", "SE6")
def test_power_lost_with_the_battery_gone_too_leaves_the_brake_to_its_spring() -> None:
    seen = watch("power_lost", battery_too=1.0)
    last = seen.truths[-1]
    assert last.bus_v == 0.0
    assert not last.board_running
    assert last.brake_on
    assert last.rate_dps == 0.0


@pytest.mark.req("SR13", "SE6")
def test_the_boards_memory_survives_a_reset_and_not_the_loss_of_its_eeprom() -> None:
    world = World(1)
    world.run_ms(100)
    world.estop()
    world.run_ms(100)
    world.reset_board(2)
    world.run_ms(200)
    world.estop(pressed=False)
    world.run_ms(500)
    assert world.truth().board_mode == 4  # STOPPED is latched across the reset
    assert world.truth().boot_count > World(1).truth().boot_count
