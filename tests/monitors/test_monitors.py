"""Every monitor stays silent on good traces and fires, naming its rule and figure, on hand-made bad ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sim.monitors import MONITORS, Violation, Watch, judge
from sim.story import Setting
from tests.monitors.trajectory import Drawing, good_session, inverted, rest_and_up, start

OPEN_LOCKS = {"left_primary": False, "left_secondary": False, "right_primary": False, "right_secondary": False}
Draw = Callable[[], Drawing]


def names(violations: list[Violation]) -> set[str]:
    return {violation.monitor for violation in violations}


@pytest.mark.parametrize("to_deg", [10.0, 15.0, 30.0, 45.0, 60.0, 90.0])
def test_a_good_session_breaks_nothing(to_deg: float) -> None:
    assert judge(good_session(to_deg).rows) == []


def estop_during_descent() -> Drawing:
    return start().ramp(1.5).cruise(20.0).set(estop_a_closed=False, estop_b_closed=False).halt()


def test_a_good_emergency_stop_and_rescue_break_nothing() -> None:
    drawing = estop_during_descent().stand(10.0).set(estop_a_closed=True, estop_b_closed=True).stand(2.0)
    drawing.set(return_=True).stand(13.0).go(-75.0, 0.75).set(return_=False).stand(1.0)
    drawing.stand(3.2, ok=True).stand(1.0)
    assert judge(drawing.rows) == []


def test_a_rescue_let_go_stops_within_its_second_and_breaks_nothing() -> None:
    drawing = estop_during_descent().set(estop_a_closed=True, estop_b_closed=True).stand(12.0)
    drawing.set(return_=True).stand(0.5).ramp(-0.75).cruise(3.0).set(return_=False).ramp(0.0, 3.0).stand(5.0)
    assert judge(drawing.rows) == []


def test_a_good_lost_controller_breaks_nothing() -> None:
    drawing = start().ramp(1.5).cruise(60.0).set(pi_alive=False).cruise(0.1).ramp(0.0, 3.0)
    drawing.stand(0.6).warn().stand(12.0).warn().go(-3.0).set(board_buzzer=3).stand(30.0)
    drawing.press("ok").set(board_buzzer=0).go(-75.0)
    assert judge(drawing.rows) == []


def test_a_good_return_with_an_ankle_lock_open_breaks_nothing() -> None:
    drawing = start().ramp(1.5).cruise(60.0).set(left_secondary=False).cruise(0.02).ramp(0.0, 3.0)
    rest_and_up(drawing.set(board_buzzer=2, ok=True).stand(0.1).set(ok=False), rate_dps=0.75)
    assert judge(drawing.rows) == []


# ------------------------------------------------------------- one bad trace, at least, per monitor


def estop_coasts() -> Drawing:
    return start().ramp(1.5).cruise(20.0).set(estop_a_closed=False, estop_b_closed=False).ramp(0.0, 3.0)


def estop_ignored() -> Drawing:
    return start().ramp(1.5).cruise(20.0).set(estop_b_closed=False).cruise(2.0)


def estop_then_up_by_itself() -> Drawing:
    return estop_during_descent().set(estop_a_closed=True, estop_b_closed=True).stand(12.0).warn().ramp(-0.75).cruise(3.0)


def estop_then_up_with_a_stale_return() -> Drawing:
    drawing = start().ramp(1.5).cruise(20.0).set(return_=True).cruise(0.02).set(estop_a_closed=False).halt()
    return drawing.set(estop_a_closed=True).stand(12.0).ramp(-0.75).cruise(3.0)


def estop_then_up_while_pressed() -> Drawing:
    return estop_during_descent().stand(12.0).set(return_=True).stand(0.5).ramp(-0.75).cruise(2.0)


def rescue_goes_down() -> Drawing:
    drawing = estop_during_descent().set(estop_a_closed=True, estop_b_closed=True).stand(12.0)
    return drawing.set(return_=True).stand(0.5).ramp(0.75).cruise(3.0)


def rescue_goes_on_when_let_go() -> Drawing:
    drawing = estop_during_descent().set(estop_a_closed=True, estop_b_closed=True).stand(12.0)
    return drawing.set(return_=True).stand(0.5).ramp(-0.75).cruise(3.0).set(return_=False).cruise(1.5)


def too_long() -> Drawing:
    drawing = inverted(80.0)
    for _ in range(12):
        drawing.stand(49.7).press("ok")
    return rest_and_up(drawing)


def no_rest() -> Drawing:
    return inverted(60.0).stand(20.0).press("return_").go(-75.0)


def rest_in_the_wrong_place() -> Drawing:
    return inverted(60.0).stand(20.0).press("return_").go(36.0).stand(15.0).warn().go(-75.0)


def no_rest_past_the_gate() -> Drawing:
    return start().ramp(1.5).cruise(60.0).ramp(0.0).press("return_").go(-75.0)


def rest_void_after_going_down() -> Drawing:
    return inverted(15.0).stand(20.0).go(25.0).press("return_").go(-75.0)


def rocks_over_the_gate() -> Drawing:
    return inverted(40.0).stand(1.0).go(20.0).stand(1.0).go(40.0)


def too_fast() -> Drawing:
    return start().ramp(3.3).cruise(3.0)


def too_hard_a_start() -> Drawing:
    return start().ramp(1.5, 4.0).cruise(3.0)


def too_hard_a_stop() -> Drawing:
    return start().ramp(1.5).cruise(3.0).ramp(0.0, 10.0)


def unwarned() -> Drawing:
    return inverted(15.0).stand(40.0).go(20.0)


def half_warned() -> Drawing:
    return inverted(15.0).stand(40.0).stand(1.0, board_buzzer=1).go(20.0)


def past_permission() -> Drawing:
    return inverted(92.5)


def above_upright() -> Drawing:
    return Drawing(angle_deg=-75.9).stand(1.0)


def descends_with_a_lock_open() -> Drawing:
    return start().ramp(1.5).cruise(20.0).set(right_primary=False).cruise(2.0)


def up_at_full_rate_with_a_lock_open() -> Drawing:
    return rest_and_up(inverted(15.0).stand(15.0).set(left_primary=False).stand(0.5))


def goes_on_without_the_pi() -> Drawing:
    return start().ramp(1.5).cruise(20.0).set(pi_alive=False).cruise(2.5)


def moves_before_two_seconds() -> Drawing:
    drawing = inverted(15.0).stand(15.0).set(pi_alive=False).stand(1.0, board_buzzer=1)
    return drawing.set(board_buzzer=1).ramp(-1.5).cruise(2.0)


def blind_travel() -> Drawing:
    return start().ramp(1.5).cruise(20.0).set(faults="pot_stuck_moving").cruise(2.0)


def freewheels() -> Drawing:
    return start().ramp(1.5).cruise(20.0).set(contactor_closed=False, duty=0).cruise(1.0)


def cooks_the_motor() -> Drawing:
    return inverted(15.0).stand(1.0, current_ma=9000, contactor_closed=True, duty=900, brake_set=False)


def fights_the_brake() -> Drawing:
    return inverted(15.0).stand(1.5, contactor_closed=True, duty=300, brake_set=True)


def descends_on_battery() -> Drawing:
    return start().ramp(1.5).cruise(20.0).set(mains=False).cruise(3.0)


def starts_alone() -> Drawing:
    return Drawing().stand(1.0, **OPEN_LOCKS).stand(5.0).warn().go(15.0)


def runs_away_from_upright(to_deg: float = 15.0) -> Drawing:
    return Drawing().stand(1.0, **OPEN_LOCKS).stand(5.0).set(faults="runaway").ramp(0.5).go(to_deg).set(faults="").stand(0.1)


def starts_on_an_old_press() -> Drawing:
    return Drawing().stand(1.0, **OPEN_LOCKS).press("start").stand(6.0).go(15.0)


def starts_with_locks_just_closed() -> Drawing:
    return Drawing().stand(1.0, **OPEN_LOCKS).press("start").stand(0.4).go(15.0)


def starts_on_battery() -> Drawing:
    return Drawing().stand(1.0, **OPEN_LOCKS).set(mains=False).stand(2.0).press("start").stand(0.5).go(15.0)


def down_after_return() -> Drawing:
    return inverted(40.0).stand(5.0).press("return_").go(35.0).warn().go(50.0)


def down_after_reset() -> Drawing:
    return start().ramp(1.5).cruise(20.0).set(board_resets=1).halt().stand(3.0).warn().go(15.0)


def stuck_in_silence() -> Drawing:
    return inverted(45.0).press("return_").stand(25.0)


def estop_left_alone() -> Drawing:
    return estop_during_descent().stand(65.0)


def never_asked() -> Drawing:
    return inverted(15.0).stand(70.0)


def stands_up_the_unconscious() -> Drawing:
    drawing = inverted(15.0).stand(15.0).set(mains=False).stand(0.5).warn()
    return drawing.go(-75.0)


def no_brake_test() -> Drawing:
    return Drawing().stand(1.0, **OPEN_LOCKS).stand(2.0).press("start").stand(0.5).go(15.0)


def a_switch_never_seen_open() -> Drawing:
    drawing = Drawing().stand(1.0, left_primary=False, left_secondary=False, right_primary=False).stand(2.0).press("start")
    return drawing.stand(0.4, brake_set=True, contactor_closed=True, duty=100).go(15.0)


BAD: tuple[tuple[str, str, Draw], ...] = (
    ("SR1", "stops_on_estop", estop_coasts),
    ("SR1", "stops_on_estop", estop_ignored),
    ("SR1", "still_after_estop", estop_then_up_by_itself),
    ("SR1", "still_after_estop", estop_then_up_with_a_stale_return),
    ("SR1", "still_after_estop", estop_then_up_while_pressed),
    ("SR1", "still_after_estop", rescue_goes_down),
    ("SR1", "still_after_estop", rescue_goes_on_when_let_go),
    ("SR2", "inverted_time", too_long),
    ("SR3", "rest_at_gate", no_rest),
    ("SR3", "rest_at_gate", rest_in_the_wrong_place),
    ("SR3", "rest_at_gate", no_rest_past_the_gate),
    ("SR3", "rest_at_gate", rest_void_after_going_down),
    ("SR3", "rest_at_gate", rocks_over_the_gate),
    ("SR4", "rate", too_fast),
    ("SR4", "acceleration", too_hard_a_start),
    ("SR4", "acceleration", too_hard_a_stop),
    ("SR4", "warned", unwarned),
    ("SR4", "warned", half_warned),
    ("SR5", "angle", past_permission),
    ("SR5", "angle", above_upright),
    ("SR6", "locks", descends_with_a_lock_open),
    ("SR6", "locks", up_at_full_rate_with_a_lock_open),
    ("SR7", "lost_controller", goes_on_without_the_pi),
    ("SR7", "lost_controller", moves_before_two_seconds),
    ("SR8", "sensor_travel", blind_travel),
    ("SR9", "drive", freewheels),
    ("SR9", "drive", cooks_the_motor),
    ("SR9", "drive", fights_the_brake),
    ("SR10", "power", descends_on_battery),
    ("SR11", "fresh_start", starts_alone),
    ("SR11", "fresh_start", starts_on_an_old_press),
    ("SR11", "fresh_start", runs_away_from_upright),
    ("SR11", "fresh_start", starts_with_locks_just_closed),
    ("SR11", "fresh_start", starts_on_battery),
    ("SR13", "return_only", down_after_return),
    ("SR13", "return_only", down_after_reset),
    ("SR14", "comes_up", stuck_in_silence),
    ("SR14", "comes_up", estop_left_alone),
    ("SR15", "asked", never_asked),
    ("SR15", "level_wait", stands_up_the_unconscious),
    ("SR16", "proof", no_brake_test),
    ("SR16", "proof", a_switch_never_seen_open),
)


@pytest.mark.parametrize(("rule", "monitor", "draw"), BAD, ids=[case[2].__name__ for case in BAD])
def test_a_bad_trace_is_named_by_rule_time_and_figure(rule: str, monitor: str, draw: Draw) -> None:
    found = [violation for violation in judge(draw().rows) if violation.monitor == monitor]
    assert found, f"{monitor} stayed silent"
    assert found[0].rule == rule
    assert any(character.isdigit() for character in found[0].says)
    assert found[0].t_s > 0.0


def test_every_monitor_has_a_bad_trace_that_it_alone_must_name() -> None:
    assert {name for name, _make in MONITORS} == {monitor for _rule, monitor, _draw in BAD}


@pytest.mark.parametrize("rule", [f"SR{number}" for number in (*range(1, 12), *range(13, 17))])
def test_every_rule_that_physics_can_show_has_a_monitor(rule: str) -> None:
    assert rule in {make().rule for _name, make in MONITORS}


def test_ten_seconds_of_rest_is_enough_and_nine_is_not() -> None:
    def session(rest_s: float) -> set[str]:
        drawing = inverted(60.0).stand(5.0).press("return_").go(30.0).stand(rest_s)
        return names(judge(drawing.set(board_buzzer=1).go(-75.0).rows))

    assert "rest_at_gate" in session(9.0)
    assert "rest_at_gate" not in session(10.3)


def test_the_permitted_angle_of_the_session_is_the_limit_not_the_tables() -> None:
    assert judge(inverted(20.0).rows, Setting(permitted_deg=20.0)) == []
    assert names(judge(inverted(20.0).rows, Setting(permitted_deg=15.0))) == {"angle"}


def test_the_inverted_budget_clears_only_after_thirty_seconds_upright_with_the_locks_open() -> None:
    def second_session(open_s: float) -> set[str]:
        drawing = inverted(15.0)
        for _ in range(10):
            drawing.stand(39.7).press("ok")
        rest_and_up(drawing).stand(open_s, **OPEN_LOCKS).stand(1.5).press("start").stand(0.1)
        drawing.stand(0.4, brake_set=True, contactor_closed=True, duty=100).go(15.0)
        for _ in range(10):
            drawing.stand(39.7).press("ok")
        return names(judge(drawing.rows))

    assert "inverted_time" not in second_session(31.0)
    assert "inverted_time" in second_session(5.0)


def test_help_on_its_way_excuses_time_and_standing_still_but_nothing_else() -> None:
    drawing = inverted(45.0).press("return_").set(board_buzzer=3).stand(60.0)
    assert judge(drawing.rows) == []
    assert "rest_at_gate" in names(judge(drawing.go(-75.0).rows))


def test_a_runaway_caught_within_its_degree_has_not_left_upright_rest() -> None:
    """What is bounded there is the way, not the moment: until the contactor is open nothing else can be (SR9)."""
    assert "fresh_start" not in {violation.monitor for violation in judge(runs_away_from_upright(-73.2).rows)}
    assert "fresh_start" in {violation.monitor for violation in judge(runs_away_from_upright(-72.7).rows)}


def test_a_start_beside_a_push_is_a_start_however_long_the_proof_takes_afterwards() -> None:
    """Somebody who moved their weight beforehand still leaves upright rest with the proof's small move."""
    drawing = start().set(faults="weight_shift").go(-73.2).stand(6.0).go(15.0)
    assert "fresh_start" not in {violation.monitor for violation in judge(drawing.rows)}


