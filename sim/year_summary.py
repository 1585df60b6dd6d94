"""What came of a year: its figures, and the weeks one below the other.  Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import accumulate
from statistics import mean
from typing import NamedTuple

from controller.programme.outcome import Step
from controller.programme.sessions import Rating, SessionRecord, When
from sim.year_course import MARKERS, Course
from sim.year_table import ZONE

SHOWN_WEEKS = (1, 2, 3, 4, 5, 6, 8, 10, 13, 14, 20, 26, 39, 52)
"""Every step begins in one of the first; the third month ends in the thirteenth, and from then on there are two sessions a week."""

WEEK_DAYS = 7


class Week(NamedTuple):
    """One week of everybody; the first is 1."""

    week: int
    on_step: dict[str, int]  # people, as the week ends
    sessions: int
    most_a_day: int  # of anybody
    most_a_week: int
    deepest_deg: float
    longest_s: float  # inverted, the return included
    pain: float | None  # mean of what was rated before a session; None: nobody came
    reached: dict[str, int]  # people who have ever reached each marker


Held = list[tuple[int, SessionRecord]]
"""Somebody's sessions, each with its day since the year began; 0 is the first."""


class Summary(NamedTuple):
    """The figures of a year."""

    people: int
    days: int
    sessions: int
    sessions_simulated: int
    refusals: dict[str, int]
    step_backs: int
    blocks: int
    most_a_day: int
    most_a_week: int  # in any seven days
    markers_reached: dict[str, int]
    steps: dict[str, int]  # how many people ever reached each
    weeks: list[Week]


def summary(courses: list[Course], day_count: int, simulated: int) -> Summary:
    """Over everybody."""
    refusals: Counter[str] = Counter()
    steps: Counter[str] = Counter()
    for course in courses:
        refusals.update(course.refused)
        steps.update({step.name for _, step in course.steps})
    held = [_days(course) for course in courses]
    counts = [_by_day(days, day_count) for days in held]
    return Summary(
        people=len(courses),
        days=day_count,
        sessions=sum(len(course.history.sessions) for course in courses),
        sessions_simulated=simulated,
        refusals=dict(sorted(refusals.items(), key=lambda item: (-item[1], item[0]))),
        step_backs=sum(_backs(course) for course in courses),
        blocks=sum(len(course.history.blocks) for course in courses),
        most_a_day=max(max(count) for count in counts),
        most_a_week=max(_most_in_seven(count) for count in counts),
        markers_reached={name: sum(name in course.reached for course in courses) for name in MARKERS},
        steps={step.name: steps[step.name] for step in Step if steps[step.name]},
        weeks=[_week(week, courses, held, counts) for week in SHOWN_WEEKS if (week - 1) * WEEK_DAYS < day_count],
    )


def _days(course: Course) -> Held:
    first = course.person.added_at.astimezone(ZONE).date()
    return [((session.started_at.astimezone(ZONE).date() - first).days, session) for session in course.history.sessions]


def _by_day(held: Held, day_count: int) -> list[int]:
    """Sessions of each day."""
    sessions = Counter(day for day, _ in held)
    return [sessions[day] for day in range(day_count)]


def _most_in_seven(count: list[int]) -> int:
    sums = [0, *accumulate(count)]
    return max(after - before for after, before in zip(sums[min(WEEK_DAYS, len(count)) :], sums, strict=False))


def _backs(course: Course) -> int:
    return sum(later[1] < earlier[1] for earlier, later in zip(course.steps, course.steps[1:], strict=False))


def _week(week: int, courses: list[Course], held: list[Held], counts: list[list[int]]) -> Week:
    first, after = (week - 1) * WEEK_DAYS, week * WEEK_DAYS
    of_week = [[session for day, session in days if first <= day < after] for days in held]
    sessions = [session for own in of_week for session in own]
    on_step = Counter(step.name for course in courses for step in _step_on(course, after - 1))
    pains = [rating.pain for course, own in zip(courses, of_week, strict=True) for rating in _rated(course, own)]
    return Week(
        week=week,
        on_step={step.name: on_step[step.name] for step in Step},
        sessions=len(sessions),
        most_a_day=max(max(count[first:after]) for count in counts),
        most_a_week=max(sum(count[first:after]) for count in counts),
        deepest_deg=round(max((session.deepest_deg for session in sessions), default=0.0), 1),
        longest_s=round(max((session.inverted_s for session in sessions), default=0.0), 1),
        pain=round(mean(pains), 2) if pains else None,
        reached={name: sum(course.reached.get(name, after) < after for course in courses) for name in MARKERS},
    )


def _step_on(course: Course, day: int) -> list[Step]:
    """The one they were on as they last came; nothing before they ever came."""
    return [step for begins, step in course.steps if begins <= day][-1:]


def _rated(course: Course, sessions: Iterable[SessionRecord]) -> Iterable[Rating]:
    """Before these sessions."""
    numbers = {session.number for session in sessions}
    return (rating for rating in course.history.ratings if rating.when is When.BEFORE and rating.session in numbers)
