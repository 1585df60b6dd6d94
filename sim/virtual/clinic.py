"""The people of one virtual table: a real records folder, the service's journal and companion on it, and whoever keeps the papers.

The service's side begins and ends with the simulated Pi's program.  What a physiotherapist or clinician would write down is written
into the records as they would write it; the loop hears of it as it would on a real table, through the companion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from controller import entries
from controller.clerk import Clerk
from controller.config import Settings
from controller.core.model import Inputs, Latches, Outputs, Permission
from controller.latches import write_latches
from controller.panel.history import everybody
from controller.programme.model import Moment, Person
from controller.programme.outcome import Refused, Verdict
from controller.programme.personal import PersonalProgramme
from controller.programme.protocols import Protocol
from controller.programme.verdict import Case
from controller.records.journal import RecordsJournal
from controller.records.store import Store, opened
from controller.requests import Answer
from controller.therapy import Companion, case_of
from sim.biography import values
from sim.process import Disk
from sim.virtual import cast
from sim.virtual.lifts import Papers, lift_for
from sim.world import World

CLEAN = Latches(inspection_due=False, load_refused=False, clean_shutdown=True)


class NoSuchChoiceError(ValueError):
    """An order about papers or days that makes no sense now; the message is for the page."""


class OpenProgramme(PersonalProgramme):
    """Keeps what it was told and what it answered last, so that the bench can say which paper is missing."""

    def __init__(self) -> None:
        super().__init__()
        self.verdict: Verdict | None = None
        self.protocol = ""  # the one that the display shows; empty while nobody's answers hold

    def tell(self, verdict: Verdict | None) -> None:
        self.verdict = verdict
        super().tell(verdict)

    def permission(self, selection: int, at_upright: bool) -> Permission:
        answer = super().permission(selection, at_upright)
        self.protocol = answer.plan.name if answer.plan is not None else ""
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Lying:
    """Who was put on the table."""

    key: str | None  # in the records; None: nobody was chosen
    character: cast.Character
    week: int | None  # None: as the cast has them


class Clinic:
    """One folder of records.  Everything here is called by the table's own thread."""

    def __init__(self, folder: Path, settings: Settings, protocols: tuple[Protocol, ...], moment: Callable[[], Moment]) -> None:
        self.folder = folder
        self.programme = OpenProgramme()
        self._settings = settings
        self._protocols = protocols
        self._moment = moment
        self._companion: Companion | None = None
        self._clerk: Clerk | None = None
        self.fetch: Callable[[], bytes | None] = lambda: None  # the request that stands at a page
        self.journal: RecordsJournal | None = None
        self.key: str | None = None
        self.name = ""  # of whoever was put on the table last

    # ------------------------------------------------------------ the service's side

    def begin(self) -> RecordsJournal:
        """The service starts."""
        companion = Companion(self.programme, self._settings, self._protocols, self._moment)
        self._companion = companion
        self._clerk = Clerk(self.folder, self._moment, companion.judged, companion.offer_first, self._fetch)
        self.journal = RecordsJournal(
            self.folder, self._settings.limits, moment=self._moment, occasion=companion.occasion, confirmed=self._clerk.hear
        )
        return self.journal

    def end(self) -> None:
        """The service is gone.  What its journal holds is written: what a torn one loses is measured elsewhere (docs/records.md)."""
        if self.journal is not None:
            self.journal.close()
        self.journal = self._companion = self._clerk = None
        self.programme.tell(None)

    def look(self) -> None:
        """The companion's thread's work, between two frames instead, so that virtual time stands still meanwhile."""
        if self.journal is not None and self._companion is not None and self._clerk is not None:
            self._clerk.attend(idle=self.journal.idle)
            self._companion.look(self.journal)

    def _fetch(self) -> bytes | None:
        return self.fetch()

    def told(self) -> bytes:
        """What the pages about people show, read from the records.  From any thread."""
        return everybody(self.folder, self._settings, self._protocols, self._moment())

    @property
    def answer(self) -> Answer | None:
        """What became of the newest request."""
        return None if self._clerk is None else self._clerk.answer

    def offer_first(self, protocol: str) -> bool:
        """Whether whoever is chosen is offered this protocol; it is the one shown then."""
        return self.journal is not None and self._companion is not None and self._companion.offer_first(self.key or "", protocol)

    # ------------------------------------------------------------ people

    def put(self, who: str, week: int | None) -> Lying:
        """Adds somebody of the cast, with their past, and chooses them.  As they are, they come back with what they have done since."""
        character = cast.find(who)
        moment = self._moment()
        write_latches(self.folder, CLEAN)
        with opened(self.folder) as store:
            key = None if character is cast.NOBODY else self._key(store, who, week)
            if key is not None and key not in {person.key for person in store.people()}:
                self._add(store, cast.person_of(character, key, week, moment), values(cast.history_of(character, week, moment)))
            store.choose(key, moment.at)
        self.key, self.name = key, character.name
        return Lying(key=key, character=character, week=week)

    def _key(self, store: Store, who: str, week: int | None) -> str:
        """Another week is another past, and so another row each time."""
        if week is None:
            return who
        taken = {person.key for person in store.people()}
        return next(key for number in range(1, len(taken) + 2) if (key := f"{who}-week-{week}-{number}") not in taken)

    def _add(self, store: Store, person: Person, past: Iterable[object]) -> None:
        with store.transaction():
            store.add_person(person)
            store.record(person.key, *past)
            entries.owed(store, person, self._judged)

    def _judged(self, store: Store, person: Person) -> Case:
        return case_of(store.known(person.key), self._moment(), self._settings, self._protocols)

    # ------------------------------------------------------------ papers

    def refused(self) -> tuple[Refused, ...]:
        """What the programme has against a Start now, with the protocol that the display shows."""
        verdict, shown = self.programme.verdict, self.programme.protocol
        if verdict is None:
            return ()
        own = (refused for offer in verdict.offers if offer.protocol == shown for refused in offer.refusals)
        return (*verdict.refusals, *own)

    @property
    def known(self) -> bool:
        """Whether the loop has the answers of somebody, and has looked."""
        return self.programme.verdict is not None and bool(self.programme.protocol)

    def liftable(self) -> tuple[str, ...]:
        """Names of the refusals that papers lift."""
        return tuple(each.name for each in self.refused() if lift_for(each.name) is not None)

    def lift(self, names: Iterable[str]) -> tuple[str, ...]:
        """Write down what lifts these refusals; what was written, in words.  Raises NoSuchChoiceError for one that no paper lifts."""
        known = None if self.journal is None else self.journal.known
        if known is None:
            raise NoSuchChoiceError("nobody is chosen, or the controller does not run")
        done = []
        with opened(self.folder) as store:
            for name in names:
                found = lift_for(name)
                if found is None:
                    raise NoSuchChoiceError(f"{name.replace('_', ' ')}: no paper lifts this")
                now = store.known(known.person.key)
                found.write(Papers(store=store, known=now, moment=self._moment(), name=name, judged=self._judged))
                done.append(found.done)
        return tuple(done)

    def prepare(self) -> None:
        """Everything that papers can lift, for the demonstration."""
        self.lift(self.liftable())


class RecordedDisk(Disk):
    """The simulated Pi's disk with the product's own journal on it; latches are what stands in its folder."""

    def __init__(self, world: World, clinic: Clinic) -> None:
        super().__init__(CLEAN, world)
        self._clinic = clinic

    def begin(self) -> None:
        self._latches = self._clinic.begin().latches()

    def end(self) -> None:
        self._clinic.end()

    def put(self, inputs: Inputs, outputs: Outputs) -> None:
        super().put(inputs, outputs)
        if self._clinic.journal is not None:
            self._clinic.journal.put(inputs, outputs)

    @property
    def storage_ok(self) -> bool:
        journal = self._clinic.journal
        return super().storage_ok and journal is not None and journal.storage_ok
