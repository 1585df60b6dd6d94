"""One person's year: day by day through the programme's real rules, each day a function of the days before it and of its own dice.

The dice of a day are thrown from the seed, the person's number and the day: nobody's year depends on who else comes, nor on
how many processes live the years.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from controller.core.limits import Limits
from controller.core.model import SessionPlan
from controller.programme import days, markers
from controller.programme.model import Clearance, History, Moment, Person, Preparation, TableFacts
from controller.programme.outcome import MarkerState, Refused, Step, Verdict
from controller.programme.progression import SoFar, further, progress
from controller.programme.protocols import builtin_protocols, condition_protocols
from controller.programme.refusal_rules import rule_of
from controller.programme.rules import Rules
from controller.programme.sessions import Felt, Rating, SessionRecord, StopSign, When
from controller.programme.verdict import Case, blocks_to_write, judge
from sim import year_body
from sim.biography import cleared, noted, ready
from sim.year_body import Body, Character
from sim.year_table import ZONE, held_again

BEGINS_ON = date(2024, 1, 8)
"""A Monday so long ago that the year is over, whenever somebody looks at what was recorded."""

FRAME = TableFacts(capacity_kg=150.0, certified_mark="CE")
HOURS = (9, 13, 18)
"""When in a day somebody comes (UTC)."""

MARKERS = ("pain", "toe_touch", "night_pain")
"""In the order in which they fall due (TP13)."""

MARKERS_EVERY_DAYS = 7
CLINICIAN_DAYS = 4
"""So long it takes to see a clinician."""

Recorded = dict[SessionPlan, SessionRecord]


class NotHeldError(Exception):
    """A session by this plan has not been held on the simulated table yet."""

    def __init__(self, plan: SessionPlan) -> None:
        super().__init__(plan.name)
        self.plan = plan


@dataclass(slots=True, kw_only=True)
class Course:
    """One person's year so far."""

    number: int
    person: Person
    who: Character
    body: Body
    history: History
    day: int = 0  # the next one to live
    so_far: SoFar | None = None  # as far as the history has been walked
    again_on: date | None = None  # a refusal said so: they do not come before
    sees_clinician: bool = False  # until then
    refused: Counter[str] = field(default_factory=Counter)
    steps: list[tuple[int, Step]] = field(default_factory=list)  # day on which each began
    reached: dict[str, int] = field(default_factory=dict)  # marker -> day

    def copy(self) -> Course:
        """One that a day may change: the other stays as it was."""
        return replace(self, refused=self.refused.copy(), steps=self.steps.copy(), reached=self.reached.copy())


