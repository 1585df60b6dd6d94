"""Commands about what is recorded of a person: questions, clearance, sign-off, set-up, ratings, what was felt.

Rows are added, never changed: a slip of the hand is put right by recording again.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from controller import entries
from controller.exit_codes import ExitCode
from controller.people.command import command, option, who
from controller.people.desk import Desk, person_of
from controller.people.quantities import DAY, DISTANCE, MINUTES
from controller.programme import checklist as checking
from controller.programme.clearance import QUESTIONS
from controller.programme.model import Clearance, Contraindication, Preparation, SetUpItem, SignOff
from controller.programme.sessions import BlockedUntilCleared, Felt, Rating, StopSign, When
from controller.records.database import RecordsError

QUESTION = click.Choice([each.value for each in Contraindication])
NUMBER = click.IntRange(min=1)


@command("ask", examples=("ask ada", "ask ada --yes glaucoma --no-others"))
@who
@option("--yes", "yes", type=QUESTION, multiple=True, help="answered yes")
@option("--no-others", is_flag=True, help="all others are answered no; without it and without --yes each is asked here")
def ask(desk: Desk, who: str, yes: tuple[str, ...], no_others: bool) -> None:
    """Ask the nine health questions (TP1)."""
    with desk.to_write() as store:
        person = person_of(store, who)
        said_yes = {Contraindication(each) for each in yes} if yes or no_others else _asked()
        said_no = set(Contraindication) - said_yes if no_others or not yes else set[Contraindication]()
        entries.answers(store, person, frozenset(said_yes), frozenset(said_no), desk.moment.at)
    found = ", ".join(sorted(each.value for each in said_yes))
    desk.tell(
        f"answered yes: {found}; a clinician's clearance is needed" if found else "recorded: nothing was answered yes",
        yes=sorted(each.value for each in said_yes), no=sorted(each.value for each in said_no),
    )  # fmt: skip


def _asked() -> set[Contraindication]:
    return {question for question, words in QUESTIONS.items() if click.confirm(words, default=None, err=True)}


@command(
    "clear",
    examples=(
        "clear ada --by 'Dr Weiss' --on 2026-11-20 --for glaucoma --angle 30 --time 3min --until 2027-05-20",
        "clear ada --by 'Dr Weiss' --on 2026-11-20 --lifts 1",
    ),
)
@who
@option("--by", required=True, help="the clinician")
@option("--on", type=DAY, required=True, help="the day it was given, 2026-11-20")
@option("--for", "covers", type=QUESTION, multiple=True, help="which of the nine it is about; none: using the table at all")
@option("--lifts", type=int, multiple=True, help="number of a block that it lifts")
@option("--angle", type=float, help="degrees at most")
@option("--time", "time_s", type=MINUTES, help="upside down at most in a session, 3min")
@option("--until", type=DAY, help="the last day on which it holds")
@option("--refused", is_flag=True, help="the clinician says no")
def clear(desk: Desk, who: str, covers: tuple[str, ...], lifts: tuple[int, ...], refused: bool, **said: Any) -> None:
    """Record a clinician's clearance, or their no."""
    clearance = Clearance(
        at=desk.moment.at, by=said["by"], on=said["on"],
        covers=frozenset(Contraindication(each) for each in covers), lifts=frozenset(lifts),
        allows=not refused, angle_ceiling_deg=said["angle"], inverted_ceiling_s=said["time_s"], expires_on=said["until"],
    )  # fmt: skip
    desk.has_come("--on", clearance.on)
    with desk.to_write() as store:
        person = person_of(store, who)
        entries.cleared(store, person, clearance, desk.case_of_blocks)
    desk.tell(f"recorded: {clearance.by} {'clears' if clearance.allows else 'does not clear'} {person.name}", clearance=clearance)


@command("sign-off", examples=("sign-off ada --by 'A. Turner, physiotherapist' --on 2026-11-20",))
@who
@option("--by", required=True, help="who signs off")
@option("--on", type=DAY, required=True, help="the day, 2026-11-20")
def sign_off(desk: Desk, who: str, by: str, on: date) -> None:
    """Record the sign-off that everybody needs before their first session."""
    desk.has_come("--on", on)
    with desk.to_write() as store:
        person = person_of(store, who)
        store.record(person.key, SignOff(at=desk.moment.at, by=by, on=on))
    desk.tell(f"recorded: {by} signs off {person.name}", by=by, on=on)


@command("practised", examples=("practised ada",))
@who
def practised(desk: Desk, who: str) -> None:
    """Record that the manual release was practised."""
    with desk.to_write() as store:
        entries.practised(store, person_of(store, who), desk.moment.at)
    desk.tell("recorded: manual release practised", practised=True)


