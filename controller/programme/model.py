"""The nouns of the therapy programme: a person, what is known of them, and the table's facts.  Values only; decides nothing.

Moments are aware datetimes in UTC; a calendar date is the local one of whoever wrote it down.  What has not been said is
None and never counts as good.  A person's name stands in no representation, so that it reaches no log by accident.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from enum import Enum

from controller.programme import checked
from controller.programme.sessions import BlockedUntilCleared, Felt, PromptShown, Rating, SessionRecord

# ------------------------------------------------------------------ a person


class Condition(Enum):
    """What the person uses the table for; each has its own protocols (TP5)."""

    GENERAL = "general"
    HERNIATED_DISC = "herniated_disc"
    ACUTE_FLARE_UP = "acute_flare_up"
    SCIATICA = "sciatica"
    MUSCLE_SPASM = "muscle_spasm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who lies on the table (TP15).  `key` is opaque, is never used again after an erasure, and is what other records name."""

    key: str
    name: str = field(repr=False)
    added_at: datetime
    height_cm: float
    mass_kg: float
    shaft_setting: str | None = None  # as it is marked on the table's main shaft; None until it has been found (TP2)
    condition: Condition = Condition.GENERAL
    dizzy_to_level: bool = False  # a clinician's setting: DIZZY past the gate goes back to level, not to 30 degrees (TP10)
    language: str = "en"
    birth_year: int | None = None

    def __post_init__(self) -> None:
        checked.key("key", self.key)
        checked.line("name", self.name)
        checked.instant("added_at", self.added_at)
        checked.number("height_cm", self.height_cm, 100.0, 250.0)
        checked.number("mass_kg", self.mass_kg, 20.0, 300.0)
        checked.number("birth_year", self.birth_year, 1900, 2100)
        if self.shaft_setting is not None:
            checked.line("shaft_setting", self.shaft_setting)


# ------------------------------------------------------------------ medical clearance (TP1)


