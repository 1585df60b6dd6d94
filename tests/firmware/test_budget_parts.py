"""Inverted time used and needed, answers, and the end of a session, on both sides of every bound (SR2, SR13, SR15)."""

from __future__ import annotations

import pytest

from tests.firmware.parts import TURN_MS, Parts, Value

TENTH_MS = 100
INVERTED: dict[str, Value] = {"angle.angle_cdeg": 3000, "angle.at_upright": False, "session.session_open": True, "rest.done": True}


def counted(*told: dict[str, Value], tenth: bool = True, times: int = 1) -> Parts:
    """Away in a session; `tenth`: with this call a tenth of a second is full."""
    parts = Parts().set(INVERTED).set({"budget.tick_ms": TENTH_MS - TURN_MS if tenth else 0})
    for values in told:
        parts.set(values)
    return parts.call("budget_update", times=times)


# ------------------------------------------------------------ used


@pytest.mark.req("SR2")
@pytest.mark.parametrize(
    ("used_ds", "unlike"),
    [
        (101, {}),
        (100, {"angle.angle_cdeg": 0}),
        (101, {"angle.angle_cdeg": 1}),
        (100, {"angle.angle_cdeg": -1}),
        (100, {"budget.tick_ms": TENTH_MS - 2 * TURN_MS}),
        (100, {"angle.ready": False}),
        (6000, {"memory.inverted_ds": 5999}),
        (6000, {"memory.inverted_ds": 6000}),
    ],
)
def test_every_tenth_of_a_second_head_down_counts_up_to_ten_minutes(used_ds: int, unlike: dict[str, Value]) -> None:
    parts = counted({"memory.inverted_ds": 100}, unlike)
    assert parts.get("memory.inverted_ds") == used_ds
    if parts.get("angle.ready") and "budget.tick_ms" not in unlike:
        assert parts.read("budget.left_ds budget.tick_ms") == (6000 - used_ds, 0)


@pytest.mark.req("SR2")
@pytest.mark.parametrize(("unsaved_ds", "after_ds", "saved"), [(49, 0, True), (48, 49, False)])
def test_what_was_used_is_written_every_five_seconds(unsaved_ds: int, after_ds: int, saved: bool) -> None:
    parts = counted({"budget.unsaved_ds": unsaved_ds})
    assert parts.read("budget.unsaved_ds save") == (after_ds, saved)


@pytest.mark.req("SR2")
@pytest.mark.parametrize(
    ("spent", "short", "unlike"),
    [
        (False, False, {}),
        (True, True, {"memory.inverted_ds": 6000}),
        (False, True, {"memory.inverted_ds": 5998}),
        (False, False, {"memory.inverted_ds": 6000, "angle.angle_cdeg": 0}),
        (True, True, {"memory.inverted_ds": 6000, "angle.angle_cdeg": 1}),
        (False, True, {"memory.inverted_ds": 6000 - 453}),
        (False, False, {"memory.inverted_ds": 6000 - 454}),
    ],
)
def test_time_is_short_when_a_half_rate_return_from_here_would_just_fit(spent: bool, short: bool, unlike: dict[str, Value]) -> None:
    """Thirty degrees at 0.75 deg/s are 40.0 s (399.9 tenths), and 5.3 s of margin; the tenth now counted is one of them."""
    assert counted(unlike).read("budget.spent budget.short_") == (spent, short)


@pytest.mark.req("SR2", "SR3")
@pytest.mark.parametrize(
    ("needed_ds", "unlike"),
    [
        (399 + 53, {}),
        (399 + 120 + 53, {"rest.done": False, "rest.zone": 1}),
        (399 + 20 + 53, {"rest.done": False, "rest.zone": 1, "rest.rest_ms": 10_000}),
        (1199 + 53, {"angle.angle_cdeg": 9000}),
        (515 + 53, {"angle.angle_cdeg": 3863}),
        (0 + 53, {"angle.angle_cdeg": 1}),
        (0, {"angle.angle_cdeg": 0}),
        (399 + 53, {"angle.rate_cdps": -150}),
        (426 + 53, {"angle.rate_cdps": 320}),
        (0, {"angle.angle_cdeg": 0, "angle.rate_cdps": 320}),
    ],
)
def test_what_a_return_needs_is_its_way_its_rest_and_a_margin_and_a_descent_must_stop_first(
    needed_ds: int, unlike: dict[str, Value]
) -> None:
    assert counted(unlike).get("budget.needed_ds") == needed_ds


