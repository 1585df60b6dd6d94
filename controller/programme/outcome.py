"""What the programme answers: may they start, what, how far, and if not exactly why.  Values only; verdict.py makes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, IntEnum

from controller.core.model import Refusal, SessionPlan
from controller.programme.refusal_rules import rule_of


class Step(IntEnum):
    """The steps of the progression (TP4).  A step back is the one before; from FIRST there is none."""

    FIRST = 0  # the very first session: 15 degrees for 30 s
    WEEKS_1_2 = 1
    WEEKS_3_4 = 2
    WEEK_5_ON = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """One rule that is broken now: which, by what value, and how it lifts."""

    rule: str  # "TP6"
    name: str  # snake_case, unique among the rules: "day_used_up"
    value: str  # what breaks it: "2 of 2 sessions today"; empty where something is simply missing
    says: str  # plain words, the value included
    way_back: str  # how it lifts, in plain words
    lifts_on: date | None = None  # the day on which it lifts by itself; None: somebody has to do something

    def __post_init__(self) -> None:
        row = rule_of(self.name)
        if row is None or self.rule not in row.rules:
            raise ValueError(f"{self.name} of {self.rule}: no such refusal; refusal_rules.py has them all")

    def refusal(self) -> Refusal:
        """As the panel and the core have it."""
        return Refusal(rule=self.rule, says=self.says, way_back=self.way_back, name=self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """How far and how long this person may go now, each with the rule that sets it."""

    angle_deg: float
    hold_s: float  # from arriving at the first angle to the beginning of the return
    inverted_s: float  # of inverted time, the return included (SR2)
    angle_rule: str
    hold_rule: str
    inverted_rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """What is left (TP6).  A week is today and the six days before."""

    per_day: int
    used_today: int
    per_week: int | None  # None: no weekly limit at this step
    used_week: int

    @property
    def left_today(self) -> int:
        return max(0, self.per_day - self.used_today)

    @property
    def left_week(self) -> int | None:
        return None if self.per_week is None else max(0, self.per_week - self.used_week)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One protocol that SELECT shows, and why it may not be started now."""

    protocol: str
    plan: SessionPlan  # stages with their prompts, inside the person's ceiling
    refusals: tuple[Refused, ...] = ()


class Ask(Enum):
    """What the panel should ask for now.  Those that refuse Start are in `refusals` too."""

    QUESTIONS = "questions"  # the nine of TP1
    PRACTICE = "practice"  # the manual release
    CHECKLIST = "checklist"
    RATE_BEFORE = "rate_before"
    RATE_AFTER = "rate_after"
    FELT = "felt"
    HEAT = "heat"
    WATER = "water"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """Something to be told outside a session (TP5, TP14), from one moment to another."""

    key: str
    text: str
    from_at: datetime
    until_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The programme's whole answer for one person at one moment."""

    person: str = ""  # key of whom it is about
    shaft_setting: str | None = None  # theirs, for the point of the set-up that names it
    today: date  # the local date that the rules were applied to
    next_session: int  # the number that the next session will have
    clock_sure: bool
    step: Step
    week: int | None  # since the first session, counted anew after a step back; None before it
    maintenance: bool
    ceiling: Ceiling
    quota: Quota
    spotter_required: bool
    spotter_sessions_left: int
    refusals: tuple[Refused, ...]  # whatever protocol is chosen
    offers: tuple[Offer, ...]  # in SELECT's order, the recommended one first
    notes: tuple[str, ...] = ()  # why less than usual is allowed: steps back, a clinician's ceiling
    asks: tuple[Ask, ...] = ()
    reminders: tuple[Reminder, ...] = ()  # whose time it is, outside a session

    @property
    def may_start(self) -> bool:
        """Whether at least one protocol may be started now."""
        return not self.refusals and any(not offer.refusals for offer in self.offers)


class MarkerState(Enum):
    REACHED = "reached"
    ON_COURSE = "on course"
    NOT = "not"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """One success marker (TP13) with its arithmetic; missing data are NOT."""

    name: str  # "pain", "toe_touch", "night_pain"
    title: str
    due_on: date | None  # None before the first session
    state: MarkerState
    arithmetic: str