class Contraindication(Enum):
    """The nine of TP1.  The words of the questions are clearance.py's."""

    HIGH_BLOOD_PRESSURE = "high_blood_pressure"  # systolic over 140, or hypertension
    GLAUCOMA = "glaucoma"
    RETINAL_DETACHMENT = "retinal_detachment"
    RECENT_STROKE = "recent_stroke"
    PREGNANCY = "pregnancy"
    BLOOD_THINNERS = "blood_thinners"
    SEVERE_OSTEOPOROSIS = "severe_osteoporosis"  # T-score below -2.5
    VERTIGO = "vertigo"
    ABDOMINAL_HERNIA = "abdominal_hernia"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """One time that the nine questions were asked.  Later answers are further rows: a yes is never overwritten."""

    at: datetime
    yes: frozenset[Contraindication] = frozenset()
    no: frozenset[Contraindication] = frozenset()  # in neither: not answered

    def __post_init__(self) -> None:
        checked.instant("at", self.at)
        both = sorted(question.value for question in self.yes & self.no)
        if both:
            raise ValueError(f"{both[0]}: answered yes and no; one of them would be right")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearance:
    """A clinician's clearance: who, when, for what, how far and until when.  Never changed; a newer one takes its place."""

    at: datetime  # when it was recorded
    by: str = field(repr=False)
    on: date  # the date that the clinician gave it
    covers: frozenset[Contraindication] = frozenset()
    lifts: frozenset[int] = frozenset()  # numbers of the blocks that it lifts
    allows: bool = True  # False: the clinician says no to what it covers, and takes back an earlier yes
    angle_ceiling_deg: float | None = None
    inverted_ceiling_s: float | None = None  # of inverted time in a session, the return included
    expires_on: date | None = None  # the last day on which it holds; None: it does not expire

    def __post_init__(self) -> None:
        checked.instant("at", self.at)
        checked.line("by", self.by)
        checked.number("angle_ceiling_deg", self.angle_ceiling_deg, 5.0, 90.0)
        checked.number("inverted_ceiling_s", self.inverted_ceiling_s, 60.0, 600.0)
        if self.expires_on is not None and self.expires_on < self.on:
            raise ValueError(f"expires_on: {self.expires_on} is before the clearance itself, {self.on}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOff:
    """The recorded sign-off that everyone needs before the first session."""

    at: datetime
    by: str = field(repr=False)
    on: date

    def __post_init__(self) -> None:
        checked.instant("at", self.at)
        checked.line("by", self.by)


# ------------------------------------------------------------------ before Start (TP3, TP5)


class SetUpItem(Enum):
    """What is confirmed on the panel before each Start.  The words are checklist.py's."""

    HEIGHT_SET = "height_set"
    NON_SLIP_SOCKS = "non_slip_socks"
    CLAMP_LEVEL = "clamp_level"
    ONE_FINGER = "one_finger"
    CLICKS_HEARD = "clicks_heard"
    TABLE_STABLE = "table_stable"
    ARMS_CROSSED = "arms_crossed"
    PHONE_IN_REACH = "phone_in_reach"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpChecklist:
    """What was confirmed for one session; the next session needs its own."""

    at: datetime
    session: int  # the number that this session will have
    confirmed: frozenset[SetUpItem] = frozenset()

    def __post_init__(self) -> None:
        checked.instant("at", self.at)
        checked.number("session", self.session, 1, 1_000_000)


class Preparation(Enum):
    """What a protocol may require or advise before a session."""

    HEAT = "heat"  # 15 minutes of it (TP5)
    WATER = "water"  # 8 oz, 30 minutes before (TP14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A preparation confirmed for one session."""

    at: datetime
    session: int
    what: Preparation

    def __post_init__(self) -> None:
        checked.instant("at", self.at)
        checked.number("session", self.session, 1, 1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualReleasePractice:
    """The manual release lever, practised once by the person (TP3)."""

    at: datetime

    def __post_init__(self) -> None:
        checked.instant("at", self.at)


# ------------------------------------------------------------------ all of it


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Everything recorded about one person, each list in the order in which it was recorded."""

    answers: tuple[Answers, ...] = ()
    clearances: tuple[Clearance, ...] = ()
    sign_offs: tuple[SignOff, ...] = ()
    practices: tuple[ManualReleasePractice, ...] = ()
    checklists: tuple[SetUpChecklist, ...] = ()
    prepared: tuple[Prepared, ...] = ()
    sessions: tuple[SessionRecord, ...] = ()
    ratings: tuple[Rating, ...] = ()
    felt: tuple[Felt, ...] = ()
    blocks: tuple[BlockedUntilCleared, ...] = ()
    prompts: tuple[PromptShown, ...] = ()  # for export; no decision reads them
    erased_before: bool = False  # somebody recognised as the same was erased while they needed a clearance

    @property
    def next_session(self) -> int:
        """The number that the next session will have."""
        return self.sessions[-1].number + 1 if self.sessions else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFacts:
    """What the programme must know of the table.  The defaults are the least that the guide's tables have; "" is no mark."""

    capacity_kg: float = 113.39  # 250 lb
    height_least_cm: float = 152.4  # 5'0"
    height_most_cm: float = 198.12  # 6'6"
    certified_mark: str = ""  # UL, CE or ASTM, as it stands on the frame
    latest_seen: datetime | None = None  # the latest moment that a trusted clock has shown; only ever moves on
    erased_session_at: datetime | None = None  # when the newest session of anybody who has been erased began; nothing about whose

    def __post_init__(self) -> None:
        checked.number("capacity_kg", self.capacity_kg, 50.0, 300.0)
        checked.number("height_least_cm", self.height_least_cm, 100.0, 250.0)
        checked.number("height_most_cm", self.height_most_cm, 100.0, 250.0)
        checked.instant("latest_seen", self.latest_seen)
        checked.instant("erased_session_at", self.erased_session_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Now, as the Pi's clock shows it, and whether anything vouches for that clock (time service, battery clock, a person)."""

    at: datetime
    zone: tzinfo
    clock_trusted: bool = False

    def __post_init__(self) -> None:
        checked.instant("at", self.at)

    @property
    def zone_name(self) -> str:
        return str(self.zone)

    def local_date(self, at: datetime | None = None) -> date:
        """The calendar date of a moment in this zone; of now without one."""
        return (at or self.at).astimezone(self.zone).date()
