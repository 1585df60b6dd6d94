"""Between the records and the programme: what the table's settings mean for it, and who keeps the running loop told.

The loop only looks answers up (programme/personal.py).  A thread of its own looks a few times a second whether anything that
they rest on has changed, asks the programme, and hands the new answers over.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Protocol as Port

from controller.config import ProgrammeSettings, Settings, TableSettings
from controller.programme import verdict
from controller.programme.model import Moment, Person, TableFacts
from controller.programme.outcome import Verdict
from controller.programme.personal import PersonalProgramme
from controller.programme.protocols import Protocol, ProtocolError, builtin_protocols, condition_protocols, own_protocols
from controller.programme.verdict import Case
from controller.records.store import Known, Store
from controller.records.summarise import Occasion

LOOK_EVERY_S = 0.25
ASK_EVERY_S = 30.0  # days begin and checklists grow old without anything being written


def table_facts(table: TableSettings, *, latest_seen: datetime | None, erased_session_at: datetime | None) -> TableFacts:
    """The frame's own figures, and what the records know of the calendar."""
    return TableFacts(
        capacity_kg=table.capacity_kg,
        height_least_cm=table.height_least_cm,
        height_most_cm=table.height_most_cm,
        certified_mark=table.certified_mark,
        latest_seen=latest_seen,
        erased_session_at=erased_session_at,
    )


def protocols_of(settings: Settings) -> tuple[Protocol, ...]:
    """Everything this table can offer.  Raises ProtocolError when one of its own protocols is wrong."""
    own = own_protocols(Path(settings.programme.protocols), settings.limits, settings.rules) if settings.programme.protocols else ()
    return (*builtin_protocols(settings.limits), *condition_protocols(settings.limits), *own)


def protocols_or_shipped(settings: Settings, say: Callable[[str], None]) -> tuple[tuple[Protocol, ...], bool]:
    """All of them; or, when one of the table's own is wrong, `say` hears which and there are only those that come with the table."""
    try:
        return protocols_of(settings), True
    except ProtocolError as error:
        say(str(error))
        return protocols_of(replace(settings, programme=ProgrammeSettings())), False


def case_of(known: Known, moment: Moment, settings: Settings, protocols: tuple[Protocol, ...]) -> Case:
    """What the programme is asked about: one person as the records have them, at this table and moment."""
    table = table_facts(settings.table, latest_seen=known.latest_seen, erased_session_at=known.erased_session_at)
    return Case(
        person=known.person,
        history=known.history,
        moment=moment,
        table=table,
        protocols=protocols,
        limits=settings.limits,
        rules=settings.rules,
    )


def _occasion(known: Known, answer: Verdict) -> Occasion:
    return Occasion(person=known.person.key, session=answer.next_session, clock_sure=answer.clock_sure)


class Records(Port):
    """What the companion asks of the records; controller.records.journal.RecordsJournal has it."""

    def want(self, key: str | None) -> None: ...

    @property
    def known(self) -> Known | None: ...

    @property
    def chosen(self) -> str | None: ...

    @property
    def idle(self) -> bool: ...

    @property
    def people(self) -> tuple[Person, ...]: ...


def nobody_asks(*, idle: bool) -> None:
    """A service without a page."""


class Companion:
    """Keeps one PersonalProgramme told.  `look` is one look; `start` does it over and over on a thread."""

    def __init__(
        self,
        programme: PersonalProgramme,
        settings: Settings,
        protocols: tuple[Protocol, ...],
        moment: Callable[[], Moment],
    ) -> None:
        self._programme = programme
        self._settings = settings
        self._protocols = protocols
        self._moment = moment
        self._person: str | None = None
        self._known: Known | None = None
        self._asked_at: Moment | None = None
        self._occasion: Occasion | None = None
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def occasion(self) -> Occasion | None:
        """Who would begin a session now, and which of theirs it would be; asked by the journal when one begins."""
        return self._occasion

    def look(self, records: Records) -> None:
        """Whatever has changed since the last look is told.  Somebody else is taken only while the table is idle (SR12)."""
        if records.idle:
            self._choose(records, records.chosen)
            self._programme.know(tuple(person.key for person in records.people))
        known, moment = records.known, self._moment()
        if known is None:
            self._forget()
        elif known is not self._known or self._old(moment):
            self._known, self._asked_at = known, moment
            answer = verdict.judge(case_of(known, moment, self._settings, self._protocols))
            self._occasion = _occasion(known, answer)  # before the answers that let it begin
            self._programme.tell(answer)

    def judged(self, store: Store, person: Person) -> Case:
        """What the programme is asked about somebody, as the records stand."""
        return case_of(store.known(person.key), self._moment(), self._settings, self._protocols)

    def offer_first(self, person: str, protocol: str) -> bool:
        """This protocol is shown first to the person who is chosen; False when it is somebody else, or not offered to them."""
        known = self._known
        return known is not None and known.person.key == person and self._programme.offer_first(protocol)

    @property
    def person(self) -> Person | None:
        """Whose answers the loop has."""
        return None if self._known is None else self._known.person

    def _choose(self, records: Records, key: str | None) -> None:
        if key != self._person:
            self._person = key
            self._forget()
            records.want(key)

    def _forget(self) -> None:
        """Nobody, or somebody whose records are still being read: nothing that was told about the one before holds."""
        if self._known is not None:
            self._programme.tell(None)
            self._known = self._occasion = None

    def _old(self, moment: Moment) -> bool:
        last = self._asked_at
        if last is None or last.clock_trusted != moment.clock_trusted:
            return True
        return abs((moment.at - last.at).total_seconds()) >= ASK_EVERY_S

    # ------------------------------------------------------------ its thread

    def start(self, records: Records, attend: Callable[..., None] = nobody_asks) -> None:
        """`attend(idle=...)` sees to what somebody at a page asks, before each look."""
        self._thread = threading.Thread(target=self._work, args=(records, attend), name="companion", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether somebody still looks: answers that nobody renews must not let anybody start."""
        return self._thread is not None and self._thread.is_alive()

    def close(self, within_s: float = 1.0) -> None:
        self._closing.set()
        if self._thread is not None:
            self._thread.join(within_s)

    def _work(self, records: Records, attend: Callable[..., None]) -> None:
        while not self._closing.wait(LOOK_EVERY_S):
            attend(idle=records.idle)
            self.look(records)