@pytest.mark.parametrize(("way_back_dps2", "broken"), [(1.45, False), (2.2, True)])
def test_a_stop_and_the_way_back_are_two_changes_of_rate(way_back_dps2: float, broken: bool) -> None:
    """Within the same half second, no brake between them; either is held to its own limit."""
    drawing = start().go(-30.0).ramp(0.45).ramp(0.0, 2.9).ramp(-0.75, way_back_dps2)
    assert ("acceleration" in {violation.monitor for violation in judge(drawing.rows)}) is broken


def test_a_violation_that_lasts_is_reported_once() -> None:
    found = [violation for violation in judge(too_fast().rows) if violation.monitor == "rate"]
    assert len(found) == 1


def test_a_watch_fed_row_by_row_finds_what_a_finished_trace_shows() -> None:
    rows = no_rest().rows
    watch = Watch(Setting())
    for row in rows:
        watch.feed(row)
    assert watch.violations == judge(rows)


@pytest.mark.parametrize("draw", [case[2] for case in BAD], ids=[case[2].__name__ for case in BAD])
def test_a_monitor_that_sees_only_its_situation_finds_what_one_finds_that_sees_every_row(draw: Draw) -> None:
    rows = draw().set(mains=True, pi_alive=True, faults="", estop_a_closed=True, estop_b_closed=True).stand(1.0).go(-20.0).go(5.0).rows
    seeing, knowing = Watch(Setting()), Watch(Setting(), speaks_of={})
    for row in rows:
        seeing.feed(row)
        knowing.feed(row)
    assert seeing.violations == knowing.violations != []


def test_monitors_read_no_belief(monkeypatch: pytest.MonkeyPatch) -> None:
    beliefs: dict[str, Any] = {
        "pi_mode": "HOLDING", "pi_angle_deg": 12.0, "pi_rate_dps": 2.0, "pi_target_deg": 3.0, "board_mode": "ASCENT",
        "board_angle_deg": 44.0, "board_rate_dps": 9.0, "pot_deg": 1.0, "encoder_deg": 2.0, "board_reasons": "stall",
        "board_flags": 65535, "board_rest_s": 99.0, "board_budget_left_s": 0.0, "pi_reasons": "x", "request": "FOLLOW",
    }  # fmt: skip
    for _rule, _monitor, draw in BAD[::4]:
        rows = draw().rows
        lies = [replace(row, **beliefs) for row in rows]
        assert judge(lies) == judge(rows)
