"""The nouns of one session: as planned, as measured, as rated and as felt.  Values only; decides nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from controller.programme import checked


class Ending(Enum):
    """How a session's return began."""

    COMPLETED = "completed"  # the plan was done
    RETURN_PRESSED = "return_pressed"
    UNANSWERED = "unanswered"  # nobody answered "are you all right?" (SR15)
    TRIP = "trip"  # a safety rule; `reasons` says which
    EMERGENCY_STOP = "emergency_stop"
    NOT_INVERTED = "not_inverted"  # ended before level: a failed proof test, or RETURN on the way
    UNKNOWN = "unknown"  # the power went, or the service: nobody wrote the end down


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStage:
    """One stage as it was planned, holds already cut to what fits (SR2)."""

    angle_deg: float
    hold_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredStage:
    """One stage as it was: the deepest angle and the time held there."""

    deepest_deg: float
    held_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    """One session, planned and measured, from an obeyed Start.  Written when Start is obeyed, completed when it is over.

    A record whose end was never written counts as a whole session against every quota and as none towards progress.
    """

    number: int  # 1, 2, 3 ... per person, in the order in which they were held
    protocol: str
    started_at: datetime
    zone: str  # of the table then: "Europe/Berlin"
    utc_offset_s: int  # of that zone then
    clock_trusted: bool  # whether the Pi's clock was sure when it began: Verdict.clock_sure
    known_by: datetime | None = None  # the first trusted moment after it, for a session held while the clock was not
    planned: tuple[PlannedStage, ...] = ()
    ceiling_deg: float = 0.0  # that the plan was given
    ended_at: datetime | None = None
    measured: tuple[MeasuredStage, ...] = ()
    deepest_deg: float = 0.0
    inverted_s: float = 0.0
    ending: Ending = Ending.UNKNOWN
    reasons: tuple[str, ...] = ()  # names of the safety rules that were broken
    spotter_confirmed: bool = False
    settled: bool = False  # stood the whole settling time (TP11)
    opened_early: bool = False  # an ankle lock was opened before RELEASE OK
    dizzy_after_s: float = 0.0  # how long DIZZY was complained of after the return (TP11)

    def __post_init__(self) -> None:
        checked.number("number", self.number, 1, 1_000_000)
        checked.number("deepest_deg", self.deepest_deg, -90.0, 95.0)
        checked.number("inverted_s", self.inverted_s, 0.0, 86_400.0)
        checked.number("dizzy_after_s", self.dizzy_after_s, 0.0, 864_000.0)
        for name in ("started_at", "ended_at", "known_by"):
            checked.instant(name, getattr(self, name))

    @property
    def held(self) -> bool:
        """Whether it counts against quotas: anything but an ending that is known never to have been inverted."""
        return self.ending is not Ending.NOT_INVERTED

    @property
    def completed(self) -> bool:
        return self.ending is Ending.COMPLETED


class When(Enum):
    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """Before or after one session (TP12).  The newest one for the same session and side is the one that counts."""

    at: datetime
    session: int
    when: When
    pain: int  # 0 none, 10 the worst
    toe_touch_cm: float | None = None  # from fingertips to toes, legs straight: 0 touches them, less than 0 goes beyond
    stiffness_minutes: int | None = None  # this morning
    doses: int | None = None  # of pain medication since yesterday
    night_pain: bool | None = None  # in the night before

    def __post_init__(self) -> None:
        checked.instant("at", self.at)
        checked.number("session", self.session, 1, 1_000_000)
        checked.number("pain", self.pain, 0, 10)
        checked.number("toe_touch_cm", self.toe_touch_cm, -60.0, 150.0)
        checked.number("stiffness_minutes", self.stiffness_minutes, 0, 1440)
        checked.number("doses", self.doses, 0, 50)


CM_PER_INCH = 2.54


def cm_from_inches(inches: float) -> float:
    return inches * CM_PER_INCH


def inches_from_cm(distance_cm: float) -> float:
    return distance_cm / CM_PER_INCH


class StopSign(Enum):
    """What ends a session and is asked for afterwards (TP9, TP11).  Pain that rose is read off the ratings too."""

    PAIN_UP = "pain_up"  # more than 2 points; any increase in weeks 1-2
    SHOOTING_PAIN = "shooting_pain"
    NUMBNESS = "numbness"  # or weakness, in leg or foot
    BLURRED_VISION = "blurred_vision"
    HEADACHE = "headache"  # throbbing; a slight head rush is normal
    LONG_DIZZINESS = "long_dizziness"  # over 5 minutes afterwards


@dataclass(frozen=True, slots=True, kw_only=True)
class Felt:
    """What the person said they felt in and after one session; no signs at all is an answer too."""

    at: datetime
    session: int
    signs: frozenset[StopSign] = frozenset()
    dizzy_minutes: int = 0
    note: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        checked.instant("at", self.at)
        checked.number("session", self.session, 1, 1_000_000)
        checked.number("dizzy_minutes", self.dizzy_minutes, 0, 14_400)
        checked.line("note", self.note, least=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedUntilCleared:
    """No session until a clinician's clearance lifts this block by its number.  Rows are added, never changed."""

    number: int  # 1, 2, 3 ... per person
    at: datetime
    session: int  # 0: in one that has been erased
    sign: StopSign

    def __post_init__(self) -> None:
        checked.number("number", self.number, 1, 1_000_000)
        checked.instant("at", self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptShown:
    """A prompt as it was given (TP7)."""

    at: datetime
    session: int
    key: str
    text: str
