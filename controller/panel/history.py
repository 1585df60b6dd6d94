"""What is recorded about people, for the page: told by a process that owns the records, over a local socket on which nothing is ever read.

The panel's own user cannot open the records.  Whoever connects gets everything as one JSON text and the end of it; there is no
question to ask, so nothing asked can do harm.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

import msgspec

from controller.config import Settings
from controller.core.limits import Limits
from controller.panel.lifted import Lift, Lifts
from controller.panel.local_socket import bound_at
from controller.programme import checklist, days, stop_signs, verdict
from controller.programme.clearance import QUESTIONS
from controller.programme.markers import markers
from controller.programme.model import Moment, Person
from controller.programme.offers import fitting
from controller.programme.outcome import Marker, Offer, Refused, Step, Verdict
from controller.programme.progression import progress
from controller.programme.protocols import Protocol
from controller.programme.sessions import Felt, Rating, SessionRecord
from controller.programme.verdict import Case
from controller.records.database import RecordsError
from controller.records.reader import Reader, Row, reading
from controller.telemetry import StagePlan
from controller.therapy import case_of

PATIENCE_S = 20.0
"""For a listener that does not take what it asked for, and for a teller that does not tell."""
MOST_BYTES = 100_000_000  # 200 people with a year of sessions each are 24 MB
BACKLOG = 4
REFUSALS_MOST = 50
"""Refusals of one person that are told, the newest."""


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """One session that SELECT shows, with the holds that really fit, and why it may not be started now."""

    name: str
    title: str
    stages: tuple[StagePlan, ...]
    refused: tuple[Refused, ...]


STEPS = {
    Step.FIRST: "the very first session",
    Step.WEEKS_1_2: "weeks 1-2",
    Step.WEEKS_3_4: "weeks 3-4",
    Step.WEEK_5_ON: "week 5 on",
}


class RefusedStart(msgspec.Struct, frozen=True, kw_only=True):
    """START pressed and refused: when, by which rule, in which words, and what lifted it."""

    at: datetime
    rule: str
    text: str
    lifted: Lift


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One person as the page shows them."""

    key: str
    name: str
    chosen: bool  # to lie on the table next
    week: int | None
    step: str
    notes: tuple[str, ...]
    next_session: int
    asks: tuple[str, ...]  # what is still to be told
    refused: tuple[Refused, ...]  # what refuses START now, whatever is chosen
    offers: tuple[Offered, ...]
    set_up: dict[str, str]  # each point of the set-up, in this person's words
    markers: tuple[Marker, ...]
    sessions: tuple[SessionRecord, ...]
    ratings: tuple[Rating, ...]
    felt: tuple[Felt, ...]
    refusals: tuple[RefusedStart, ...]  # the newest first


WORDS = {
    "questions": {question.value: words for question, words in QUESTIONS.items()},
    "signs": {sign.value: words for sign, words in stop_signs.WORDS.items()},
    "prepared": {what.value: words for what, words in checklist.PREPARATIONS.items()},
    "normal": stop_signs.NORMAL,
}
"""What the forms say that is the same for everybody."""


def tell(case: Case, *, chosen: bool, refusals: list[Row]) -> Told:
    """Everything is worked out by the programme itself, with this table's own facts."""
    person, history = case.person, case.history
    when = days.now(case.moment, history, case.table)
    course = progress(history, when, case.rules)
    answer: Verdict = verdict.judge(case)
    return Told(
        key=person.key,
        name=person.name,
        chosen=chosen,
        week=course.week,
        step=STEPS[course.step],
        notes=answer.notes,
        next_session=answer.next_session,
        asks=tuple(ask.value for ask in answer.asks),
        refused=answer.refusals,
        offers=tuple(_offered(offer, case.limits) for offer in answer.offers),
        set_up={item.value: checklist.words(item, person) for item in checklist.ITEMS},
        markers=markers(history, course, when, case.rules),
        sessions=history.sessions,
        ratings=history.ratings,
        felt=history.felt,
        refusals=tuple(_refused(Lifts(case), refusals)),
    )


def _refused(lifts: Lifts, rows: list[Row]) -> Iterator[RefusedStart]:
    for row in rows:
        at = datetime.fromisoformat(row["at"])
        yield RefusedStart(at=at, rule=row["rule"], text=row["text"], lifted=lifts.of(at, row["rule"], row["text"]))


def _offered(offer: Offer, limits: Limits) -> Offered:
    stages = tuple(StagePlan(angle_deg=angle_deg, hold_s=hold_s) for angle_deg, hold_s in fitting(offer, limits))
    return Offered(name=offer.protocol, title=offer.plan.title, stages=stages, refused=offer.refusals)


def everybody(folder: Path, settings: Settings, protocols: tuple[Protocol, ...], moment: Moment) -> bytes:
    """JSON of all people; `{"wrong": ...}` when the records cannot be read."""

    def told(reader: Reader, person: Person) -> Told:
        case = case_of(reader.known(person.key), moment, settings, protocols)
        return tell(case, chosen=reader.chosen() == person.key, refusals=reader.refusals(person.key, REFUSALS_MOST))

    try:
        with reading(folder) as reader:
            people = [told(reader, person) for person in reader.people()]
            nobodys = reader.refusals(None, REFUSALS_MOST)
    except RecordsError as error:
        return msgspec.json.encode({"wrong": str(error)})
    return msgspec.json.encode({"people": people, "words": WORDS, "nobodys": nobodys})


def shown(told: bytes, who: str | None, asked: str | None) -> bytes:
    """Of what was told, what a page gets: who there is, and one of them in full.

    A visitor who is somebody (`who`) gets themselves and nobody else (TP15).  Without anybody `asked` for, or with somebody that
    this visitor may not see, it is whoever is next on the table, or the first.
    """
    found = msgspec.json.decode(told)
    if "people" not in found:
        return msgspec.json.encode(found)
    people = [person for person in found["people"] if who in (None, person["key"])]
    chosen = [person for person in people if person["chosen"]]
    one = next((person for person in (*(each for each in people if each["key"] == asked), *chosen, *people)), None)
    names = [{"key": person["key"], "name": person["name"], "chosen": person["chosen"]} for person in people]
    return msgspec.json.encode(
        {"people": names, "person": one, "words": found["words"], "nobodys": found["nobodys"] if who is None else []}
    )


def listen(path: Path) -> socket.socket:
    """A stream socket at `path` for the panel's group.  Raises OSError."""
    return bound_at(path, socket.SOCK_STREAM, BACKLOG)


def tell_for_ever(bound: socket.socket, told: Callable[[], bytes]) -> None:
    """One listener after the other; one that is slow or gone costs PATIENCE_S."""
    while True:
        listener, _ = bound.accept()
        with closing(listener), suppress(OSError):
            listener.settimeout(PATIENCE_S)
            listener.sendall(told())


async def ask(path: Path) -> bytes:
    """What the teller says, whole.  Raises OSError or TimeoutError when there is none."""
    async with asyncio.timeout(PATIENCE_S):
        reader, writer = await asyncio.open_unix_connection(str(path))
        try:
            return await _all(reader)
        finally:
            writer.close()


async def _all(reader: asyncio.StreamReader) -> bytes:
    parts: list[bytes] = []
    while part := await reader.read(65536):
        parts.append(part)
        if sum(map(len, parts)) > MOST_BYTES:
            raise OSError("the records are larger than a page can show")
    return b"".join(parts)
