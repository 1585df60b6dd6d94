"""A year of the programme: one person in under a minute, or a clinic of them, day by day, through the real rules.  Prints what came of it.

Whoever may start holds the session that the programme offers.  Each plan is run once on the simulated table at the fast depth,
monitors on; further sessions by the same plan take that recorded result.  With `--records` everything is written into a
records folder as the service would, for charts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from controller.core.limits import Limits
from controller.core.model import Permission, SessionPlan
from controller.programme import days, markers, progression
from controller.programme.model import Clearance, History, Moment, Person, Preparation, TableFacts
from controller.programme.outcome import MarkerState, Step, Verdict
from controller.programme.protocols import builtin_protocols, condition_protocols
from controller.programme.rules import Rules
from controller.programme.sessions import Felt, Rating, SessionRecord, StopSign, When
from controller.programme.verdict import Case, blocks_to_write, judge
from controller.records.rows import TABLES
from controller.records.store import opened
from controller.records.summarise import Fold, Occasion
from sim import year_body
from sim.agenda import Agenda
from sim.biography import cleared, ready, values
from sim.runner import Run
from sim.scenario import Scenario
from sim.trace import Row
from sim.year_body import Body, Character

DAYS = 365
Tell = Callable[[int], None]
BEGINS = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
FRAME = TableFacts(capacity_kg=150.0, certified_mark="CE")
HOURS = (9, 13, 18)
"""When in a day somebody comes."""

MARKERS_EVERY_DAYS = 7

CLINICIAN_DAYS = 4
"""So long it takes to see a clinician."""


# ------------------------------------------------------------------ sessions on the simulated table


class Recording(Run):
    """A run that the records' own fold listens to."""

    def __init__(self, plan: SessionPlan, limits: Limits) -> None:
        scenario = Scenario(
            path=Path("year"),
            name="year",
            title=plan.title,
            plan=plan,
            permission=Permission(plan=plan, spotter_required=False),
            limits=limits,
            lasts_s=1500.0,
        )
        super().__init__(scenario, "fast", 1, lambda _moment: None)
        self._fold = Fold(limits, lambda: Occasion(person="somebody", session=1))
        self.record: SessionRecord | None = None

    def tick(self, agenda: Agenda, row: Row) -> None:
        super().tick(agenda, row)
        disk = self.process.disk
        if disk.inputs is not None:
            news = self._fold.take(
                lambda: Moment(at=BEGINS + timedelta(seconds=row.t_s), zone=ZONE, clock_trusted=True), disk.inputs, disk.outputs
            )
            if news.session is not None:
                self.record = news.session.record


class Table:
    """Holds sessions: the first by a plan on the simulated table, the others from what was recorded then."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._recorded: dict[SessionPlan, SessionRecord] = {}

    def hold(self, plan: SessionPlan, number: int, at: datetime) -> SessionRecord:
        """Raises RuntimeError when a monitor was violated: then nothing of this is worth printing."""
        if plan not in self._recorded:
            run = Recording(plan, self._limits)
            failures = run.to_the_end().failures()
            if failures or run.record is None:
                raise RuntimeError(f"{plan.name}: {failures[0] if failures else 'no session was recorded'}")
            self._recorded[plan] = run.record
        found = self._recorded[plan]
        lasted = (found.ended_at or found.started_at) - found.started_at
        offset = at.astimezone(ZONE).utcoffset() or timedelta(0)
        return replace(
            found,
            number=number,
            started_at=at,
            ended_at=at + lasted,
            zone=str(ZONE),
            utc_offset_s=int(offset.total_seconds()),
            spotter_confirmed=True,
        )

    @property
    def simulated(self) -> int:
        """How many sessions really ran."""
        return len(self._recorded)


# ------------------------------------------------------------------ one person's year


@dataclass(slots=True)
class Course:
    """One person's year so far."""

    person: Person
    who: Character
    body: Body
    history: History = field(default_factory=History)
    refused: Counter[str] = field(default_factory=Counter)
    steps: list[tuple[int, Step]] = field(default_factory=list)  # day on which each began
    most_week: int = 0
    most_day: int = 0
    reached: dict[str, int] = field(default_factory=dict)  # marker -> day