# ------------------------------------------------------------ a reset


@pytest.mark.req("SR2", "SR13")
@pytest.mark.parametrize(
    ("used_ds", "told"),
    [
        (50, {}),
        (5050, {"memory.inverted_ds": 5000}),
        (6000, {"memory.inverted_ds": 5950}),
        (6000, {"memory.inverted_ds": 5999}),
        (5999, {"memory.inverted_ds": 5949}),
        (0, {"angle.at_upright": True}),
        (51, {"angle.at_upright": True, "memory.inverted_ds": 1}),
        (0, {"budget.charge_due": False}),
    ],
)
def test_a_reset_charges_five_seconds_where_somebody_may_have_been_head_down(used_ds: int, told: dict[str, Value]) -> None:
    parts = counted({"budget.charge_due": True, "angle.angle_cdeg": -200}, told, tenth=False)
    assert parts.get("memory.inverted_ds") == used_ds
    assert not parts.get("budget.charge_due")
    assert bool(parts.get("save")) is (used_ds > 0)


@pytest.mark.req("SR2", "SR13")
@pytest.mark.parametrize(("kept_ds", "left_ds"), [(0, 6000), (5999, 1), (6000, 0), (6001, 0), (65_535, 0)])
def test_a_start_takes_what_was_kept_and_never_more_than_there_is(kept_ds: int, left_ds: int) -> None:
    parts = Parts().set({"memory.inverted_ds": kept_ds}).call("budget_start")
    assert parts.read("budget.left_ds memory.inverted_ds budget.charge_due") == (left_ds, min(kept_ds, 6000), True)


# ------------------------------------------------------------ the end of a session

OVER: dict[str, Value] = {
    "angle.angle_cdeg": -7500, "angle.at_upright": True, "session.session_open": False, "memory.inverted_ds": 3000,
    "inputs.left_seen_open": True, "inputs.right_seen_open": True, "budget.upright_ms": 30_000 - TURN_MS,
}  # fmt: skip


@pytest.mark.req("SR2")
@pytest.mark.parametrize(
    ("cleared", "unlike"),
    [
        (True, {}),
        (False, {"budget.upright_ms": 30_000 - 2 * TURN_MS}),
        (False, {"angle.at_upright": False}),
        (False, {"session.session_open": True}),
        (False, {"inputs.left_seen_open": False}),
        (False, {"inputs.right_seen_open": False}),
    ],
)
def test_a_sessions_time_is_given_back_thirty_seconds_upright_with_both_locks_seen_open(cleared: bool, unlike: dict[str, Value]) -> None:
    parts = counted(OVER, unlike, tenth=False)
    assert parts.get("memory.inverted_ds") == (0 if cleared else 3000)
    assert bool(parts.get("save")) is cleared


@pytest.mark.req("SR2")
@pytest.mark.parametrize("unlike", [{"angle.at_upright": False}, {"session.session_open": True}])
def test_leaving_upright_rest_or_a_new_session_begins_that_anew(unlike: dict[str, Value]) -> None:
    parts = counted(OVER, unlike, tenth=False)
    assert parts.read("budget.upright_ms inputs.left_seen_open inputs.right_seen_open") == (0, False, False)


@pytest.mark.req("SR2")
def test_nothing_used_is_not_written_again() -> None:
    assert not counted(OVER, {"memory.inverted_ds": 0}, tenth=False).get("save")
    assert counted(OVER, {"memory.inverted_ds": 1}, tenth=False).read("memory.inverted_ds save") == (0, True)


# ------------------------------------------------------------ answers


@pytest.mark.req("SR15")
@pytest.mark.parametrize(
    ("silent_ms", "unlike"),
    [
        (5000 + TURN_MS, {}),
        (82_000, {"budget.unanswered_ms": 82_000 - TURN_MS}),
        (82_000, {"budget.unanswered_ms": 82_000}),
        (0, {"angle.angle_cdeg": 0}),
        (5000 + TURN_MS, {"angle.angle_cdeg": 1}),
        (0, {"inputs.ok.edge": True}),
        (0, {"inputs.start.edge": True}),
        (0, {"inputs.return_.edge": True}),
    ],
)
def test_head_down_the_time_without_an_answer_counts_until_a_button_is_pressed(silent_ms: int, unlike: dict[str, Value]) -> None:
    assert counted({"budget.unanswered_ms": 5000}, unlike, tenth=False).get("budget.unanswered_ms") == silent_ms
