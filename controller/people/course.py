"""Commands about the course of the therapy: what may be done now, what was done, whether it helps."""

from __future__ import annotations

from datetime import datetime

import click

from controller.people.command import command, option, who
from controller.people.desk import Desk, person_of, plain
from controller.programme import days, markers, offers, progression, stop_signs, verdict
from controller.programme.model import Person
from controller.programme.outcome import Offer, Verdict
from controller.programme.sessions import Rating, SessionRecord, When
from controller.programme.verdict import Case


def _case(desk: Desk, who: str) -> Case:
    with desk.to_read() as store:
        return desk.case(store, person_of(store, who))


# ------------------------------------------------------------------ now


@command("plan", examples=("plan ada", "--json plan ada"))
@who
def plan(desk: Desk, who: str) -> None:
    """What this person may do now; if nothing, exactly why and what lifts it."""
    case = _case(desk, who)
    answer = verdict.judge(case)
    if desk.as_json:
        desk.give({"may_start": answer.may_start, "verdict": answer})
        return
    desk.tell("\n".join(_standing(case.person, answer)))
    refused = [(each.rule, each.says, each.way_back, plain(each.lifts_on)) for each in answer.refusals]
    if refused:
        desk.table("\nStart is refused", ("rule", "why", "what lifts it", "by itself on"), refused, "")
    rows = [
        (
            offer.protocol,
            _planned(offer, case),
            "; ".join(f"{each.says} {each.way_back} ({each.rule})" for each in offer.refusals) or "yes",
        )
        for offer in answer.offers
    ]
    desk.table("\nprotocols, as SELECT shows them", ("protocol", "plan", "may be chosen"), rows, "no protocol fits this person")
    for each in answer.reminders:
        desk.tell(f"{'now' if each.until_at is None or each.key == 'walk' else 'today'}: {each.text}")


def _planned(offer: Offer, case: Case) -> str:
    return " then ".join(f"{angle_deg:g} deg {hold_s:.0f} s" for angle_deg, hold_s in offers.fitting(offer, case.limits)) or "-"


def _standing(person: Person, answer: Verdict) -> list[str]:
    week = "before the first session" if answer.week is None else f"week {answer.week}"
    ceiling, quota = answer.ceiling, answer.quota
    lines = [
        f"{person.name}: {'may start' if answer.may_start else 'may not start'}; session {answer.next_session}, {week}",
        f"at most {ceiling.angle_deg:g} degrees ({ceiling.angle_rule}), {ceiling.hold_s:g} s held ({ceiling.hold_rule}), "
        f"{ceiling.inverted_s:g} s upside down in all ({ceiling.inverted_rule})",
        f"today {quota.used_today} of {quota.per_day} sessions"
        + ("" if quota.per_week is None else f"; in seven days {quota.used_week} of {quota.per_week}"),
    ]
    if answer.spotter_required:
        lines.append(f"a spotter is needed for {answer.spotter_sessions_left} more sessions")
    return [*lines, *answer.notes]


# ------------------------------------------------------------------ then


@command("history", examples=("history ada", "history ada --last 5"))
@who
@option("--last", type=click.IntRange(min=1), default=20, show_default=True, help="how many sessions")
def history(desk: Desk, who: str, last: int) -> None:
    """The sessions there were: planned and measured, how they ended, what was felt."""
    case = _case(desk, who)
    sessions, told = case.history.sessions[-last:], stop_signs.told(case.history)
    if desk.as_json:
        desk.give([_session_values(told, session) for session in sessions])
        return
    head = ("session", "when", "protocol", "deepest", "upside down", "ended", "pain", "felt")
    rows = [_session_row(desk, told, session) for session in sessions]
    desk.table("", head, rows, f"{case.person.name} has had no session yet")


def _session_values(told: stop_signs.Told, session: SessionRecord) -> dict[str, object]:
    return {
        "session": session,
        "before": stop_signs.rating(told, session.number, When.BEFORE),
        "after": stop_signs.rating(told, session.number, When.AFTER),
        "felt": told.felt.get(session.number, []),
    }


def _session_row(desk: Desk, told: stop_signs.Told, session: SessionRecord) -> tuple[str, ...]:
    before = stop_signs.rating(told, session.number, When.BEFORE)
    after = stop_signs.rating(told, session.number, When.AFTER)
    signs = sorted({sign.value.replace("_", " ") for each in told.felt.get(session.number, ()) for sign in each.signs})
    ending = session.ending.value.replace("_", " ")
    return (
        str(session.number),
        _local(desk, session.started_at) + ("" if session.clock_trusted else " (clock not sure)"),
        session.protocol,
        f"{session.deepest_deg:.0f} deg",
        f"{session.inverted_s:.0f} s",
        f"{ending} ({', '.join(session.reasons)})" if session.reasons else ending,
        f"{_pain(before)} to {_pain(after)}",
        ", ".join(signs) or "-",
    )


def _pain(rating: Rating | None) -> str:
    return "-" if rating is None else str(rating.pain)


def _local(desk: Desk, at: datetime) -> str:
    return at.astimezone(desk.moment.zone).strftime("%Y-%m-%d %H:%M")


@command("progress", examples=("progress ada",))
@who
def progress(desk: Desk, who: str) -> None:
    """The three success markers with their arithmetic (TP13)."""
    case = _case(desk, who)
    now = days.now(case.moment, case.history, case.table)
    course = progression.progress(case.history, now, case.rules)
    found = markers.markers(case.history, course, now, case.rules)
    if desk.as_json:
        desk.give({"week": course.week, "step": course.step.name, "maintenance": course.maintenance, "markers": found})
        return
    rows = [(marker.title, marker.state.value, plain(marker.due_on), marker.arithmetic) for marker in found]
    desk.table("", ("marker", "is", "due", "how that is worked out"), rows, "")
    for note in course.notes:
        desk.tell(note)


COMMANDS = (plan, history, progress)