class Year:
    """Lets the days pass."""

    def __init__(self, *, seed: int, limits: Limits) -> None:
        self._dice = Random(seed)
        self._limits = limits
        self._protocols = (*builtin_protocols(limits), *condition_protocols(limits))
        self._rules = Rules()
        self.table = Table(limits)

    def begin(self, number: int) -> Course:
        """Somebody new, with everything asked that is asked once."""
        who = year_body.character(self._dice)
        person = Person(
            key=f"demo-{number:03}", name=f"Demo Person {number}", added_at=BEGINS, height_cm=self._dice.uniform(155.0, 195.0),
            mass_kg=self._dice.uniform(50.0, 90.0), shaft_setting=str(self._dice.randint(1, 9)), condition=who.condition,
        )  # fmt: skip
        course = Course(person=person, who=who, body=year_body.body(self._dice), history=cleared(BEGINS, yes=who.yes))
        if who.yes:
            self._note(course, Clearance(at=BEGINS, by="Dr Weiss", on=BEGINS.date(), covers=who.yes, angle_ceiling_deg=45.0))
        return course

    def day(self, course: Course, number: int) -> None:
        """One day: they come when they want to, as often as they are let."""
        course.body = year_body.next_day(course.body, course.who, self._dice)
        held = 0
        for hour in HOURS:
            if course.body.away_days or self._dice.random() > course.body.eager_ratio:
                continue
            at = BEGINS + timedelta(days=number, hours=hour - BEGINS.hour, minutes=self._dice.randint(0, 50))
            held += self._come(course, number, Moment(at=at, zone=ZONE, clock_trusted=True))
        course.most_day = max(course.most_day, held)

    def _come(self, course: Course, number: int, moment: Moment) -> bool:
        self._prepare(course, moment)
        answer = judge(self._case(course, moment))
        self._look(course, number, answer, moment)
        if not answer.may_start:
            course.refused.update(refused.name for refused in (answer.refusals or answer.offers[0].refusals)[:1])
            self._see_a_clinician(course, answer, moment)
            return False
        session = self.table.hold(answer.offers[0].plan, answer.next_session, moment.at)
        self._note(course, session)
        self._afterwards(course, session)
        return True

    def _prepare(self, course: Course, moment: Moment) -> None:
        """What is confirmed and rated before each session."""
        session, now = course.history.next_session, course.body
        course.history = ready(course.history, moment, prepared=(Preparation.HEAT,), pain=None)
        self._note(course, self._rating(moment.at, session, When.BEFORE, now.pain_ratio, now))

    def _rating(self, at: datetime, session: int, when: When, pain_ratio: float, now: Body) -> Rating:
        return Rating(
            at=at,
            session=session,
            when=when,
            pain=min(10, max(0, round(pain_ratio * 10.0))),
            toe_touch_cm=round(now.toe_touch_cm, 1),
            stiffness_minutes=round(now.pain_ratio * 50.0),
            doses=round(now.pain_ratio * 2.5),
            night_pain=self._dice.random() < now.night_ratio,
        )

    def _afterwards(self, course: Course, session: SessionRecord) -> None:
        slip = year_body.sign(course.who, self._dice)
        at = session.ended_at or session.started_at
        pain_up = 0.3 if slip is StopSign.PAIN_UP else 0.0
        course.body = year_body.after_session(course.body, course.who)
        signs = frozenset() if slip in (None, StopSign.PAIN_UP) else frozenset({slip})
        self._note(course, Felt(at=at, session=session.number, signs=signs))
        self._note(course, self._rating(at, session.number, When.AFTER, course.body.pain_ratio + pain_up, course.body))
        for block in blocks_to_write(self._case(course, Moment(at=at, zone=ZONE, clock_trusted=True))):
            self._note(course, block)

    def _see_a_clinician(self, course: Course, answer: Verdict, moment: Moment) -> None:
        """Whoever is blocked goes to see one, and is cleared after some days."""
        blocked = frozenset(block.number for block in course.history.blocks)
        lifted = frozenset(number for clearance in course.history.clearances for number in clearance.lifts)
        open_since = max((block.at for block in course.history.blocks if block.number not in lifted), default=None)
        if open_since is not None and moment.at - open_since > timedelta(days=CLINICIAN_DAYS):
            self._note(course, Clearance(at=moment.at, by="Dr Weiss", on=answer.today, lifts=blocked - lifted))

    def _look(self, course: Course, number: int, answer: Verdict, moment: Moment) -> None:
        if not course.steps or course.steps[-1][1] is not answer.step:
            course.steps.append((number, answer.step))
        course.most_week = max(course.most_week, answer.quota.used_week)
        if number % MARKERS_EVERY_DAYS == 0:
            self._markers(course, number, moment)

    def _markers(self, course: Course, number: int, moment: Moment) -> None:
        case = self._case(course, moment)
        now = days.now(moment, course.history, case.table)
        progress = progression.progress(course.history, now, case.rules)
        for marker in markers.markers(course.history, progress, now, case.rules):
            if marker.state is MarkerState.REACHED:
                course.reached.setdefault(marker.name, number)

    def _case(self, course: Course, moment: Moment) -> Case:
        return Case(
            person=course.person,
            history=course.history,
            moment=moment,
            table=FRAME,
            protocols=self._protocols,
            limits=self._limits,
            rules=self._rules,
        )

    def _note(self, course: Course, value: object) -> None:
        """Into the history."""
        name = TABLES[type(value)]
        changes: dict[str, Any] = {name: (*getattr(course.history, name), value)}
        course.history = replace(course.history, **changes)


