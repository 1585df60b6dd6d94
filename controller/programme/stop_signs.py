"""What was felt in and after a session -> the stop signs it amounts to (TP9, TP11).  Pure.

Pain is read off the ratings as well as off what was said; doubt is read as danger: without a rating before, any earlier
one stands in, and without any the pain is taken to have been none.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from controller.programme.model import History
from controller.programme.outcome import Step
from controller.programme.rules import Rules
from controller.programme.sessions import Felt, Rating, SessionRecord, StopSign, When

SERIOUS = frozenset({StopSign.NUMBNESS, StopSign.BLURRED_VISION, StopSign.HEADACHE, StopSign.LONG_DIZZINESS})
"""These block every further session until a clinician has cleared them; pain steps back, and blocks only where no step is left."""

WORDS: dict[StopSign, str] = {
    StopSign.PAIN_UP: "more pain after the session",
    StopSign.SHOOTING_PAIN: "shooting pain in a rotation",
    StopSign.NUMBNESS: "numbness or weakness in a leg or foot",
    StopSign.BLURRED_VISION: "blurred vision",
    StopSign.HEADACHE: "a throbbing headache",
    StopSign.LONG_DIZZINESS: "dizziness for more than five minutes",
}

NORMAL = "A mild stretch in the lower back and a slight head rush are normal."


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was said and rated, by session: looked up once for each session of a long history."""

    felt: Mapping[int, list[Felt]]
    ratings: Mapping[int, list[Rating]]
    rated: tuple[int, ...]  # the sessions with ratings, in order


def told(history: History) -> Told:
    return by_session(history.felt, history.ratings)


def by_session(felt: Iterable[Felt], ratings: Iterable[Rating]) -> Told:
    felt_by: dict[int, list[Felt]] = {}
    ratings_by: dict[int, list[Rating]] = {}
    for each in felt:
        felt_by.setdefault(each.session, []).append(each)
    for rating in ratings:
        ratings_by.setdefault(rating.session, []).append(rating)
    return Told(felt=felt_by, ratings=ratings_by, rated=tuple(sorted(ratings_by)))


def rating(of: Told, session: int, when: When) -> Rating | None:
    """The rating that counts: the newest one for this session and side."""
    return next((r for r in reversed(of.ratings.get(session, ())) if r.when is when), None)


def rated(history: History, session: int, when: When) -> Rating | None:
    """The same, looked up for one session alone: from the end, where the newest ones stand."""
    return next((r for r in reversed(history.ratings) if r.session == session and r.when is when), None)


def signs(of: Told, session: SessionRecord, step: Step, rules: Rules) -> frozenset[StopSign]:
    """Every stop sign of one session held at `step`; one once said is not taken back by saying something else later."""
    found = set(measured(session, rules))
    for each in of.felt.get(session.number, ()):
        found |= said(each, rules)
    if _pain_rose(of, session.number, step, rules):
        found.add(StopSign.PAIN_UP)
    return frozenset(found)


def said(each: Felt, rules: Rules) -> frozenset[StopSign]:
    """The stop signs in one report."""
    return each.signs | {StopSign.LONG_DIZZINESS} if each.dizzy_minutes > rules.dizzy_minutes else each.signs


def measured(session: SessionRecord, rules: Rules) -> frozenset[StopSign]:
    """The stop signs that the table itself has seen."""
    return frozenset({StopSign.LONG_DIZZINESS} if session.dizzy_after_s > 60.0 * rules.dizzy_minutes else ())


def _pain_rose(of: Told, session: int, step: Step, rules: Rules) -> bool:
    """By more than the step allows, in any rating after the session: correcting one later takes nothing back."""
    after = [r.pain for r in of.ratings.get(session, ()) if r.when is When.AFTER]
    allowed = rules.early_pain_points if step <= Step.WEEKS_1_2 else rules.pain_points
    return bool(after) and max(after) - _pain_before(of, session) > allowed


def _pain_before(of: Told, session: int) -> int:
    """The least that was said before the session; without that, the newest rating of the one before it; without any, none."""
    before = [r.pain for r in of.ratings.get(session, ()) if r.when is When.BEFORE]
    if before:
        return min(before)
    earlier = bisect_left(of.rated, session)
    return of.ratings[of.rated[earlier - 1]][-1].pain if earlier else 0
