"""The progression by week, breaks, signs, quotas and maintenance, against the guide's numbers restated by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from controller.programme.model import Condition, History
from controller.programme.outcome import Step, Verdict
from controller.programme.progression import months_later
from controller.programme.rules import NUMBERS, Rules, complaint
from controller.programme.sessions import Ending, Felt, StopSign
from controller.programme.verdict import judge
from tests.programme.people import ADA, CLEARED, TABLE, at, case, held, held_on


def on(history: History, days: float) -> Verdict:
    return judge(case(history, at(days)))


def daily(until: int) -> History:
    return held_on(*range(0, until, 2))


GUIDE = [  # day since the first session, week, ceiling, longest hold, sessions a day
    (0.2, 1, 30.0, 120.0, 3),
    (6, 1, 30.0, 120.0, 3),
    (7, 2, 30.0, 120.0, 3),
    (13, 2, 30.0, 120.0, 3),
    (14, 3, 60.0, 300.0, 2),
    (27, 4, 60.0, 300.0, 2),
    (28, 5, 90.0, 600.0, 1),
    (80, 12, 90.0, 600.0, 1),
]


@pytest.mark.req("TP4", "TP6")
@pytest.mark.parametrize(("day", "week", "angle_deg", "hold_s", "per_day"), GUIDE)
def test_the_weeks_since_the_first_session_allow_what_the_guide_says(
    day: float, week: int, angle_deg: float, hold_s: float, per_day: int
) -> None:
    verdict = on(daily(max(1, int(day))), day)
    assert (verdict.week, verdict.ceiling.angle_deg, verdict.ceiling.hold_s, verdict.quota.per_day) == (week, angle_deg, hold_s, per_day)
    assert verdict.ceiling.inverted_s == 600.0


@pytest.mark.req("TP4")
def test_until_the_first_session_is_completed_it_is_fifteen_degrees_for_thirty_seconds() -> None:
    for ending in (Ending.RETURN_PRESSED, Ending.TRIP, Ending.UNKNOWN, Ending.NOT_INVERTED):
        verdict = on(held(CLEARED, at(0), ending=ending), 1)
        assert (verdict.step, verdict.ceiling.angle_deg, verdict.ceiling.hold_s) == (Step.FIRST, 15.0, 30.0)
    assert on(held_on(0), 0.1).step is Step.WEEKS_1_2


@pytest.mark.req("TP4")
def test_one_day_before_its_week_a_protocol_is_refused_with_the_day_on_which_it_lifts() -> None:
    offers = {offer.protocol: offer for offer in on(daily(14), 13).offers}
    (refused,) = offers["week_3"].refusals
    assert (refused.rule, refused.name, refused.value, refused.lifts_on) == (
        "TP4",
        "too_early",
        "week 2, from week 3 on",
        date(2026, 3, 16),
    )
    assert {offer.protocol: offer for offer in on(daily(14), 14).offers}["week_3"].refusals == ()
    assert {offer.protocol for offer in on(daily(14), 13).offers if not offer.refusals} == {"first", "week_1"}


@pytest.mark.req("TP4")
@pytest.mark.parametrize(
    ("before", "after"),
    [(40, (Step.WEEKS_3_4, 3)), (20, (Step.WEEKS_1_2, 1)), (8, (Step.FIRST, None))],
)
def test_a_break_of_more_than_two_weeks_steps_back_one_step_and_the_weeks_count_from_there(
    before: int, after: tuple[Step, int | None]
) -> None:
    history = daily(before + 1)
    last = before if before % 2 == 0 else before - 1
    kept = on(history, last + 14)
    assert kept.notes == ()
    verdict = on(history, last + 15)
    assert (verdict.step, verdict.week) == after
    assert "a break of 15 days" in verdict.notes[0]
    assert on(history, last + 300).step is after[0]


@pytest.mark.req("TP4")
def test_after_a_break_the_lower_step_lasts_its_two_weeks_again() -> None:
    history = held(held(daily(41), at(60)), at(70))
    assert on(history, 73).step is Step.WEEKS_3_4
    assert on(history, 74).step is Step.WEEK_5_ON


@pytest.mark.req("TP9", "TP4")
@pytest.mark.parametrize(
    ("day", "pain", "stays"),
    [(30, (2, 4), True), (30, (2, 5), False), (16, (2, 4), True), (16, (2, 5), False), (4, (2, 2), True), (4, (2, 3), False)],
)
def test_pain_up_by_more_than_two_steps_back_and_in_weeks_1_2_any_increase(day: int, pain: tuple[int, int], stays: bool) -> None:
    history = held(daily(day), at(day), pain=pain)
    steps = {30: (Step.WEEK_5_ON, Step.WEEKS_3_4), 16: (Step.WEEKS_3_4, Step.WEEKS_1_2), 4: (Step.WEEKS_1_2, Step.FIRST)}[day]
    assert on(history, day + 1).step is steps[0 if stays else 1]


@pytest.mark.req("TP9")
def test_shooting_pain_steps_back_and_the_same_day_gives_back_no_session() -> None:
    history = held(daily(30), at(30), felt=Felt(at=at(30).at, session=16, signs=frozenset({StopSign.SHOOTING_PAIN})))
    verdict = on(history, 30.2)
    assert verdict.step is Step.WEEKS_3_4
    assert [refused.name for refused in verdict.refusals] == ["day_used_up"]
    assert on(history, 31).quota.per_day == 2


@pytest.mark.req("TP9")
def test_a_rating_that_is_corrected_later_takes_no_sign_back() -> None:
    history = held(daily(30), at(30), pain=(2, 7))
    corrected = replace(history, ratings=(*history.ratings, replace(history.ratings[-1], pain=2)))
    assert on(corrected, 31).step is Step.WEEKS_3_4


@pytest.mark.req("TP9")
def test_without_a_rating_before_the_pain_is_compared_with_the_one_before_it_or_with_none() -> None:
    first_without = held(CLEARED, at(0), pain=(0, 1))
    bare = replace(first_without, ratings=first_without.ratings[1:])
    assert "blocked_1" in {refused.name for refused in on(bare, 1).refusals}
    later = held(daily(30), at(30), pain=(9, 5))
    unrated = replace(later, ratings=tuple(r for r in later.ratings if r.session != 16 or r.pain != 9))
    assert on(unrated, 31).step is Step.WEEK_5_ON  # 5 after 3: two points are allowed
    worse = held(daily(30), at(30), pain=(9, 6))
    unrated = replace(worse, ratings=tuple(r for r in worse.ratings if r.session != 16 or r.pain != 9))
    assert on(unrated, 31).step is Step.WEEKS_3_4


# ------------------------------------------------------------------ quotas (TP6)


@pytest.mark.req("TP6")
@pytest.mark.parametrize(("day", "allowed"), [(2, 3), (16, 2), (30, 1)])
def test_the_days_sessions_are_counted_and_the_refusal_says_when_the_next_may_be(day: int, allowed: int) -> None:
    history = daily(day)
    for count in range(allowed):
        verdict = on(history, day + count / 24)
        assert verdict.quota.left_today == allowed - count
        assert verdict.may_start
        history = held(history, at(day + count / 24))
    verdict = on(history, day + allowed / 24)
    (refused,) = verdict.refusals
    assert (refused.rule, refused.name) == ("TP6", "day_used_up")
    assert refused.value == f"{allowed} of {allowed} sessions today"
    assert refused.lifts_on == at(day + 1).local_date()
    assert on(history, day + 1).may_start


@pytest.mark.req("TP6")
def test_a_session_that_never_inverted_costs_nothing_and_one_that_nobody_ended_costs_a_whole_one() -> None:
    assert on(held(daily(30), at(30), ending=Ending.NOT_INVERTED), 30.1).may_start
    assert [r.name for r in on(held(daily(30), at(30), ending=Ending.UNKNOWN, ended_at=None), 30.1).refusals] == ["day_used_up"]


@pytest.mark.req("TP6")
def test_after_three_months_of_consistent_use_there_are_two_sessions_a_week() -> None:
    history = held_on(*range(0, 92, 4))  # to the 88th day, three months being 92
    assert not on(history, 91).maintenance
    assert on(history, 91).quota.per_week is None
    verdict = on(history, 92)
    assert verdict.maintenance
    assert (verdict.quota.per_week, verdict.quota.used_week) == (2, 1)
    assert verdict.offers[0].protocol == "maintenance"
    full = held(history, at(92))
    (refused,) = on(full, 93).refusals
    assert (refused.name, refused.value, refused.lifts_on) == ("week_used_up", "2 of 2 sessions this week", at(95).local_date())
    assert not on(full, 94.5).may_start
    assert on(full, 95).may_start


@pytest.mark.req("TP6")
def test_a_long_break_ends_maintenance_and_pain_does_not() -> None:
    history = held_on(*range(0, 96, 4))
    assert on(held(history, at(96), pain=(2, 9)), 97).maintenance
    assert not on(history, 92 + 15).maintenance


@pytest.mark.req("TP6", "TP5")
def test_the_maintenance_protocol_is_four_a_week_also_before_three_months() -> None:
    history = held(held_on(*range(0, 36, 2)), at(35))
    offers = {offer.protocol: offer for offer in on(history, 36).offers}
    (refused,) = offers["maintenance"].refusals
    assert (refused.name, refused.value) == ("week_used_up", "4 of 4 sessions this week")
    assert offers["week_5"].refusals == ()


@pytest.mark.req("TP4", "TP6")
def test_the_weeks_own_protocol_comes_first_until_maintenance_begins() -> None:
    assert [on(held_on(*range(0, day + 1, 2)), day + 0.6).offers[0].protocol for day in (2, 16)] == ["week_1", "week_3"]
    assert on(daily(31), 31).offers[0].protocol == "week_5"
    assert on(held_on(*range(0, 96, 4)), 96).offers[0].protocol == "maintenance"


@pytest.mark.req("TP5", "TP6")
def test_an_acute_flare_up_has_its_own_time_and_stays_inside_the_weeks_quota() -> None:
    flare = replace(ADA, condition=Condition.ACUTE_FLARE_UP)
    for day, per_day in ((2, 3), (16, 2), (30, 1)):
        verdict = judge(case(daily(day), at(day), person=flare))
        assert (verdict.quota.per_day, verdict.ceiling.inverted_s, verdict.ceiling.inverted_rule) == (per_day, 300.0, "TP5")
        assert verdict.offers[0].protocol == ("flare_up_1" if day == 2 else "flare_up_3")


@pytest.mark.req("TP5", "TP6")
def test_a_table_may_allow_fewer_flare_up_sessions() -> None:
    flare = replace(ADA, condition=Condition.ACUTE_FLARE_UP)
    assert judge(case(daily(2), at(2), person=flare, rules=Rules(flare_up_per_day=1))).quota.per_day == 1
    assert judge(case(daily(2), at(2), rules=Rules(flare_up_per_day=1))).quota.per_day == 3


BOUNDS = [  # condition, day, ceiling, longest hold: the guide's, within TP4's for the week
    (Condition.HERNIATED_DISC, 2, 30.0, 120.0),
    (Condition.HERNIATED_DISC, 16, 45.0, 300.0),
    (Condition.HERNIATED_DISC, 30, 45.0, 300.0),
    (Condition.SCIATICA, 2, 15.0, 60.0),
    (Condition.SCIATICA, 8, 30.0, 120.0),
    (Condition.SCIATICA, 16, 45.0, 300.0),
    (Condition.SCIATICA, 30, 45.0, 600.0),
    (Condition.MUSCLE_SPASM, 2, 30.0, 120.0),
    (Condition.MUSCLE_SPASM, 16, 60.0, 300.0),
    (Condition.MUSCLE_SPASM, 30, 60.0, 300.0),
    (Condition.GENERAL, 30, 90.0, 600.0),
]


@pytest.mark.req("TP5", "TP4")
@pytest.mark.parametrize(("condition", "day", "angle_deg", "hold_s"), BOUNDS)
def test_a_condition_narrows_the_week_and_its_own_protocol_is_offered_first(
    condition: Condition, day: int, angle_deg: float, hold_s: float
) -> None:
    verdict = judge(case(daily(day), at(day), person=replace(ADA, condition=condition)))
    assert (verdict.ceiling.angle_deg, verdict.ceiling.hold_s) == (angle_deg, hold_s)
    best = verdict.offers[0]
    assert best.refusals == ()
    assert condition is Condition.GENERAL or best.protocol.startswith(condition.value)
    for offer in verdict.offers:
        if not offer.refusals:
            assert offer.plan.ceiling_deg <= angle_deg
            assert sum(stage.hold_s for stage in offer.plan.stages) <= hold_s


@pytest.mark.req("TP5")
def test_what_goes_beyond_a_condition_is_refused_with_what_is_allowed() -> None:
    verdict = judge(case(daily(30), at(30), person=replace(ADA, condition=Condition.HERNIATED_DISC)))
    (refused,) = {offer.protocol: offer for offer in verdict.offers}["week_5"].refusals
    assert (refused.rule, refused.name) == ("TP5", "beyond_condition")
    assert refused.value == "70 degrees for 420 s of 45 degrees for 300 s"


# ------------------------------------------------------------------ the numbers themselves


@pytest.mark.req("TP4", "TP6", "TP8", "TP9", "TP11", "TP2", "TP5", "TP13")
def test_no_number_can_be_set_looser_than_the_guide() -> None:
    guide = {
        "load_ratio": 1.2, "first_angle_deg": 15, "first_hold_s": 30,
        "weeks_1_2_angle_deg": 30, "weeks_1_2_hold_s": 120, "weeks_1_2_per_day": 3,
        "weeks_3_4_angle_deg": 60, "weeks_3_4_hold_s": 300, "weeks_3_4_per_day": 2,
        "week_5_angle_deg": 90, "week_5_hold_s": 600, "week_5_per_day": 1, "inverted_s": 600,
        "maintenance_per_week": 2, "spotter_sessions": 10, "pain_points": 2, "early_pain_points": 0, "dizzy_minutes": 5,
        "flare_up_inverted_s": 300, "flare_up_per_day": 3, "disc_angle_deg": 45, "disc_hold_s": 300,
        "sciatica_week_1_deg": 15, "sciatica_week_1_hold_s": 60, "sciatica_week_2_deg": 30, "sciatica_angle_deg": 45,
        "spasm_angle_deg": 60, "spasm_hold_s": 300, "pain_marker_percent": 20, "toe_marker_percent": 30,
        "break_days": 14, "maintenance_months": 3, "night_marker_months": 3, "checklist_minutes": 15,
        "walk_minutes": 90, "water_minutes": 30, "heat_minutes": 15, "prepared_minutes": 60,
    }  # fmt: skip
    assert {name: number.default for name, number in NUMBERS.items()} == guide
    upwards = {"load_ratio", "spotter_sessions", "pain_marker_percent", "toe_marker_percent", "water_minutes", "heat_minutes"}
    for name, value in guide.items():
        if name in upwards:
            assert NUMBERS[name].least == value
        else:
            assert NUMBERS[name].most == value
        assert complaint(name, float("nan")) is not None


@pytest.mark.req("TP4")
def test_a_stricter_table_narrows_and_a_looser_one_cannot_be_made() -> None:
    strict = Rules(weeks_1_2_angle_deg=18.0, weeks_1_2_per_day=1, weeks_3_4_per_day=1)
    verdict = judge(case(held_on(0), at(1), rules=strict))
    assert (verdict.ceiling.angle_deg, verdict.quota.per_day) == (18.0, 1)
    (refused,) = {offer.protocol: offer for offer in verdict.offers}["week_1"].refusals
    assert (refused.name, refused.value) == ("beyond_step", "20 degrees for 60 s of 18 degrees for 120 s")
    brief = judge(case(held_on(0), at(1), rules=Rules(weeks_1_2_hold_s=40.0)))
    assert [r.name for r in {offer.protocol: offer for offer in brief.offers}["week_1"].refusals] == ["beyond_step"]
    with pytest.raises(ValueError, match=r"^week_5_angle_deg: 91 is outside 5 to 90 \(TP4\): a table may be stricter"):
        Rules(week_5_angle_deg=91.0)
    with pytest.raises(ValueError, match=r"^early_pain_points: 1 is not the fixed value 0 \(TP9\)"):
        Rules(early_pain_points=1)
    with pytest.raises(
        ValueError, match=r"^week_5_hold_s: 200 is less than weeks_3_4_hold_s, which is 300 \(TP4\); set that to 200 or less"
    ):
        Rules(week_5_hold_s=200.0)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 9, 15), 3, date(2026, 12, 15)),
        (date(2026, 10, 1), 3, date(2027, 1, 1)),
    ],
)
def test_months_end_where_the_calendar_ends_them(day: date, months: int, later: date) -> None:
    assert months_later(day, months) == later


def test_the_table_of_people_is_the_ordinary_one() -> None:
    assert TABLE.certified_mark == "CE"
    assert TABLE.capacity_kg == pytest.approx(250 * 0.45359237, abs=0.01)