class Clinic:
    """Lets the days of anybody pass."""

    def __init__(self, seed: int, limits: Limits, begins_on: date = BEGINS_ON, *, goes_on: bool = True) -> None:
        """`goes_on`: each walk through a history goes on from the one before; without, all of it is walked each time."""
        self._seed = seed
        self._begins = datetime.combine(begins_on, time(HOURS[0]), UTC)
        self._limits = limits
        self._goes_on = goes_on
        self._protocols = (*builtin_protocols(limits), *condition_protocols(limits))
        self._rules = Rules()

    def begin(self, number: int) -> Course:
        """Somebody new, with everything asked that is asked once."""
        dice, begins = Random(f"{self._seed}/{number}"), self._begins
        who = year_body.character(dice)
        person = Person(
            key=f"demo-{number:03}", name=f"Demo Person {number}", added_at=begins, height_cm=dice.uniform(155.0, 195.0),
            mass_kg=dice.uniform(50.0, 90.0), shaft_setting=str(dice.randint(1, 9)), condition=who.condition,
        )  # fmt: skip
        course = Course(number=number, person=person, who=who, body=year_body.body(dice), history=cleared(begins, yes=who.yes))
        if who.yes:
            _note(course, Clearance(at=begins, by="Dr Weiss", on=begins.date(), covers=who.yes, angle_ceiling_deg=45.0))
        return course

    def live(self, course: Course, day_count: int, recorded: Recorded) -> tuple[Course, SessionPlan | None]:
        """As many days as there are, or as go without a session that nobody has held yet: then its plan too; that day has not begun."""
        while course.day < day_count:
            after = course.copy()
            try:
                self._day(after, recorded)
            except NotHeldError as error:
                return course, error.plan
            course = after
        return course, None

    def _day(self, course: Course, recorded: Recorded) -> None:
        """They come when they want to, as often as they are let, and not before the day that a refusal has named."""
        dice = Random(f"{self._seed}/{course.number}/{course.day}")
        course.body = year_body.next_day(course.body, course.who, dice)
        for hour in HOURS:
            if course.body.away_days or dice.random() > course.body.eager_ratio:
                continue
            at = self._begins + timedelta(days=course.day, hours=hour - HOURS[0], minutes=dice.randint(0, 50))
            moment = Moment(at=at, zone=ZONE, clock_trusted=True)
            if course.again_on is None or moment.local_date() >= course.again_on:
                self._come(course, moment, dice, recorded)
        if course.day % MARKERS_EVERY_DAYS == 0 and len(course.reached) < len(MARKERS):
            self._markers(course)
        course.day += 1

    def _come(self, course: Course, moment: Moment, dice: Random, recorded: Recorded) -> None:
        if course.sees_clinician:
            _clear(course, moment)
        self._prepare(course, moment, dice)
        answer = judge(self._case(course, moment))
        if not course.steps or course.steps[-1][1] is not answer.step:
            course.steps.append((course.day, answer.step))
        if not answer.may_start:
            _turned_away(course, answer)
            return
        plan = answer.offers[0].plan
        result = recorded.get(plan)
        if result is None:
            raise NotHeldError(plan)
        session = held_again(result, answer.next_session, moment.at)
        _note(course, session)
        self._afterwards(course, session, dice)

    def _prepare(self, course: Course, moment: Moment, dice: Random) -> None:
        """What is confirmed and rated before each session."""
        session = course.history.next_session
        course.history = ready(course.history, moment, prepared=(Preparation.HEAT,), pain=None)
        _note(course, _rating(moment.at, session, When.BEFORE, course.body.pain_ratio, course.body, dice))

    def _afterwards(self, course: Course, session: SessionRecord, dice: Random) -> None:
        slip = year_body.sign(course.who, dice)
        at = session.ended_at or session.started_at
        pain_up = 0.3 if slip is StopSign.PAIN_UP else 0.0
        course.body = year_body.after_session(course.body, course.who)
        signs = frozenset() if slip in (None, StopSign.PAIN_UP) else frozenset({slip})
        _note(course, Felt(at=at, session=session.number, signs=signs))
        _note(course, _rating(at, session.number, When.AFTER, course.body.pain_ratio + pain_up, course.body, dice))
        for block in blocks_to_write(self._case(course, Moment(at=at, zone=ZONE, clock_trusted=True))):
            _note(course, block)

    def _markers(self, course: Course) -> None:
        moment = Moment(at=self._begins + timedelta(days=course.day), zone=ZONE, clock_trusted=True)
        case = self._case(course, moment)
        now = days.now(moment, course.history, case.table)
        where = progress(course.history, now, case.rules, case.so_far)
        for marker in markers.markers(course.history, where, now, case.rules):
            if marker.state is MarkerState.REACHED:
                course.reached.setdefault(marker.name, course.day)

    def _case(self, course: Course, moment: Moment) -> Case:
        if self._goes_on:
            course.so_far = further(course.history, ZONE, self._rules, course.so_far)
        return Case(
            person=course.person,
            history=course.history,
            moment=moment,
            table=FRAME,
            protocols=self._protocols,
            limits=self._limits,
            rules=self._rules,
            so_far=course.so_far,
        )


def _rating(at: datetime, session: int, when: When, pain_ratio: float, now: Body, dice: Random) -> Rating:
    return Rating(
        at=at,
        session=session,
        when=when,
        pain=min(10, max(0, round(pain_ratio * 10.0))),
        toe_touch_cm=round(now.toe_touch_cm, 1),
        stiffness_minutes=round(now.pain_ratio * 50.0),
        doses=round(now.pain_ratio * 2.5),
        night_pain=dice.random() < now.night_ratio,
    )


def _note(course: Course, value: object) -> None:
    """Into the history."""
    course.history = noted(course.history, value)


def _turned_away(course: Course, answer: Verdict) -> None:
    """They come again on the day that was named; whoever is told none sees a clinician first."""
    in_the_way = [answer.refusals] if answer.refusals else [offer.refusals for offer in answer.offers]
    course.refused.update(_family(refused) for refused in in_the_way[0][:1])
    named = [[refused.lifts_on for refused in each] for each in in_the_way]
    lifts = [max(day for day in each if day is not None) for each in named if None not in each]
    course.again_on = min(lifts, default=None)
    if course.again_on is None:
        course.again_on, course.sees_clinician = answer.today + timedelta(days=CLINICIAN_DAYS), True


def _family(refused: Refused) -> str:
    """All blocks are one figure, whatever their numbers."""
    row = rule_of(refused.name)
    return refused.name if row is None else row.name.rstrip("_")


def _clear(course: Course, moment: Moment) -> None:
    """The clinician has looked at whatever blocks."""
    blocked = frozenset(block.number for block in course.history.blocks)
    lifted = frozenset(number for clearance in course.history.clearances for number in clearance.lifts)
    course.sees_clinician = False
    if blocked - lifted:
        _note(course, Clearance(at=moment.at, by="Dr Weiss", on=moment.local_date(), lifts=blocked - lifted))
