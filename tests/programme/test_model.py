"""What may be written down: slips of the hand are refused in one line that does not say whose record it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from controller.programme.model import (
    Answers,
    Clearance,
    Contraindication,
    Moment,
    Person,
    TableFacts,
)
from controller.programme.sessions import Felt, Rating, SessionRecord, When, cm_from_inches, inches_from_cm

AT = datetime(2026, 11, 25, 18, 30, tzinfo=UTC)


def person(**changes: object) -> Person:
    values: dict[str, object] = {"key": "p-1", "name": "Ada Quill", "added_at": AT, "height_cm": 170.0, "mass_kg": 70.0}
    return Person(**{**values, **changes})  # type: ignore[arg-type]  # wrong values are the point


def session(**changes: object) -> SessionRecord:
    values: dict[str, object] = {
        "number": 1, "protocol": "first", "started_at": AT, "zone": "UTC", "utc_offset_s": 0, "clock_trusted": True,
    }  # fmt: skip
    return SessionRecord(**{**values, **changes})  # type: ignore[arg-type]  # wrong values are the point


WRONG: list[tuple[str, Callable[[], object]]] = [
    ("mass_kg: 70000 is outside 20 to 300", lambda: person(mass_kg=70000.0)),
    ("mass_kg: nan is outside", lambda: person(mass_kg=float("nan"))),
    ("height_cm: 67 is outside 100 to 250", lambda: person(height_cm=67.0)),
    ("birth_year: 63 is outside", lambda: person(birth_year=63)),
    ("name: must be one line", lambda: person(name="   ")),
    ("name: must be one line", lambda: person(name="A\nB")),
    ("key: will not do", lambda: person(key="Ada Quill")),
    ("shaft_setting: must be one line", lambda: person(shaft_setting="")),
    ("added_at: 2026-11-25T18:30:00 is not in UTC", lambda: person(added_at=datetime(2026, 11, 25, 18, 30))),
    ("added_at: 2026-11-25T18:30:00+01:00 is not in UTC", lambda: person(added_at=AT.replace(tzinfo=timezone(timedelta(hours=1))))),
    ("glaucoma: answered yes and no", lambda: Answers(at=AT, yes=frozenset({Contraindication.GLAUCOMA}), no=frozenset(Contraindication))),
    ("angle_ceiling_deg: 95 is outside 5 to 90", lambda: Clearance(at=AT, by="Dr", on=AT.date(), angle_ceiling_deg=95.0)),
    ("inverted_ceiling_s: 5 is outside 60 to 600", lambda: Clearance(at=AT, by="Dr", on=AT.date(), inverted_ceiling_s=5.0)),
    ("expires_on: 2026-01-01 is before", lambda: Clearance(at=AT, by="Dr", on=AT.date(), expires_on=date(2026, 1, 1))),
    ("pain: 11 is outside 0 to 10", lambda: Rating(at=AT, session=1, when=When.BEFORE, pain=11)),
    ("session: 0 is outside", lambda: Felt(at=AT, session=0)),
    ("inverted_s: -1 is outside", lambda: session(inverted_s=-1.0)),
    ("known_by: 2026-11-25T18:30:00 is not in UTC", lambda: session(known_by=datetime(2026, 11, 25, 18, 30))),
    ("capacity_kg: 350 is outside 50 to 300", lambda: TableFacts(capacity_kg=350.0)),
]


@pytest.mark.req("TP15")
@pytest.mark.parametrize(("says", "make"), WRONG, ids=[says for says, _ in WRONG])
def test_a_slip_of_the_hand_is_refused_in_one_line_that_names_nobody(says: str, make: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+$") as caught:
        make()
    assert str(caught.value).startswith(says)
    assert "Ada" not in str(caught.value)


@pytest.mark.req("TP15")
def test_no_name_stands_in_a_representation() -> None:
    values = (person(), Clearance(at=AT, by="Dr Quill", on=AT.date()), Felt(at=AT, session=1, note="Ask Quill"))
    assert "Quill" not in repr(values)
    assert "Ada" not in repr(values)


@pytest.mark.req("TP12")
def test_inches_and_centimetres_are_the_same_distance() -> None:
    assert cm_from_inches(10.0) == pytest.approx(25.4)
    assert inches_from_cm(cm_from_inches(7.3)) == pytest.approx(7.3)


def test_a_moment_knows_its_local_date() -> None:
    late = Moment(at=datetime(2026, 11, 25, 23, 30, tzinfo=UTC), zone=ZoneInfo("Europe/Berlin"))
    assert late.local_date() == date(2026, 11, 26)
    assert late.local_date(AT) == date(2026, 11, 25)
    assert late.zone_name == "Europe/Berlin"
