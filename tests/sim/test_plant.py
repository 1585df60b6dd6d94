"""The physics holds what mechanics and the guide say: energy, friction, brake, stopping distance, gear, lever, supply."""

from __future__ import annotations

from math import cos, radians, sin

import pytest

from sim.table import EVERYBODY, HEAVIEST, NOBODY, Person
from sim.world import World
from tests.sim.hand import on_bench

GRAVITY_MPS2 = 9.80665


def frictionless(person: Person, angle_deg: float) -> World:
    world = World(1, person)
    for name in ("pivot_coulomb_nm", "pivot_viscous_nms", "damper_nms_per_rad"):
        world.set_part(name, 0.0)
    world.place(angle_deg)
    return world


def height_energy_j(person: Person, angle_deg: float) -> float:
    """m g h of person and frame; h of the centre of mass over the pivot."""
    angle = radians(angle_deg)
    body = person.mass_kg * (-person.balance_m * sin(angle) + person.lift_m * cos(angle))
    frame = 24.0 * (0.02 * sin(angle) + 0.02 * cos(angle))
    return GRAVITY_MPS2 * (body + frame)


def inertia_kgm2(person: Person) -> float:
    gyration_m = 0.289 * person.height_m
    return 9.0 + person.mass_kg * (gyration_m**2 + person.balance_m**2 + person.lift_m**2)


@pytest.mark.req("SE1")
@pytest.mark.parametrize("person", [EVERYBODY, Person(mass_kg=132.0, balance_m=0.03, lift_m=0.1)])
def test_a_table_without_friction_neither_gains_nor_loses_energy(person: Person) -> None:
    world = frictionless(person, 40.0)
    start_j = height_energy_j(person, 40.0)
    for _ in range(20):
        world.run_bench(40, lever=True)
        truth = world.truth()
        kinetic_j = 0.5 * inertia_kgm2(person) * radians(truth.rate_dps) ** 2
        assert height_energy_j(person, truth.angle_deg) + kinetic_j == pytest.approx(start_j, abs=0.02 * max(1.0, kinetic_j))
    assert truth.angle_deg > 45.0  # and it did swing: head-down from 40 degrees with this balance


@pytest.mark.req("SE1")
def test_gravity_pulls_where_the_centre_of_mass_is() -> None:
    head_heavy = on_bench(0.0, Person(balance_m=0.05, lift_m=0.0))
    foot_heavy = on_bench(0.0, Person(balance_m=-0.05, lift_m=0.0))
    head_heavy.run_bench(1000, lever=True)
    foot_heavy.run_bench(1000, lever=True)
    assert head_heavy.truth().angle_deg > 0.2
    assert foot_heavy.truth().angle_deg < -0.2


@pytest.mark.req("SE1")
def test_arms_overhead_move_the_balance_towards_the_head_within_two_seconds() -> None:
    world = on_bench(0.0)
    before_nm = world.truth().gravity_nm
    world.set_person(arms_overhead=1.0)
    world.run_bench(100)
    soon_nm = world.truth().gravity_nm
    world.run_bench(2400)
    gained_nm = world.truth().gravity_nm - before_nm
    assert 0.0 < soon_nm - before_nm < 0.4 * gained_nm  # not at once
    assert gained_nm == pytest.approx(80.0 * GRAVITY_MPS2 * 0.099 * 0.35 * 1.75, rel=0.02)


@pytest.mark.req("SE1")
def test_the_set_brake_holds_150_kg_badly_balanced_without_any_motion() -> None:
    world = World(1, Person(mass_kg=150.0, balance_m=0.12, lift_m=0.12))
    world.place(45.0)
    world.run_bench(20000)
    truth = world.truth()
    assert truth.angle_deg == pytest.approx(45.0, abs=1e-9)
    assert truth.peak_rate_dps == 0.0


@pytest.mark.req("SE1")
def test_the_gear_creeps_with_the_motor_off_and_the_brake_lifted() -> None:
    world = on_bench(60.0, HEAVIEST)
    world.run_bench(3000, release_brake=True, contactor=True)
    truth = world.truth()
    assert not truth.motor_powered
    assert truth.rate_dps > 0.5  # not self-locking


@pytest.mark.req("SE1")
def test_a_light_balanced_table_stays_where_static_friction_holds_it() -> None:
    world = on_bench(0.0, Person(mass_kg=50.0, balance_m=0.009, lift_m=0.0))
    world.run_bench(5000, release_brake=True, contactor=True)
    assert world.truth().angle_deg == pytest.approx(0.0, abs=1e-9)


