"""Days, zones and clocks that lie: midnight, daylight saving, 1970, next year; nobody ever gets more than was left."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from controller.programme.model import Clearance, Contraindication, History, Moment
from controller.programme.outcome import Step, Verdict
from controller.programme.verdict import judge
from tests.programme.breaks import INDEPENDENT
from tests.programme.people import BERLIN, CLEARED, DAY_0, TABLE, at, case, held, held_on

WEEK_5 = held_on(*range(0, 36, 2))
"""Once a day; the last session on day 34."""


def moment(local: str, zone: str = "Europe/Berlin", *, trusted: bool = True) -> Moment:
    place = ZoneInfo(zone)
    return Moment(at=datetime.fromisoformat(local).replace(tzinfo=place).astimezone(UTC), zone=place, clock_trusted=trusted)


def refused(history: History, when: Moment) -> list[str]:
    return [each.name for each in judge(case(history, when)).refusals]


def verdict(history: History, when: Moment) -> Verdict:
    return judge(case(history, when))


@pytest.mark.req("TP6")
def test_a_day_ends_at_local_midnight_and_not_at_that_of_utc() -> None:
    history = held(WEEK_5, moment("2026-04-06T23:30"))
    assert refused(history, moment("2026-04-06T23:59")) == ["day_used_up"]
    assert refused(history, moment("2026-04-07T00:00")) == []
    early = held(WEEK_5, moment("2026-04-07T00:30"))  # still the 6th in UTC
    assert refused(early, moment("2026-04-07T02:30")) == ["day_used_up"]
    assert refused(early, moment("2026-04-07T23:59")) == ["day_used_up"]


@pytest.mark.req("TP6")
def test_a_session_across_midnight_is_of_both_days() -> None:
    history = held(WEEK_5, moment("2026-04-06T23:58"))
    assert history.sessions[-1].ended_at == moment("2026-04-07T00:01").at
    assert refused(history, moment("2026-04-07T09:00")) == ["day_used_up"]
    assert refused(history, moment("2026-04-08T00:00")) == []


@pytest.mark.req("TP6")
@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_days_of_23_and_25_hours_are_one_day_each(day: str, hours: int) -> None:
    midnight = moment(f"{day}T00:00")
    began = midnight.at - timedelta(days=37)
    history = CLEARED
    for each in range(0, 37, 2):
        history = held(history, Moment(at=began + timedelta(days=each), zone=BERLIN, clock_trusted=True))
    first = held(history, replace(midnight, at=midnight.at + timedelta(minutes=10)))
    last_minute = replace(midnight, at=midnight.at + timedelta(hours=hours, minutes=-1))
    assert last_minute.local_date() == date.fromisoformat(day)
    assert refused(first, last_minute) == ["day_used_up"]
    assert refused(first, replace(midnight, at=midnight.at + timedelta(hours=hours))) == []


@pytest.mark.req("TP6", "TP4")
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kolkata", "UTC"])
def test_a_changed_zone_never_gives_a_second_session(zone: str) -> None:
    noon = moment("2026-04-06T13:00")
    history = held(WEEK_5, noon)
    for hours in (1, 3, 6, 10):
        there = Moment(at=noon.at + timedelta(hours=hours), zone=ZoneInfo(zone), clock_trusted=True)
        assert refused(history, there) == ["day_used_up"], hours
    assert refused(history, Moment(at=noon.at + timedelta(days=2), zone=ZoneInfo(zone), clock_trusted=True)) == []


@pytest.mark.req("TP4")
def test_a_changed_zone_never_makes_a_week_longer() -> None:
    history = held_on(*range(0, 14, 2))
    eve = moment("2026-03-15T13:00")  # week 3 begins on the 16th; on Kiritimati it is the 16th already
    far = replace(eve, zone=ZoneInfo("Pacific/Kiritimati"))
    assert far.local_date() == date(2026, 3, 16)
    assert verdict(history, far).step is Step.WEEKS_1_2


@pytest.mark.req("TP4", "TP6")
def test_a_changed_zone_that_makes_a_break_of_two_weeks_a_day_longer_gives_neither_step_nor_session() -> None:
    new_york, kiritimati = ZoneInfo("America/New_York"), ZoneInfo("Pacific/Kiritimati")
    history = CLEARED
    for day in range(0, 22, 3):
        history = held(history, Moment(at=DAY_0 + timedelta(days=day), zone=new_york, clock_trusted=True))
    later = Moment(at=DAY_0 + timedelta(days=35, hours=2), zone=kiritimati, clock_trusted=True)
    assert later.local_date() - (DAY_0 + timedelta(days=21)).astimezone(new_york).date() == timedelta(days=15)
    assert verdict(history, later).step is Step.WEEKS_1_2  # back from weeks 3-4, on which the last session was
    once = held(history, later)
    again = verdict(once, replace(later, at=later.at + timedelta(hours=1)))
    assert again.step <= Step.WEEKS_1_2
    assert again.quota.left_today == 2


# ------------------------------------------------------------------ clocks that cannot be believed


LIES = [datetime(1970, 1, 1, 0, 0, 40, tzinfo=UTC), DAY_0 + timedelta(days=33), DAY_0 + timedelta(days=36), DAY_0 + timedelta(days=2000)]


@pytest.mark.req("TP6", "TP4")
@pytest.mark.parametrize("lie", LIES, ids=str)
def test_without_a_sure_clock_no_day_begins_and_breaks_count_as_long(lie: datetime) -> None:
    doubtful = Moment(at=lie, zone=BERLIN, clock_trusted=False)
    found = verdict(WEEK_5, doubtful)
    assert not found.clock_sure
    assert (found.step, found.week) == (Step.WEEKS_3_4, 3)
    assert found.today == DAY_0.date() + timedelta(days=34)
    (why,) = found.refusals
    assert (why.name, why.lifts_on) == ("day_used_up", None)
    assert "clock" in why.way_back
    assert any("clock is not sure" in note for note in found.notes)


@pytest.mark.req("TP6")
def test_sessions_under_a_doubtful_clock_use_up_one_day_until_the_clock_is_sure_and_that_day_too() -> None:
    history = held_on(0)
    for count in range(2):
        doubtful = at(400 + count, trusted=False)
        assert verdict(history, doubtful).step is Step.FIRST
        history = held(history, doubtful)
    assert refused(history, at(900, trusted=False)) == ["day_used_up"]
    sure = at(5)
    assert refused(history, sure) == []  # three a day in weeks 1-2: two of them may have been today
    assert verdict(history, sure).quota.used_today == 2
    known = replace(history, sessions=tuple(s if s.clock_trusted else replace(s, known_by=at(5).at) for s in history.sessions))
    assert verdict(known, at(5.1)).quota.used_today == 2
    assert verdict(known, at(6)).quota.used_today == 0


@pytest.mark.req("TP6", "TP4")
def test_a_trusted_clock_that_went_backwards_is_doubted_on_both_days() -> None:
    seen = replace(TABLE, latest_seen=at(90).at)  # a clock that was set wrong once
    found = judge(case(WEEK_5, at(36), table=seen))
    assert not found.clock_sure
    assert found.step is Step.WEEKS_3_4
    once = held(WEEK_5, at(36))
    twice = judge(case(once, at(36.1), table=seen))
    assert [each.name for each in twice.refusals] == ["day_used_up"]
    assert judge(case(WEEK_5, at(36), table=replace(TABLE, latest_seen=at(36).at))).clock_sure


@pytest.mark.req("TP1")
def test_a_clearance_that_ends_counts_as_over_while_the_clock_is_doubted() -> None:
    yes = INDEPENDENT[0].breaks(case(held_on(0), at(1))).history
    pressure = frozenset({Contraindication.HIGH_BLOOD_PRESSURE})
    ending = Clearance(at=DAY_0, by="Dr Finch", on=DAY_0.date(), covers=pressure, expires_on=date(2030, 1, 1))
    endless = replace(ending, expires_on=None)
    assert refused(replace(yes, clearances=(ending,)), at(1)) == []
    (why,) = verdict(replace(yes, clearances=(ending,)), at(1, trusted=False)).refusals
    assert why.name == "not_cleared_high_blood_pressure"
    assert "the clock is not sure" in why.value
    assert "Set or confirm the date" in why.way_back
    assert refused(replace(yes, clearances=(endless,)), at(1, trusted=False)) == []
    given_in_doubt = replace(endless, on=DAY_0.date() + timedelta(days=3))  # the clock shows an earlier day than the clinician's paper
    assert refused(replace(yes, clearances=(given_in_doubt,)), at(1, trusted=False)) == []


@pytest.mark.req("TP4")
def test_a_first_session_of_unknown_date_counts_as_late_as_it_may_have_been() -> None:
    history = held(CLEARED, Moment(at=datetime(1970, 1, 1, tzinfo=UTC), zone=BERLIN, clock_trusted=False))
    assert verdict(history, at(20)).step is not Step.WEEKS_3_4
    known = replace(history, sessions=tuple(replace(s, known_by=at(0).at) for s in history.sessions))
    again = held(held(known, at(1)), at(2))
    assert verdict(again, at(14)).week == 2  # counted from day 1, the first whose date is sure


@pytest.mark.req("TP6")
def test_in_doubt_the_day_has_the_sessions_of_the_stricter_step() -> None:
    seen = replace(TABLE, latest_seen=at(35).at)
    found = judge(case(WEEK_5, at(35.1, trusted=False), table=seen))
    assert (found.step, found.quota.per_day, found.quota.used_today) == (Step.WEEKS_3_4, 1, 0)


@pytest.mark.req("TP6")
def test_weeks_under_a_doubtful_clock_do_not_end_maintenance() -> None:
    history = held(held_on(*range(0, 100, 4)), at(3000, trusted=False))
    known = replace(history, sessions=tuple(s if s.clock_trusted else replace(s, known_by=at(120).at) for s in history.sessions))
    found = verdict(known, at(121))
    assert found.step < Step.WEEK_5_ON  # it may have been a break
    assert found.maintenance  # and may have been none
    assert found.quota.per_week == 2
