"""A table's records with two people in them and three weeks of one's sessions and ratings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from controller.programme.model import Person
from controller.programme.sessions import Ending, PlannedStage, Rating, SessionRecord, When
from controller.records.store import opened

BEGAN = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
SESSIONS = 18


def session(number: int) -> SessionRecord:
    at = BEGAN + timedelta(days=number)
    deep = 15.0 + min(number, 15)
    return SessionRecord(
        number=number,
        protocol="week_1" if number < 14 else "week_3",
        started_at=at,
        zone="Europe/Berlin",
        utc_offset_s=3600,
        clock_trusted=True,
        planned=(PlannedStage(angle_deg=deep, hold_s=60.0),),
        ceiling_deg=30.0,
        ended_at=at + timedelta(minutes=4),
        deepest_deg=deep,
        inverted_s=80.0 + 4 * number,
        ending=Ending.RETURN_PRESSED if number == 5 else Ending.TRIP if number == 9 else Ending.COMPLETED,
        reasons=("ankle_open",) if number == 9 else (),
        spotter_confirmed=True,
        settled=True,
    )


def ratings(number: int) -> tuple[Rating, Rating]:
    at = BEGAN + timedelta(days=number)
    pain = max(2, 8 - number // 3)
    before = Rating(at=at, session=number, when=When.BEFORE, pain=pain, toe_touch_cm=20.0 - number * 0.6, stiffness_minutes=30, doses=1)
    return before, Rating(at=at + timedelta(minutes=10), session=number, when=When.AFTER, pain=pain - 1, toe_touch_cm=18.0 - number * 0.6)


def record(folder: Path) -> None:
    """Writes them where a service would."""
    folder.mkdir(mode=0o700)
    with opened(folder) as store:
        store.add_person(Person(key="a", name="Ada <b>Lovelace</b>", added_at=BEGAN, height_cm=168.0, mass_kg=64.0))
        store.add_person(Person(key="b", name="Somebody else", added_at=BEGAN, height_cm=180.0, mass_kg=80.0))
        for number in range(1, SESSIONS + 1):
            with store.transaction():
                store.put_session(store.person_id("a"), session(number))
            store.record("a", *ratings(number))
