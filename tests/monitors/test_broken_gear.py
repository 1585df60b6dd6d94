"""What a broken gear and a load that comes at once look like from outside: what is the physics', and what is still a rule broken."""

from __future__ import annotations

import pytest

from sim.monitors import judge
from tests.monitors.trajectory import Drawing, start


def found(drawing: Drawing, monitor: str) -> bool:
    return monitor in {violation.monitor for violation in judge(drawing.rows)}


@pytest.mark.parametrize(("duty", "broken"), [(225, False), (0, True)])
def test_of_a_gear_that_slips_counts_what_the_table_goes_further_than_its_motor(duty: int, broken: bool) -> None:
    """1.5 deg/s for two seconds: with a motor that turns as fast there is nothing to see; with one that stands it is a fall."""
    drawing = start().ramp(1.5).cruise(20.0).set(faults="gear_slips", duty=duty).cruise(2.0)
    assert found(drawing, "sensor_travel") is broken


def test_a_table_that_runs_ahead_of_its_motor_is_still_found() -> None:
    drawing = start().ramp(1.5).cruise(20.0).set(faults="gear_slips", duty=225).ramp(2.8).cruise(1.6)
    assert found(drawing, "sensor_travel")


@pytest.mark.parametrize("fault", ["pot_stuck_moving", "encoder_stuck"])
def test_a_motor_that_turns_excuses_no_other_sensor(fault: str) -> None:
    assert found(start().ramp(1.5).cruise(20.0).set(faults=fault, duty=225).cruise(2.0), "sensor_travel")


@pytest.mark.parametrize(("asked", "broken"), [(True, False), (False, True)])
def test_each_return_on_a_standing_table_has_a_travel_of_its_own(asked: bool, broken: bool) -> None:
    drawing = start().ramp(1.5).cruise(20.0).set(faults="gear_slips", duty=0).cruise(0.6).halt().stand(2.0)
    drawing = drawing.press("return_") if asked else drawing.stand(0.3)
    assert found(drawing.ramp(1.5, 30.0).cruise(0.55).halt(), "sensor_travel") is broken


@pytest.mark.parametrize(
    ("fault", "taken_dps", "accel_dps2", "broken"),
    [("overweight", 0.17, 1.77, False), ("", 0.17, 1.77, True), ("overweight", 0.0, 1.77, True), ("overweight", 0.17, 2.3, True)],
)
def test_what_a_load_takes_from_the_rate_at_once_may_be_given_back_and_no_more(
    fault: str, taken_dps: float, accel_dps2: float, broken: bool
) -> None:
    drawing = start().go(30.0).stand(1.0).ramp(-0.2, 1.4)
    drawing = drawing.set(faults=fault).ramp(-0.2 + taken_dps, 1000.0) if taken_dps else drawing.set(faults=fault).cruise(0.02)
    assert found(drawing.ramp(-1.3, accel_dps2).cruise(0.2), "acceleration") is broken
