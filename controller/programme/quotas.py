"""How many sessions are left today and this week (TP6).  Pure.

Within a day the least quota of every step that was in effect on it binds: a step back never gives back a session.
A week is today and the six days before.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from controller.programme.conditions import Bounds
from controller.programme.days import Now
from controller.programme.outcome import Quota, Refused
from controller.programme.progression import Progress
from controller.programme.rules import Rules, per_day

WEEK_DAYS = 7


def quota(progress: Progress, bounds: Bounds, rules: Rules) -> Quota:
    """What the person's step, condition and routine leave, whatever protocol is chosen."""
    today = [each for each in progress.recent if each.today]
    this_week = [each for each in progress.recent if each.days_ago < WEEK_DAYS]
    daily = [per_day(step, rules) for step in (*progress.quota_steps, *(each.past.quota_step for each in today))]
    return Quota(
        per_day=min(daily if bounds.per_day is None else [*daily, bounds.per_day]),
        used_today=len(today),
        per_week=rules.maintenance_per_week if progress.maintenance else None,
        used_week=len(this_week),
    )


def protocol_quota(of: Quota, most_per_day: int | None, most_per_week: int | None) -> Quota:
    """The same, narrowed by one protocol's own numbers."""
    weekly = [most for most in (of.per_week, most_per_week) if most is not None]
    return Quota(
        per_day=of.per_day if most_per_day is None else min(of.per_day, most_per_day),
        used_today=of.used_today,
        per_week=min(weekly, default=None),
        used_week=of.used_week,
    )


def refusals(of: Quota, progress: Progress, when: Now) -> Iterator[Refused]:
    """What is used up; the day on which it lifts is told only if the clock is sure."""
    if of.left_today == 0:
        yield _used_up("day", f"{of.used_today} of {of.per_day} sessions today", when.latest + timedelta(days=1), when)
    if of.per_week is not None and of.left_week == 0:
        lifts_on = _week_lifts(progress, of.per_week, when)
        yield _used_up("week", f"{of.used_week} of {of.per_week} sessions this week", lifts_on, when)


def _week_lifts(progress: Progress, most: int, when: Now) -> date:
    """The day on which enough sessions are a week old."""
    ages = sorted(each.days_ago for each in progress.recent if each.days_ago < WEEK_DAYS)
    return when.latest + timedelta(days=WEEK_DAYS - ages[most - 1])


def _used_up(span: str, value: str, lifts_on: date, when: Now) -> Refused:
    word = "Today's" if span == "day" else "This week's"
    return Refused(
        rule="TP6",
        name=f"{span}_used_up",
        value=value,
        says=f"{word} sessions are used up: {value}.",
        way_back=f"The next one may be on {lifts_on}." if when.sure else "Set or confirm the date and time: the clock is not sure.",
        lifts_on=lifts_on if when.sure else None,
    )
