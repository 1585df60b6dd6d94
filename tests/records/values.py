"""People and what is recorded about them, for the tests of the records: one of everything, and generators of any."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from controller.programme.model import (
    Answers,
    Clearance,
    Condition,
    Contraindication,
    History,
    ManualReleasePractice,
    Moment,
    Person,
    Preparation,
    Prepared,
    SetUpChecklist,
    SetUpItem,
    SignOff,
)
from controller.programme.sessions import (
    BlockedUntilCleared,
    Ending,
    Felt,
    MeasuredStage,
    PlannedStage,
    PromptShown,
    Rating,
    SessionRecord,
    StopSign,
    When,
)
from controller.records.rows import TABLES

NOW = datetime(2026, 3, 1, 18, 30, tzinfo=UTC)
MOMENT = Moment(at=NOW, zone=UTC, clock_trusted=True)
PERSON = Person(
    key="p-1",
    name="Marie Curie-Skłodowska",
    added_at=NOW,
    height_cm=171.5,
    mass_kg=64.0,
    shaft_setting="7",
    condition=Condition.SCIATICA,
    dizzy_to_level=True,
    language="pl",
    birth_year=1967,
)
SESSION = SessionRecord(
    number=1,
    protocol="week_1",
    started_at=NOW,
    zone="Europe/Berlin",
    utc_offset_s=3600,
    clock_trusted=True,
    planned=(PlannedStage(angle_deg=15.0, hold_s=30.0), PlannedStage(angle_deg=20.5, hold_s=60.0)),
    ceiling_deg=30.0,
    ended_at=NOW + timedelta(minutes=4),
    measured=(MeasuredStage(deepest_deg=15.01, held_s=29.98),),
    deepest_deg=15.3,
    inverted_s=55.5,
    ending=Ending.TRIP,
    reasons=("imu_stale", "mains_lost"),
    spotter_confirmed=True,
    settled=True,
    opened_early=True,
    dizzy_after_s=12.0,
)
EVERYTHING = History(
    answers=(
        Answers(at=NOW, yes=frozenset({Contraindication.VERTIGO, Contraindication.GLAUCOMA}), no=frozenset({Contraindication.PREGNANCY})),
    ),
    clearances=(
        Clearance(
            at=NOW,
            by="Dr Frankenstein-Überall",
            on=date(2026, 2, 27),
            covers=frozenset({Contraindication.VERTIGO}),
            lifts=frozenset({1, 12}),
            allows=False,
            angle_ceiling_deg=45.0,
            inverted_ceiling_s=120.0,
            expires_on=date(2026, 8, 27),
        ),
        Clearance(at=NOW, by="Dr No", on=date(2026, 3, 1)),
    ),
    sign_offs=(SignOff(at=NOW, by="Physio Phil", on=date(2026, 3, 1)),),
    practices=(ManualReleasePractice(at=NOW),),
    checklists=(SetUpChecklist(at=NOW, session=1, confirmed=frozenset({SetUpItem.ONE_FINGER, SetUpItem.HEIGHT_SET})),),
    prepared=(Prepared(at=NOW, session=1, what=Preparation.HEAT),),
    sessions=(SESSION, replace(SESSION, number=2, clock_trusted=False, ended_at=None, measured=(), reasons=(), ending=Ending.UNKNOWN)),
    ratings=(
        Rating(at=NOW, session=1, when=When.BEFORE, pain=7, toe_touch_cm=-2.5, stiffness_minutes=20, doses=2, night_pain=True),
        Rating(at=NOW, session=1, when=When.AFTER, pain=5),
    ),
    felt=(Felt(at=NOW, session=1, signs=frozenset({StopSign.NUMBNESS}), dizzy_minutes=6, note="left-foot-tingling"),),
    blocks=(BlockedUntilCleared(number=1, at=NOW, session=1, sign=StopSign.NUMBNESS),),
    prompts=(PromptShown(at=NOW, session=1, key="breathe", text="Breathe through the nose."),),
)


def values(history: History) -> list[object]:
    """Each of them, in the order of the history's lists."""
    return [value for name in TABLES.values() for value in getattr(history, name)]