# ------------------------------------------------------------------ what came of it


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
    most_a_week: int
    markers_reached: dict[str, int]
    steps: dict[str, int]  # how many people ever reached each


def summary(courses: list[Course], day_count: int, simulated: int) -> Summary:
    """Over everybody."""
    refusals: Counter[str] = Counter()
    reached: Counter[str] = Counter()
    steps: Counter[str] = Counter()
    backs = 0
    for course in courses:
        refusals.update(course.refused)
        reached.update(course.reached.keys())  # people, not the days on which they did
        steps.update({step.name for _, step in course.steps})
        backs += sum(later[1] < earlier[1] for earlier, later in zip(course.steps, course.steps[1:], strict=False))
    return Summary(
        people=len(courses),
        days=day_count,
        sessions=sum(len(course.history.sessions) for course in courses),
        sessions_simulated=simulated,
        refusals=dict(refusals.most_common()),
        step_backs=backs,
        blocks=sum(len(course.history.blocks) for course in courses),
        most_a_day=max(course.most_day for course in courses),
        most_a_week=max(course.most_week for course in courses),
        markers_reached=dict(reached),
        steps={step.name: steps[step.name] for step in Step if steps[step.name]},
    )


def run(
    people: int, *, day_count: int = DAYS, seed: int = 1, tell: Callable[[int], None] = lambda _day: None
) -> tuple[list[Course], Summary]:
    """A year of so many people; `tell` hears each day."""
    year = Year(seed=seed, limits=Limits())
    courses = [year.begin(number + 1) for number in range(people)]
    for day in range(day_count):
        for course in courses:
            year.day(course, day)
        tell(day)
    return courses, summary(courses, day_count, year.table.simulated)


def write(courses: list[Course], folder: Path) -> None:
    """Everything into a records folder, as the service and the command line would have written it.  Raises RecordsError."""
    with opened(folder) as store:
        for course in courses:
            with store.transaction():
                store.add_person(course.person)
                store.record(course.person.key, *values(course.history))