@command("checklist", examples=("checklist ada", "checklist ada --all"))
@who
@option("--all", "everything", is_flag=True, help="every point is confirmed; without it each is asked here")
def checklist(desk: Desk, who: str, everything: bool) -> None:
    """Go through the set-up before the next session (TP3)."""
    with desk.to_write() as store:
        person = person_of(store, who)
        confirmed = frozenset(
            item for item in SetUpItem if everything or click.confirm(checking.words(item, person), default=None, err=True)
        )
        said = entries.set_up(store, person, confirmed, desk.moment.at)
    missing = [item.value for item in SetUpItem if item not in confirmed]
    done = f"not confirmed: {', '.join(missing)}" if missing else f"set-up confirmed for session {said.session}"
    desk.tell(done, session=said.session, missing=missing)


@command("prepared", examples=("prepared ada heat",))
@who
@click.argument("what", metavar="WHAT", type=click.Choice([each.value for each in Preparation]))
def prepared(desk: Desk, who: str, what: str) -> None:
    """Record that heat was applied, or water drunk, before the next session."""
    with desk.to_write() as store:
        said = entries.prepared(store, person_of(store, who), Preparation(what), desk.moment.at)
    desk.tell(f"recorded: {what} before session {said.session}", session=said.session, what=what)


# ------------------------------------------------------------------ before and after a session


@command("rate", examples=("rate ada --before --pain 6 --toe 12cm --stiffness 20 --doses 1 --night-pain", "rate ada --after --pain 4"))
@who
@option("--before", "when", flag_value="before", help="before the coming session")
@option("--after", "when", flag_value="after", help="after the last session")
@option("--session", type=NUMBER, help="another session, by its number")
@option("--pain", type=click.IntRange(0, 10), required=True, help="0 none, 10 the worst")
@option("--toe", type=DISTANCE, help="fingertips to toes, legs straight: 12cm or 5in")
@option("--stiffness", type=int, help="minutes this morning")
@option("--doses", type=int, help="of pain medication since yesterday")
@option("--night-pain/--no-night-pain", default=None, help="in the night before")
def rate(desk: Desk, who: str, when: str | None, session: int | None, pain: int, **said: Any) -> None:
    """Rate pain, toe-touch, stiffness, medication and night pain (TP12)."""
    if when is None:
        raise RecordsError("rate: say --before or --after a session", ExitCode.USAGE)
    with desk.to_write() as store:
        person = person_of(store, who)
        history = store.history(person.key)
        number = entries.past(history, session) if when == "after" else entries.rated_before(history, session)
        rating = Rating(
            at=desk.moment.at, session=number, when=When(when), pain=pain, toe_touch_cm=said["toe"],
            stiffness_minutes=said["stiffness"], doses=said["doses"], night_pain=said["night_pain"],
        )  # fmt: skip
        blocked = _blocked(entries.told(store, person, rating, desk.case))
    desk.tell(f"recorded {when} session {number}: pain {pain}{blocked}", rating=rating)


@command("felt", examples=("felt ada --nothing", "felt ada --sign numbness --dizzy-minutes 2 --note 'left foot, gone after a minute'"))
@who
@option("--session", type=NUMBER, help="another session than the last, by its number")
@option("--sign", type=click.Choice([each.value for each in StopSign]), multiple=True)
@option("--nothing", is_flag=True, help="nothing of that kind: an answer too")
@option("--dizzy-minutes", type=int, default=0, help="how long afterwards")
@option("--note", default="", help="one line")
def felt(desk: Desk, who: str, session: int | None, sign: tuple[str, ...], nothing: bool, dizzy_minutes: int, note: str) -> None:
    """Record what was felt in and after the last session (TP9, TP11)."""
    if not (nothing or sign or dizzy_minutes) or (nothing and sign):
        raise RecordsError("felt: say either --nothing, or what: --sign, --dizzy-minutes", ExitCode.USAGE)
    with desk.to_write() as store:
        person = person_of(store, who)
        number, signs = entries.past(store.history(person.key), session), frozenset(StopSign(each) for each in sign)
        said = Felt(at=desk.moment.at, session=number, signs=signs, dizzy_minutes=dizzy_minutes, note=note)
        blocked = _blocked(entries.told(store, person, said, desk.case))
    desk.tell(f"recorded for session {number}: {', '.join(sorted(sign)) or 'no stop sign'}{blocked}", felt=said)


def _blocked(blocks: tuple[BlockedUntilCleared, ...]) -> str:
    return "".join(f"; block {block.number}: a clinician has to look at it ({block.sign.value})" for block in blocks)


COMMANDS = (ask, clear, sign_off, practised, checklist, prepared, rate, felt)
