"""People who are ready to lie on the virtual table: who they are, and the past that the programme knows of each.  Values only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from controller.programme.model import Clearance, Condition, Contraindication, History, Moment, Person
from controller.programme.sessions import StopSign
from sim.biography import Past, cleared, lived, ready

NEVER = Past()
WEEK_1, WEEK_2, WEEK_3, WEEK_5 = (Past(began_days_ago=days) for days in (4, 9, 16, 30))
"""One session a day since then, up to yesterday."""
LONG_AGO_DAYS = 400
MOST_WEEKS = 52


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """Somebody of the cast.  `past` is theirs when they are taken as they are; another week gives them another one."""

    key: str
    name: str
    about: str  # what is special, for whoever chooses
    past: Past = NEVER
    condition: Condition = Condition.GENERAL
    mass_kg: float = 80.0
    height_m: float = 1.75
    shaft_setting: str | None = "7"
    yes: frozenset[Contraindication] = field(default_factory=frozenset)
    papers: bool = True  # questions asked, signed off, manual release practised
    confirmed: bool = True  # the set-up of the coming session
    said_no: bool = False  # a clinician, to using the table at all
    inverted_ceiling_s: float | None = None  # a clinician's


CAST: tuple[Character, ...] = (
    Character(key="ida", name="Ida", about="week 1, a spotter is needed", past=WEEK_1, mass_kg=80.0),
    Character(key="nils", name="Nils", about="newcomer: the very first session", mass_kg=72.0, height_m=1.8),
    Character(key="greta", name="Greta", about="week 3, no spotter any more", past=WEEK_3, mass_kg=65.0, height_m=1.65),
    Character(key="omar", name="Omar", about="week 5, full inversion", past=WEEK_5, mass_kg=100.0, height_m=1.85),
    Character(key="maria", name="Maria", about="maintenance after three months", past=Past(began_days_ago=200, every_days=4, pause_days=3)),
    Character(key="hugo", name="Hugo", about="herniated disc, week 3", past=WEEK_3, condition=Condition.HERNIATED_DISC, mass_kg=85.0),
    Character(key="flora", name="Flora", about="acute flare-up, week 3", past=WEEK_3, condition=Condition.ACUTE_FLARE_UP, mass_kg=60.0),
    Character(key="selma", name="Selma", about="sciatica, week 2", past=WEEK_2, condition=Condition.SCIATICA, mass_kg=68.0),
    Character(key="maks", name="Maks", about="muscle spasm, week 5", past=WEEK_5, condition=Condition.MUSCLE_SPASM, mass_kg=90.0),
    Character(key="tess", name="Tess", about="has glaucoma and no clearance", yes=frozenset({Contraindication.GLAUCOMA}), past=WEEK_1),
    Character(key="paul", name="Paul", about="no papers: nothing asked or signed", papers=False, confirmed=False, shaft_setting=None),
    Character(key="lena", name="Lena", about="set-up not confirmed yet, week 3", past=WEEK_3, confirmed=False, mass_kg=50.0, height_m=1.6),
    Character(key="rosa", name="Rosa", about="today's sessions used up, week 5", past=Past(began_days_ago=30, today=1)),
    Character(key="uwe", name="Uwe", about="did not say how the last session was", past=Past(began_days_ago=16, rated=False)),
    Character(
        key="nadia", name="Nadia", about="numb after the last session: blocked", past=Past(began_days_ago=16, felt=(StopSign.NUMBNESS,))
    ),
    Character(key="vera", name="Vera", about="this week's sessions used up", past=Past(began_days_ago=200, every_days=2)),
    Character(key="karl", name="Karl", about="a clinician said no", past=WEEK_3, said_no=True, mass_kg=75.0),
    Character(key="ewa", name="Ewa", about="a clinician allows one minute, week 5", past=WEEK_5, inverted_ceiling_s=60.0, mass_kg=55.0),
    Character(key="tim", name="Tim", about="too tall for this table", mass_kg=95.0, height_m=2.05, past=WEEK_3),
    Character(key="bert", name="Bert", about="too heavy for this table", mass_kg=150.0, height_m=1.9, past=WEEK_3),
)
NOBODY = Character(key="nobody", name="Nobody", about="nobody is chosen, nobody on the table", mass_kg=0.0)
BY_KEY = {each.key: each for each in (*CAST, NOBODY)}


class NoSuchPersonError(ValueError):
    """Nobody of the cast has that name; the message is for the page."""


def find(key: str) -> Character:
    """Raises NoSuchPersonError."""
    if key not in BY_KEY:
        raise NoSuchPersonError(f"nobody is called {key!r}; there are {', '.join(BY_KEY)}")
    return BY_KEY[key]


def in_week(week: int) -> Past:
    """One session a day up to yesterday, in the middle of that week; rated and unremarkable."""
    return Past(began_days_ago=7 * (week - 1) + 3)


def person_of(who: Character, key: str, week: int | None, moment: Moment) -> Person:
    """Who they are in the records."""
    return Person(
        key=key, name=who.name if week is None else f"{who.name}, week {week}", added_at=moment.at - timedelta(days=LONG_AGO_DAYS),
        height_cm=who.height_m * 100.0, mass_kg=who.mass_kg, shaft_setting=who.shaft_setting, condition=who.condition,
    )  # fmt: skip


def _clinician(who: Character, moment: datetime) -> Iterator[Clearance]:
    """What a clinician has said about using the table at all."""
    if who.said_no:
        yield Clearance(at=moment, by="Dr Weiss", on=moment.date(), allows=False)
    if who.inverted_ceiling_s is not None:
        yield Clearance(at=moment, by="Dr Weiss", on=moment.date(), inverted_ceiling_s=who.inverted_ceiling_s)


def history_of(who: Character, week: int | None, moment: Moment) -> History:
    """What the records know of them at that moment."""
    began = moment.at - timedelta(days=LONG_AGO_DAYS - 1)
    papers = cleared(began, yes=who.yes, asked=who.papers, signed_off=who.papers, practised=who.papers)
    papers = replace(papers, clearances=tuple(_clinician(who, began)))
    history = lived(papers, who.past if week is None else in_week(week), moment)
    return ready(history, moment, prepared=(), pain=4) if who.confirmed else history
