"""The three success markers (TP13): reached, on course or not, each with its arithmetic.  Pure.

Missing data are never success: without a baseline, without enough newer ratings, or with nothing to improve on, a marker is
NOT, and the arithmetic says what is missing.  Only ratings from before a session count: relief right after one is no progress.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from statistics import mean

from controller.programme import progression, stop_signs
from controller.programme.days import Now
from controller.programme.model import History
from controller.programme.outcome import Marker, MarkerState
from controller.programme.progression import Progress
from controller.programme.rules import Rules
from controller.programme.sessions import Rating, When, inches_from_cm

PAIN_DUE_DAYS = 14
TOE_TOUCH_DUE_DAYS = 42
WINDOW_DAYS = 14
"""An older rating says nothing about now: after a longer break the progression steps back too."""

NEWEST = 3
"""So many of the newest ratings are averaged; one good day is no marker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dated:
    day: date
    rating: Rating


def markers(history: History, progress: Progress, when: Now, rules: Rules) -> tuple[Marker, ...]:
    """All three, in the order in which they fall due."""
    dated = _before_ratings(history, progress)
    return (_pain(dated, progress, when, rules), _toe_touch(dated, progress, when, rules), _night_pain(dated, progress, when, rules))


def _before_ratings(history: History, progress: Progress) -> list[_Dated]:
    """The rating before each session that was held, with the session's date."""
    found, told = [], stop_signs.told(history)
    for past in progress.past:
        rating = stop_signs.rating(told, past.held.session.number, When.BEFORE)
        if rating is not None:
            found.append(_Dated(day=past.held.last, rating=rating))
    return found


# ------------------------------------------------------------------ less of something


def _pain(dated: list[_Dated], progress: Progress, when: Now, rules: Rules) -> Marker:
    values = [(each.day, float(each.rating.pain)) for each in dated]
    wanted = rules.pain_marker_percent
    return _less("pain", f"Week 2: {wanted:g} % less pain", values, PAIN_DUE_DAYS, wanted, progress, when)


def _toe_touch(dated: list[_Dated], progress: Progress, when: Now, rules: Rules) -> Marker:
    values = [(each.day, each.rating.toe_touch_cm) for each in dated if each.rating.toe_touch_cm is not None]
    wanted = rules.toe_marker_percent
    return _less("toe_touch", f"Week 6: {wanted:g} % better toe-touch", values, TOE_TOUCH_DUE_DAYS, wanted, progress, when)


def _less(name: str, title: str, values: list[tuple[date, float]], due_days: int, wanted: float, progress: Progress, when: Now) -> Marker:
    due_on = None if progress.first_on is None else progress.first_on + timedelta(days=due_days)
    state, arithmetic = MarkerState.NOT, ""
    newest = [value for day, value in values[1:][-NEWEST:] if (when.today - day).days <= WINDOW_DAYS]
    if not values:
        arithmetic = "nothing was measured before a session that was held"
    elif values[0][1] <= 0.0:
        arithmetic = f"began at {_shown(name, values[0][1])}: there is nothing to take {wanted:g} % of"
    elif not newest:
        arithmetic = f"began at {_shown(name, values[0][1])}; nothing newer was measured in the last {WINDOW_DAYS} days"
    else:
        first, now = values[0][1], mean(newest)
        percent = 100.0 * (first - now) / first
        state = _state(percent, wanted, progress.first_on, due_on, when)
        arithmetic = (
            f"({_shown(name, first)} - {_shown(name, now)}) / {_shown(name, first)} = {percent:.1f} % "
            f"(mean of the newest {len(newest)}); wanted {wanted:g} %"
        )
    return Marker(name=name, title=title, due_on=due_on, state=state, arithmetic=arithmetic)


def _state(percent: float, wanted: float, first_on: date | None, due_on: date | None, when: Now) -> MarkerState:
    """On course: before the day it is due, at least as far as an even pace would be."""
    if first_on is None or due_on is None:
        return MarkerState.NOT
    if percent >= wanted:
        return MarkerState.REACHED
    share = (when.today - first_on).days / (due_on - first_on).days
    return MarkerState.ON_COURSE if when.today < due_on and percent > 0.0 and percent >= wanted * share else MarkerState.NOT


def _shown(name: str, value: float) -> str:
    return f"{value:.1f} cm [{inches_from_cm(value):.1f} in]" if name == "toe_touch" else f"{value:.1f}"


# ------------------------------------------------------------------ none of something


def _night_pain(dated: list[_Dated], progress: Progress, when: Now, rules: Rules) -> Marker:
    months = rules.night_marker_months
    due_on = None if progress.first_on is None else progression.months_later(progress.first_on, months)
    asked = [(each.day, each.rating.night_pain) for each in dated if each.rating.night_pain is not None]
    recent = [pain for day, pain in asked if (when.today - day).days <= WINDOW_DAYS]
    earlier = [pain for day, pain in asked if (when.today - day).days > WINDOW_DAYS]
    state = MarkerState.NOT
    arithmetic = (
        f"{sum(recent)} of {len(recent)} nights asked about in the last {WINDOW_DAYS} days with pain; wanted 0 of at least {NEWEST}"
    )
    if due_on is not None and len(recent) >= NEWEST:
        if not any(recent):
            state = MarkerState.REACHED
        elif when.today < due_on and earlier and mean(recent) < mean(earlier):
            state = MarkerState.ON_COURSE
    if earlier:
        arithmetic += f"; before that {sum(earlier)} of {len(earlier)}"
    return Marker(name="night_pain", title=f"Month {months}: no pain at night", due_on=due_on, state=state, arithmetic=arithmetic)