@pytest.mark.req("SE1")
def test_the_worm_takes_more_from_the_motor_than_it_gives_back() -> None:
    """Same load, same speed: lifting costs more torque than lowering returns (forward 0.60, backward 0.33)."""
    amps = {}
    for way in (-1.0, 1.0):
        world = on_bench(70.0, HEAVIEST)
        for step in range(300):
            world.run_bench(10, duty=way * min(0.25, step * 0.002), release_brake=True, contactor=True)
        amps[way] = world.truth().motor_a
    assert amps[-1.0] < -0.5  # lifting, current drives ascent
    assert -0.45 < amps[1.0] < 0.1  # lowering gives a third back, or nothing
    assert abs(amps[-1.0]) > 3.0 * abs(amps[1.0])


@pytest.mark.req("SE1")
def test_full_duty_turns_the_empty_table_at_six_degrees_a_second() -> None:
    world = on_bench(0.0, NOBODY)
    world.place(0.0, 5.9)
    world.run_bench(1500, duty=1.0, release_brake=True, contactor=True)
    truth = world.truth()
    assert truth.rate_dps * 24.0 / truth.bus_v == pytest.approx(6.0, abs=0.05)


@pytest.mark.req("SE1")
def test_with_both_bridge_sides_off_the_motor_coasts() -> None:
    coasting, braking = (on_bench(0.0) for _ in range(2))
    for world in (coasting, braking):
        world.place(0.0, 2.0)
    coasting.run_bench(300, duty=0.0, release_brake=True, contactor=True)
    braking.run_bench(300, duty=0.001, release_brake=True, contactor=True)
    assert coasting.truth().rate_dps > 1.2
    assert coasting.truth().motor_a == 0.0
    assert abs(braking.truth().rate_dps) < 0.2  # next to nothing of duty short-circuits the back-EMF


@pytest.mark.req("SR1", "SE1")
@pytest.mark.parametrize("rate_dps", [3.0, -3.0])
@pytest.mark.parametrize("person", [NOBODY, Person(mass_kg=50.0), Person(mass_kg=100.0), HEAVIEST])
def test_the_emergency_stop_holds_anybody_within_a_degree_and_300_ms(person: Person, rate_dps: float) -> None:
    world = on_bench(75.0, person)
    world.place(75.0, rate_dps)
    took_ms = 0
    while world.truth().rate_dps != 0.0:
        world.run_bench(1)  # contactor's and brake's coils dropped in the same millisecond
        took_ms += 1
        assert took_ms <= 300
    assert abs(world.truth().angle_deg - 75.0) <= 1.0
    assert took_ms >= 50  # the brake's own delay is in it


@pytest.mark.req("SE1")
def test_the_brake_takes_50_ms_to_set_and_50_to_let_go() -> None:
    world = World(1)
    world.place(30.0)
    states = []
    for _ in range(100):
        world.run_bench(1, release_brake=True, contactor=True)
        states.append(world.truth().brake_on)
    released_ms = states.index(False)
    assert 60 <= released_ms <= 70  # contactor 15 ms, then the coil's 50
    states = []
    for _ in range(100):
        world.run_bench(1, release_brake=False, contactor=True)
        states.append(world.truth().brake_on)
    assert 49 <= states.index(True) <= 51


@pytest.mark.req("SR1")
def test_the_coil_has_no_power_without_the_contactor() -> None:
    world = World(1)
    world.place(30.0)
    world.run_bench(500, duty=0.3, release_brake=True, contactor=False)
    truth = world.truth()
    assert truth.brake_on
    assert not truth.motor_powered
    assert truth.motor_a == 0.0


@pytest.mark.req("SR5", "SE1")
def test_the_mechanical_stops_end_the_travel_and_the_switches_open_before_them() -> None:
    down = on_bench(89.0)
    up = on_bench(-72.0)
    for step in range(500):
        duty = min(0.3, step * 0.004)
        down.run_bench(20, duty=duty, release_brake=True, contactor=True)
        up.run_bench(20, duty=-duty, release_brake=True, contactor=True)
    low, high = down.truth(), up.truth()
    assert 92.0 < low.angle_deg < 97.0
    assert not low.end_stop_down_closed
    assert low.end_stop_up_closed
    assert -78.0 < high.angle_deg < -75.5
    assert not high.end_stop_up_closed


@pytest.mark.req("SR14", "SE1")
def test_the_release_lever_declutches_against_a_damper_of_five_degrees_a_second() -> None:
    world = World(1, Person(mass_kg=150.0, balance_m=0.02, lift_m=0.15))
    world.place(60.0)
    world.run_bench(1)
    counts = world.instruments().encoder_counts
    world.run_bench(4000, lever=True)
    truth = world.truth()
    assert world.instruments().encoder_counts == counts
    assert truth.angle_deg > 62.0
    assert truth.peak_rate_dps <= 5.0
    assert truth.rotor_angle_deg == pytest.approx(60.0, abs=0.01)  # the rotor stayed behind: the encoder cannot see this
    world.run_bench(2000)
    assert world.truth().rate_dps == 0.0  # lever back: brake and gear hold again


