"""What is told outside a session, and when: water, heat, the walking window, core work on days off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from controller.programme import days, reminders
from controller.programme.model import History
from controller.programme.outcome import Reminder
from controller.programme.progression import progress
from controller.programme.protocols import Protocol
from controller.programme.rules import Rules
from controller.programme.sessions import Ending
from tests.programme.people import ADA, CLEARED, DAY_0, PROTOCOLS, TABLE, at, held_on, session

RULES = Rules()


def protocol(name: str) -> Protocol:
    return next(each for each in PROTOCOLS if each.name == name)


def today(history: History, day: float) -> dict[str, Reminder]:
    when = days.now(at(day), history, TABLE)
    return {each.key: each for each in reminders.today(ADA, progress(history, when, RULES), when)}


@pytest.mark.req("TP14", "TP5")
def test_water_half_an_hour_before_and_heat_a_quarter_of_an_hour_before_a_spasm_session() -> None:
    spasm = {each.key: each for each in reminders.before_session(DAY_0, protocol("muscle_spasm_1"), RULES)}
    assert spasm["water"].from_at == DAY_0 - timedelta(minutes=30)
    assert spasm["heat"].from_at == DAY_0 - timedelta(minutes=15)
    assert "8 oz" in spasm["water"].text
    assert "15 minutes" in spasm["heat"].text
    assert [each.key for each in reminders.before_session(DAY_0, protocol("week_1"), RULES)] == ["water"]


@pytest.mark.req("TP5")
def test_the_walk_begins_at_once_and_its_window_closes_after_ninety_minutes() -> None:
    record = session(held_on(0), at(1))
    assert record.ended_at is not None
    (walk,) = reminders.after_session(record, protocol("herniated_disc_3"), RULES)
    assert "45 to 90 minutes" in walk.text
    assert list(reminders.due((walk,), record.ended_at)) == [walk]
    assert list(reminders.due((walk,), record.ended_at + timedelta(minutes=89))) == [walk]
    assert list(reminders.due((walk,), record.ended_at + timedelta(minutes=90))) == []
    assert list(reminders.due((walk,), record.started_at)) == []
    assert reminders.after_session(record, protocol("week_1"), RULES) == ()
    for lost in (session(CLEARED, at(1), ended_at=None), session(CLEARED, at(1), ending=Ending.NOT_INVERTED)):
        assert reminders.after_session(lost, protocol("herniated_disc_3"), RULES) == ()


@pytest.mark.req("TP14")
def test_core_work_is_for_days_off_and_water_for_every_day_of_the_local_calendar() -> None:
    assert set(today(CLEARED, 0)) == {"hydrate"}
    assert set(today(held_on(0), 0.2)) == {"hydrate"}
    off = today(held_on(0), 1)
    assert set(off) == {"hydrate", "core_work"}
    assert off["core_work"].from_at == datetime(2026, 3, 2, 23, 0, tzinfo=UTC)  # midnight in Berlin
    assert off["core_work"].until_at == datetime(2026, 3, 3, 23, 0, tzinfo=UTC)
    assert "bird-dogs" in off["core_work"].text


@pytest.mark.req("TP14")
def test_a_day_has_half_the_body_weight_in_ounces() -> None:
    assert reminders.ounces_a_day(72.5748) == pytest.approx(80.0, abs=0.01)  # 160 lb
    assert "77 oz (2.3 litres)" in today(CLEARED, 0)["hydrate"].text  # 70 kg are 154 lb
