"""The rules are looked at only when a sign has changed: what is remembered is what looking anew would find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.facts import Facts
from controller.core.model import AnkleLocks, Host, Inputs, Mode
from controller.core.perceive import perceive
from controller.core.safety import RULES, Safety, judge
from controller.core.signs import Signs, signs_of
from controller.core.wire import BoardMode, StatusFlag
from tests.core.ideal import LIMITS, Ideal

HEALTHY = perceive(Ideal().ready().state, Ideal().inputs(), LIMITS)
FAULTS = ("imu_stuck", "imu_noise", "imu_bias", "imu_gravity")


Draw = Callable[[st.SearchStrategy[Any]], Any]


def changed(draw: Draw, f: Facts) -> Facts:
    """One or two facts otherwise."""
    choices: dict[str, st.SearchStrategy[Any]] = {
        "mode": st.sampled_from(list(Mode)), "board_mode": st.sampled_from([None, *BoardMode]), "board_ok": st.booleans(),
        "flags": st.integers(0, 2**16 - 1), "contacts": st.integers(0, 255), "reasons": st.integers(0, 2**29 - 1), "tilt_ok": st.booleans(),
        "off_upright": st.booleans(), "unanswered": st.booleans(), "load_wrong": st.booleans(), "inverted": st.booleans(),
        "session": st.booleans(), "at_rest": st.booleans(), "time_left_s": st.sampled_from([0.5, 600.0]),
        "in_mode_s": st.sampled_from([1.0, 99.0]), "moving_dps": st.sampled_from([-1.0, 0.0, 1.0]),
        "angle_deg": st.sampled_from([-75.0, 93.0]),
    }  # fmt: skip
    names = draw(st.lists(st.sampled_from(sorted(choices)), max_size=2, unique=True))
    outer: dict[str, Any] = {name: draw(choices[name]) for name in names}
    f = replace(f, **outer)
    inner = draw(st.sampled_from(["none", "tilt", "inputs", "watch", "buttons", "board"]))
    if inner == "tilt":
        return replace(f, tilt=replace(f.tilt, faults=tuple(draw(st.lists(st.sampled_from(FAULTS), unique=True)))))
    if inner == "inputs":
        return replace(f, inputs=_inputs(draw, f.inputs))
    if inner == "watch":
        return replace(f, watch=replace(f.watch, late=draw(st.integers(0, 4))))
    if inner == "buttons":
        return replace(f, buttons=replace(f.buttons, stuck=draw(st.integers(0, 1)), masked=draw(st.integers(0, 1))))
    return replace(f, board=replace(f.board, identified=draw(st.booleans()))) if inner == "board" else f


def _inputs(draw: Draw, inputs: Inputs) -> Inputs:
    ankles = AnkleLocks(left_closed=draw(st.booleans()), right_closed=draw(st.booleans()))
    host = Host(temperature_c=draw(st.sampled_from([40.0, 90.0])), storage_ok=draw(st.booleans()), config_ok=draw(st.booleans()))
    return replace(inputs, estop_aux_closed=draw(st.booleans()), ankles=ankles, host=host)


@pytest.mark.req("SR1", "SR6", "SR7", "SR8", "SR9", "SR11")
@given(st.data())
def test_what_is_remembered_is_what_looking_anew_would_find(data: st.DataObject) -> None:
    f, remembered = HEALTHY, Safety()
    for _ in range(4):
        f = changed(data.draw, f)
        f = replace(f, now_s=f.now_s + 0.02)
        remembered = judge(remembered, f, reset=False, inspected=False)
        found = {row for row, _ in judge(Safety(), f, reset=False, inspected=False).since_s}
        true_now = {row for row, rule in enumerate(RULES) if rule.broken(signs_of(f))}
        assert {row for row, _ in remembered.since_s} == found == true_now


def test_signs_hold_no_figure_that_moves_from_tick_to_tick() -> None:
    moving = {"now_s", "dt_s", "in_mode_s", "angle_deg", "rate_dps", "time_left_s", "return_s", "moving_dps"}
    assert moving <= {item.name for item in fields(Facts)}
    assert moving.isdisjoint(Signs._fields)


@pytest.mark.req("SR9", "F77")
@pytest.mark.parametrize(("seen_dps", "moves"), [(-1.001, True), (-1.0, False), (1.0, False), (1.001, True)])
def test_one_degree_a_second_is_not_yet_motion_nobody_asked_for(seen_dps: float, moves: bool) -> None:
    quiet = StatusFlag.BRAKE_SET | StatusFlag.AT_REST
    f = replace(HEALTHY, tilt_ok=True, flags=quiet, contacts=0, tilt=replace(HEALTHY.tilt, rate_dps=seen_dps))
    assert signs_of(f).moves_unasked is moves


@pytest.mark.req("SR2")
@pytest.mark.parametrize(("left_s", "out"), [(101.0, True), (101.04, False)])
def test_the_time_is_out_one_second_before_the_last_moment_for_a_return(left_s: float, out: bool) -> None:
    f = replace(HEALTHY, inverted=True, session=True, return_s=100.0, time_left_s=left_s)
    assert signs_of(f).time_out is out