@pytest.mark.req("SR14", "SE1")
def test_a_gear_that_takes_hold_of_a_standing_table_again_throws_nobody() -> None:
    """The rotor still turns when the lever comes back: what it has left the table shares, and the brake takes."""
    world = on_bench(0.0, Person(mass_kg=52.0, height_m=1.55, balance_m=0.01, lift_m=0.05))
    world.run_bench(400, duty=0.226, release_brake=True, contactor=True)
    coasting_dps = world.truth().rate_dps
    world.run_bench(1000, lever=True)
    assert world.truth().rate_dps == pytest.approx(0.0, abs=0.02)
    world.run_bench(40)
    assert 0.1 < world.truth().peak_rate_dps < coasting_dps
    assert world.truth().rate_dps == 0.0


@pytest.mark.req("SR9", "SE1")
@pytest.mark.parametrize("carries_nm", [10.0, 100.0])
def test_a_slipping_gear_carries_what_it_can_and_the_table_falls_under_the_rest(carries_nm: float) -> None:
    """Moment over inertia, for the first tenth of a second; the rotor hardly follows."""
    person = Person(mass_kg=132.0, height_m=1.75, balance_m=0.08, lift_m=0.1)
    world = on_bench(60.0, person)
    world.set_fault("gear_slips", 1.0)
    world.set_fault("gear_slip_nm", carries_nm)
    world.run_bench(100, release_brake=True, contactor=True)
    body_nm = GRAVITY_MPS2 * 132.0 * (0.08 * cos(radians(60.0)) + 0.1 * sin(radians(60.0)))
    frame_nm = GRAVITY_MPS2 * 24.0 * (-0.02 * cos(radians(60.0)) + 0.02 * sin(radians(60.0)))
    expected_rad_s = (body_nm + frame_nm - 3.0 - carries_nm) / inertia_kgm2(person) * 0.1
    assert radians(world.truth().rate_dps) == pytest.approx(expected_rad_s, rel=0.03)
    assert world.truth().rotor_angle_deg < 60.02


@pytest.mark.req("SR9", "SE1")
def test_with_the_shaft_broken_the_brake_on_the_pivot_stops_the_person_and_keeps_them_still() -> None:
    world = World(1, HEAVIEST)
    world.place(60.0, 2.0)
    world.set_fault("gear_slips", 1.0)
    world.run_bench(300)
    stopped = world.truth()
    assert stopped.rate_dps == 0.0
    world.run_bench(2000)
    assert world.truth().angle_deg == stopped.angle_deg
    assert world.truth().peak_rate_dps == 0.0


@pytest.mark.req("SE1")
def test_somebody_beside_the_table_can_turn_it_up_by_hand_with_the_lever_pulled() -> None:
    world = World(1)
    world.place(30.0)
    world.set_person(hand_nm=-150.0)
    world.run_bench(10000, lever=True)
    assert world.truth().angle_deg < 10.0


@pytest.mark.req("SR10", "SE1")
def test_without_mains_the_battery_sags_under_load_and_runs_down() -> None:
    world = on_bench(60.0, HEAVIEST)
    on_mains_v = world.truth().bus_v
    world.set_mains(False)
    world.run_bench(100)
    idle = world.truth()
    for step in range(200):
        world.run_bench(10, duty=-min(0.3, step * 0.004), release_brake=True, contactor=True)
    loaded = world.truth()
    assert idle.bus_v < on_mains_v - 1.0
    assert loaded.bus_v < idle.bus_v - 0.05
    assert loaded.battery_charge < idle.battery_charge
    world.set_fault("battery_gone", 1.0)
    world.run_bench(100, duty=-0.3, release_brake=True, contactor=True)
    dead = world.truth()
    assert dead.bus_v == 0.0
    assert dead.brake_on
    assert not dead.motor_powered


@pytest.mark.req("SR9")
def test_a_locked_motor_at_full_duty_trips_the_hardware_latch_which_only_the_contactor_resets() -> None:
    world = World(1)
    world.place(0.0)
    world.set_fault("motor_jammed", 1.0)
    world.run_bench(200, duty=1.0, release_brake=True, contactor=True)
    assert world.truth().overcurrent_latched
    assert not world.truth().motor_powered
    world.run_bench(2000, duty=0.0, contactor=True)
    assert world.truth().overcurrent_latched
    world.run_bench(300, duty=0.0, contactor=False)
    assert world.truth().overcurrent_latched
    world.run_bench(400, duty=0.0, contactor=False)
    assert not world.truth().overcurrent_latched
