"""What is recorded about a person by hand, one function each: the command line and the service's clerk both come through here.

Rows are added, never changed.  Each raises RecordsError for what cannot be recorded, and ValueError for a value outside its bounds.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from controller.exit_codes import ExitCode
from controller.programme import verdict
from controller.programme.model import (
    Answers,
    Clearance,
    Contraindication,
    History,
    ManualReleasePractice,
    Person,
    Preparation,
    Prepared,
    SetUpChecklist,
    SetUpItem,
)
from controller.programme.sessions import BlockedUntilCleared, Felt, Rating
from controller.programme.verdict import Case
from controller.records.database import RecordsError
from controller.records.store import Store

Judged = Callable[[Store, Person], Case]
"""What the programme is asked about a person, as the records stand."""


def answers(store: Store, person: Person, yes: frozenset[Contraindication], no: frozenset[Contraindication], at: datetime) -> Answers:
    """The nine health questions (TP1); in neither set: not answered."""
    said = Answers(at=at, yes=yes, no=no)
    store.record(person.key, said)
    return said


def practised(store: Store, person: Person, at: datetime) -> None:
    """The manual release (TP3)."""
    store.record(person.key, ManualReleasePractice(at=at))


def set_up(store: Store, person: Person, confirmed: frozenset[SetUpItem], at: datetime, session: int | None = None) -> SetUpChecklist:
    """The set-up for the coming session (TP3); `session` is the number that whoever confirms believes it to have."""
    said = SetUpChecklist(at=at, session=coming(store.history(person.key), session), confirmed=confirmed)
    store.record(person.key, said)
    return said


def prepared(store: Store, person: Person, what: Preparation, at: datetime, session: int | None = None) -> Prepared:
    """Heat or water before the coming session (TP5, TP14)."""
    said = Prepared(at=at, session=coming(store.history(person.key), session), what=what)
    store.record(person.key, said)
    return said


def cleared(store: Store, person: Person, said: Clearance, judged: Judged) -> None:
    """A clinician's clearance, or their no (TP2).  Blocks that are owed get their numbers first: it may lift them.

    Raises RecordsError for one that there is not.
    """
    with store.transaction():
        owed(store, person, judged)
        unknown = sorted(said.lifts - {block.number for block in store.history(person.key).blocks})
        if unknown:
            raise RecordsError(f"--lifts {unknown[0]}: there is no such block; `plan` names those there are", ExitCode.USAGE)
        store.record(person.key, said)


def told(store: Store, person: Person, said: Rating | Felt, judged: Judged) -> tuple[BlockedUntilCleared, ...]:
    """A rating or what was felt, and in the same transaction the blocks that it amounts to (TP9, TP11, TP12)."""
    with store.transaction():
        store.record(person.key, said)
        return owed(store, person, judged)


def owed(store: Store, person: Person, judged: Judged) -> tuple[BlockedUntilCleared, ...]:
    """Writes down the blocks that are owed and not written yet: a dizziness that only the table has measured, for one (TP11)."""
    with store.transaction():
        blocks = verdict.blocks_to_write(judged(store, person))
        store.record(person.key, *blocks)
    return blocks


def coming(history: History, session: int | None = None) -> int:
    """The number of the next session.  Raises RecordsError when another one is meant."""
    number = history.next_session
    if session not in (None, number):
        raise RecordsError(f"session {session} is not the coming one, which is session {number}", ExitCode.USAGE)
    return number


def rated_before(history: History, session: int | None = None) -> int:
    """The number of a session that a rating before it is about: the coming one, or one that there was.  Raises RecordsError."""
    return past(history, session) if session not in (None, history.next_session) else coming(history, session)


def past(history: History, session: int | None = None) -> int:
    """The number of a session that there was; of the last one without a number.  Raises RecordsError when there was none."""
    number = history.next_session - 1 if session is None else session
    if session is None and not history.sessions:
        raise RecordsError("there was no session yet", ExitCode.USAGE)
    if number not in {each.number for each in history.sessions}:
        raise RecordsError(f"there is no session {number}; `history` shows those there were", ExitCode.USAGE)
    return number
