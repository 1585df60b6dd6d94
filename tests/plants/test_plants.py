"""Tables built otherwise (sim/plants.py): whole sessions without a false trip, and what the load check finds on each (SR16)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.core.limits import EMPTY_MA, MA_PER_NM, REFERENCE_CURRENT
from sim.cli import SHIPPED
from sim.commission import commission
from sim.plants import CORNERS, PEOPLE, RANGES, push_nm, random_person, random_plant
from sim.runner import Result
from sim.scenario_loader import load_scenario
from sim.table import NOBODY, TABLE, Person
from tests.plants.loads import FALLS_MOST, HEAD_HEAVY, PLANTS, begun, check, measured

FOOT_HEAVY = Person(mass_kg=150.0, height_m=1.8, balance_m=-0.15, lift_m=0.08)
LIGHTEST = Person(mass_kg=45.0, height_m=1.55, balance_m=0.08, lift_m=0.05)
HEAVIEST = Person(mass_kg=132.0, height_m=1.85, balance_m=-0.08, lift_m=0.10)


def session(name: str, person: Person, lasts_s: float = 900.0, drag: float = 0.0) -> Result:
    """A short session of somebody, or what of it fits into `lasts_s`."""
    run = begun(load_scenario(SHIPPED / "sessions" / "short.toml"), name, person)
    run.scenario = replace(run.scenario, lasts_s=lasts_s)
    if drag:
        run.inject("brake_drags", {"fraction": drag})
    return run.to_the_end()


def furthest_deg(result: Result) -> float:
    return max(row.angle_deg for row in result.rows)


def turned_back(result: Result) -> bool:
    """By the load check, before six degrees, where it stands and asks; no rule broken."""
    load_said = any(moment.kind == "reason" and "load:" in moment.text for moment in result.timeline)
    return load_said and furthest_deg(result) < -69.0 and result.modes[-1] == "LEVEL_WAIT" and not result.violations


@pytest.mark.req("SE1", "SR16", "SR9", "SR4")
@pytest.mark.parametrize("number", range(len(PLANTS)), ids=list(PLANTS))
def test_a_whole_session_on_every_table_has_no_false_trip_and_breaks_no_rule(number: int) -> None:
    result = session(list(PLANTS)[number], random_person(number))
    assert result.failures() == []


@pytest.mark.req("SR16")
@pytest.mark.parametrize("person", [LIGHTEST, HEAVIEST], ids=["lightest", "heaviest"])
@pytest.mark.parametrize("name", ["smooth", "rough", "much_current", "little_current"])
def test_the_lightest_and_the_heaviest_pass_the_load_check_of_every_motor(name: str, person: Person) -> None:
    assert furthest_deg(session(name, person, lasts_s=25.0)) > -67.0


@pytest.mark.req("SR16")
@pytest.mark.parametrize("person", [HEAD_HEAVY, FOOT_HEAVY, NOBODY], ids=["150 kg head-heavy", "150 kg foot-heavy", "nobody"])
@pytest.mark.parametrize("name", ["reference", "smooth", "rough", "much_current", "little_current"])
def test_a_wrong_load_is_turned_back_within_the_first_degrees_on_every_motor(name: str, person: Person) -> None:
    assert turned_back(session(name, person, lasts_s=30.0))


@pytest.mark.req("SR16")
@pytest.mark.parametrize("name", CORNERS)
def test_wrong_balance_at_the_limit_and_the_worst_that_may_be_on_it_stand_clear_of_the_bound(name: str) -> None:
    """3.9 Nm is the bound; what is left of the current's noise is 0.2 at the most, so that 0.4 are twice that."""
    assert check(name, HEAD_HEAVY, seed=1).falls_nm > 4.3
    assert check(name, FALLS_MOST, seed=1).falls_nm < 3.5


@pytest.mark.req("SR9", "SR16")
@pytest.mark.parametrize(("person", "drag"), [(LIGHTEST, 0.30), (Person(), 0.20), (HEAVIEST, 0.10)], ids=["45 kg", "80 kg", "132 kg"])
def test_a_brake_that_drags_is_turned_back_by_the_load_check(person: Person, drag: float) -> None:
    assert turned_back(session("reference", person, lasts_s=30.0, drag=drag))


@pytest.mark.req("SR9", "SR16")
@pytest.mark.parametrize("name", ["reference", "smooth", "little_current"])
@pytest.mark.parametrize(("person", "drag"), [(LIGHTEST, 0.25), (Person(), 0.15)], ids=["45 kg", "80 kg"])
def test_a_drag_too_small_to_be_found_breaks_no_rule_and_brings_everybody_up(name: str, person: Person, drag: float) -> None:
    result = session(name, person, drag=drag)
    assert result.failures() == []


@pytest.mark.req("SR16")
def test_the_reference_tables_figures_are_what_commissioning_measures() -> None:
    """Twelve commissionings lie within 0.7 mA and 0.006 mA a newton metre of their mean."""
    measured_now = commission({})
    assert measured_now.empty_ma == pytest.approx(REFERENCE_CURRENT.empty_ma, abs=3.0)
    assert measured_now.ma_per_nm == pytest.approx(REFERENCE_CURRENT.ma_per_nm, rel=0.005)


@pytest.mark.req("SR16")
@pytest.mark.parametrize("name", PLANTS)
def test_every_table_can_be_commissioned(name: str) -> None:
    """Its gain is the textbook's: 1 A through the motor makes constant x ratio x efficiency newton metres at the pivot."""
    of = {part: value.value for part, value in TABLE.items()} | dict(PLANTS[name])
    expected = 1000.0 / (of["motor_nm_per_a"] * of["gear_ratio"] * of["gear_forward"])
    assert measured(name).ma_per_nm == pytest.approx(expected, rel=0.05)
    assert EMPTY_MA[0] < measured(name).empty_ma < EMPTY_MA[1]
    assert MA_PER_NM[0] < measured(name).ma_per_nm < MA_PER_NM[1]


@pytest.mark.req("SE1")
def test_every_range_holds_its_reference_and_every_plant_stays_inside() -> None:
    assert all(least <= TABLE[name].value <= most for name, (least, most) in RANGES.items())
    for plant in PLANTS.values():
        for name, value in plant.items():
            least, most = RANGES[name]
            assert least <= value <= most or (name == "brake_nm" and value >= 1.1 * push_nm(plant))
    assert len(CORNERS) >= 8


@pytest.mark.req("SE1")
def test_the_same_seed_is_the_same_plant_and_person_and_another_is_another() -> None:
    assert random_plant(3) == random_plant(3) != random_plant(4)
    assert random_person(3) == random_person(3) != random_person(4)
    for seed in range(50):
        person = random_person(seed)
        assert all(least <= getattr(person, name) <= most for name, (least, most) in PEOPLE.items())
