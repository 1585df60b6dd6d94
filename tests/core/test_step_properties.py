"""Random histories: whatever comes in, the core never raises and never asks for what no rule allows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.model import AnkleLocks, BoardReport, Host, ImuReading, Inputs, Latches, Mode, Outputs, Panel, Permission
from controller.core.modes import RETURNS
from controller.core.refusals import INTERLOCKS
from controller.core.step import State, step
from controller.core.wire import BoardMode, Request, StatusFlag
from tests.core.ideal import LIMITS, PLAN, Ideal, imu_at

angles = st.one_of(st.sampled_from([-75.0, -74.0, -3.0, 0.0, 15.0, 28.0, 30.0, 32.0, 60.0, 90.0, 93.0]), st.floats(-90.0, 95.0))
panels = st.builds(Panel, start=st.booleans(), return_=st.booleans(), dizzy=st.booleans(), ok=st.booleans(), select_minus=st.booleans(),
                   select_plus=st.booleans(), spotter=st.booleans(), age_s=st.sampled_from([0.0, 0.2]))  # fmt: skip
boards = st.builds(
    BoardReport, age_s=st.sampled_from([0.01, 0.01, 0.01, 0.2]), identified=st.booleans(), mode=st.sampled_from(list(BoardMode)),
    reasons=st.integers(0, 2**29 - 1) | st.just(0), flags=st.integers(0, 2**16 - 1), contacts=st.integers(0, 255), angle_deg=angles,
    rate_dps=st.floats(-6.0, 6.0), current_ma=st.integers(-20000, 20000), pot_deg=angles, encoder_deg=angles,
    battery_mv=st.integers(0, 36000), budget_left_s=st.floats(0.0, 600.0), round_trip_s=st.floats(0.0, 0.2),
)  # fmt: skip
SILENT = ImuReading()


@st.composite
def moments(draw: st.DrawFn) -> tuple[Inputs, float, float]:
    """Inputs without their time, how long they last, and the true angle the IMU shows."""
    inputs = Inputs(
        now_s=0.0, imu=SILENT, panel=draw(panels), estop_aux_closed=draw(st.booleans()), board=draw(boards),
        ankles=AnkleLocks(left_closed=draw(st.booleans()), right_closed=draw(st.booleans())),
        host=Host(late_s=draw(st.sampled_from([0.0, 0.02])), temperature_c=40.0, storage_ok=True, config_ok=True),
        permission=Permission(plan=draw(st.sampled_from([None, PLAN])), spotter_required=draw(st.booleans())),
    )  # fmt: skip
    return inputs, draw(st.sampled_from([0.02, 0.1, 0.5, 2.0])), draw(angles)


def histories(begin: State, begin_s: float, story: list[tuple[Inputs, float, float]]) -> list[tuple[State, Inputs, Outputs]]:
    state, now_s, told = begin, begin_s, []
    for inputs, lasts_s, angle_deg in story:
        for tick in range(max(1, round(lasts_s / 0.02))):
            now_s += 0.02
            imu = imu_at(angle_deg, 0.0, now_s) if tick or lasts_s > 0.02 else SILENT
            given_now = replace(inputs, now_s=now_s, imu=imu)
            before = state
            state, outputs = step(state, given_now, LIMITS)
            told.append((before, given_now, outputs))
    return told


def starts() -> list[tuple[State, float]]:
    """States worth beginning a random history from: the service's start, and the middle of every kind of session phase."""
    fresh = Ideal()
    found = [(State.initial(Latches()), 10.0), (fresh.ready().state, fresh.now_s)]
    for mode in (Mode.PROOF_TEST, Mode.DESCENDING, Mode.HOLDING, Mode.RETURNING, Mode.RESTING):
        world = Ideal().started().until(mode).run(1.0)
        found.append((world.state, world.now_s))
    return found


STARTS = starts()
stories = st.lists(moments(), min_size=1, max_size=6)
begins = st.sampled_from(STARTS)


@pytest.mark.req("SR1", "SR3", "SR7", "SR9", "SR11")
@given(begin=begins, story=stories)
def test_no_history_makes_the_core_ask_for_what_no_rule_allows(
    begin: tuple[State, float], story: list[tuple[Inputs, float, float]]
) -> None:
    for before, inputs, out in histories(*begin, story):
        command, board = out.command, inputs.board
        heard = board.age_s <= 0.1 and board.identified
        assert (command is None) == (not heard)
        if command is None:
            continue
        moves = command.rate_dps != 0.0 or command.request is Request.ASCEND
        if out.mode in (Mode.STOPPED, Mode.FAULT, Mode.IDLE, Mode.SETTLING, Mode.RELEASE, Mode.LEVEL_WAIT, Mode.PAUSED, Mode.DIZZY_WAIT):
            assert not moves, out.mode
        if not inputs.estop_aux_closed:
            assert not moves
            assert out.mode is Mode.STOPPED
        if out.mode in RETURNS:
            assert command.rate_dps <= 0.0 or command.request is Request.DIZZY_BACK
            assert command.request is not Request.FOLLOW
        if command.request is Request.RETURN_UP and command.rate_dps < 0.0 and before.mode is Mode.RETURNING and before.tilt.trusted:
            past = before.tilt.angle_deg < 28.0 and before.tilt.angle_deg > -70.0
            both = before.rest.done and board.flags & StatusFlag.REST_DONE
            assert not past or both or abs(command.rate_dps) <= abs(before.motion.rate_dps)  # at most still braking
        assert abs(command.rate_dps) <= 1.5 + 1e-6
        assert command.permitted_angle_deg <= 90.0


@pytest.mark.req("SR11", "PU2")
@given(begin=begins, story=stories)
def test_refusals_name_only_interlocks_that_are_open(begin: tuple[State, float], story: list[tuple[Inputs, float, float]]) -> None:
    words = {row.refusal.says for row in INTERLOCKS}
    for before, inputs, out in histories(*begin, story):
        said = {refusal.says for refusal in out.refusals}
        if before.mode is Mode.IDLE:
            assert said <= words | {reason.says for reason in out.reasons}
            ankles = "Ankle locks are not closed." in said
            assert ankles or inputs.ankles.all_closed
            assert ("No session is chosen." in said) == (inputs.permission.plan is None)
        else:
            assert said
        if said and before.mode is Mode.IDLE:
            assert out.mode is not Mode.PROOF_TEST


@pytest.mark.req("PU2")
@given(begin=begins, story=stories)
def test_the_display_always_fits_and_the_story_is_never_without_words(
    begin: tuple[State, float], story: list[tuple[Inputs, float, float]]
) -> None:
    for _, _, out in histories(*begin, story):
        assert all(len(line) <= 21 for line in out.lines)
        assert out.lines[0] != ""
        assert all(event.text for event in out.events)
        assert all(reason.says and reason.way_back for reason in out.reasons)
        assert 0 <= out.ladder <= 3


@pytest.mark.req("SR13")
@given(begin=begins, story=stories)
def test_the_same_history_gives_the_same_story(begin: tuple[State, float], story: list[tuple[Inputs, float, float]]) -> None:
    assert histories(*begin, story) == histories(*begin, story)
