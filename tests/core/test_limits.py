"""The Pi's limits cannot be loosened.  Hard ends restated by hand from the requirements."""

from __future__ import annotations

from dataclasses import fields, replace
from math import inf, nan, nextafter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.limits import RANGES, Limits, Mounting

MOVABLE = {  # least, default, most
    "upright_deg": (-85.0, -75.0, -60.0),
    "ceiling_deg": (15.0, 90.0, 90.0),
    "rate_dps": (1.0, 1.5, 3.0),
    "accel_dps2": (0.75, 1.5, 1.5),
    "rest_s": (10.0, 12.0, 15.0),
    "max_inverted_s": (60.0, 600.0, 600.0),
    "ask_every_s": (30.0, 60.0, 60.0),
    "settling_s": (30.0, 45.0, 60.0),
    "battery_two_returns_mv": (23000.0, 23000.0, 26000.0),
}
FIXED = {
    "level_deg": -3.0,
    "level_half_deg": 2.0,
    "gate_deg": 30.0,
    "gate_half_deg": 2.0,
    "overrun_deg": 2.0,
    "half_rate_dps": 0.75,
    "max_rate_dps": 3.0,
    "overspeed_dps": 5.0,
    "stop_accel_dps2": 3.0,
    "jerk_dps3": 3.0,
    "stop_jerk_dps3": 20.0,
    "at_rest_dps": 0.1,
    "rest_past_gate_s": 10.0,
    "answer_within_s": 20.0,
    "warning_s": 2.0,
    "no_progress_s": 10.0,
    "estop_ladder_s": 60.0,
    "session_clear_s": 30.0,
    "reset_hold_s": 3.0,
    "inspection_hold_s": 5.0,
    "locks_closed_s": 1.0,
    "board_silent_s": 0.1,
    "imu_stale_s": 0.05,
    "disagree_deg": 1.5,
    "disagree_s": 0.1,
    "button_stable_s": 0.03,
    "button_stuck_s": 10.0,
    "tick_s": 0.02,
}


def limits_with(name: str, value: float) -> Limits:
    return replace(Limits(), **{name: value})  # type: ignore[arg-type]  # every field but the mounting is a float


@pytest.mark.req("SR2", "SR3", "SR4", "SR5", "SR15", "TP11")
def test_every_limit_is_restated_here_with_its_hard_ends() -> None:
    assert set(RANGES) == set(MOVABLE) | set(FIXED)
    assert {name: (r.least, r.default, r.most) for name, r in RANGES.items() if name in MOVABLE} == MOVABLE
    assert {name: (r.least, r.default, r.most) for name, r in RANGES.items() if name in FIXED} == {n: (v, v, v) for n, v in FIXED.items()}


@pytest.mark.req("SR4")
def test_every_field_but_what_is_measured_has_a_range_and_starts_at_its_default() -> None:
    limits = Limits()
    assert {item.name for item in fields(limits)} == {*RANGES, "mounting", "current"}
    assert {name: getattr(limits, name) for name in RANGES} == {name: r.default for name, r in RANGES.items()}


@pytest.mark.req("SR2", "SR3", "SR4", "SR5", "SR8")
@pytest.mark.parametrize("name", sorted(RANGES))
@pytest.mark.parametrize("end", ["least", "most"])
def test_a_hair_outside_either_end_is_refused_in_one_line_and_the_end_itself_is_not(name: str, end: str) -> None:
    edge = getattr(RANGES[name], end)
    assert getattr(limits_with(name, edge), name) == edge
    with pytest.raises(ValueError, match=rf"^{name}: [^\n]+$"):
        limits_with(name, nextafter(edge, inf if end == "most" else -inf))


@pytest.mark.req("SR4")
@pytest.mark.parametrize("name", sorted(RANGES))
@pytest.mark.parametrize("value", [nan, inf, -inf])
def test_what_is_no_number_is_refused(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=rf"^{name}: "):
        limits_with(name, value)


@pytest.mark.req("SR4")
def test_the_line_names_value_hard_limit_and_what_is_allowed() -> None:
    with pytest.raises(ValueError, match=r"^rate_dps: 9\.0 is above the hard limit 3\.0; allowed 1\.0 to 3\.0 \(SR4\)$"):
        Limits(rate_dps=9.0)
    with pytest.raises(ValueError, match=r"^gate_deg: 31\.0 is not the fixed value 30\.0 \(SR3\); it cannot be configured$"):
        Limits(gate_deg=31.0)


@given(st.sampled_from(("+x", "-x", "+y", "-y", "+z", "-z")), st.sampled_from(("+x", "-x", "+y", "-y", "+z", "-z")))
def test_a_mounting_needs_two_different_axes(head: str, face: str) -> None:
    if head[1] == face[1]:
        with pytest.raises(ValueError, match="two must be different axes"):
            Mounting(head_axis=head, face_axis=face)
    else:
        assert Mounting(head_axis=head, face_axis=face).head_axis == head


@pytest.mark.req("SR8")
@pytest.mark.parametrize(
    "wrong",
    [
        {"head_axis": "x"},
        {"face_axis": "up"},
        {"zero_deg": 10.1},
        {"zero_deg": nan},
        {"accel_offset_mps2": (0.0, 0.0, 0.41)},
        {"accel_offset_mps2": (nan, 0.0, 0.0)},
        {"gyro_offset_dps": (0.0, -3.1, 0.0)},
    ],
)
def test_a_calibration_beyond_what_a_healthy_chip_needs_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"^mounting\.[a-z_]+2?: [^\n]+$"):
        Mounting(**wrong)  # type: ignore[arg-type]
