"""The people of one virtual table: a real records folder, the service's journal and companion on it, and whoever keeps the papers.

The service's side begins and ends with the simulated Pi's program.  What a physiotherapist or clinician would write down is written
into the records as they would write it; the loop hears of it as it would on a real table, through the companion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from controller.config import Settings
from controller.core.model import Inputs, Latches, Outputs
from controller.latches import write_latches
from controller.programme.model import Moment, Person
from controller.programme.outcome import Refused, Verdict
from controller.programme.personal import PersonalProgramme
from controller.programme.protocols import Protocol
from controller.programme.verdict import blocks_to_write
from controller.records.journal import RecordsJournal
from controller.records.store import Store, opened
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
    """Keeps what it was told, so that the bench can say which paper is missing."""

    def __init__(self) -> None:
        super().__init__()
        self.verdict: Verdict | None = None

    def tell(self, verdict: Verdict | None) -> None:
        self.verdict = verdict
        super().tell(verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lying:
    """Who was put on the table."""

    key: str
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
        self.journal: RecordsJournal | None = None
        self.name = ""  # of whoever was put on the table last

    # ------------------------------------------------------------ the service's side

    def begin(self) -> RecordsJournal:
        """The service starts."""
        companion = Companion(self.programme, self._settings, self._protocols, self._moment)
        self._companion = companion
        self.journal = RecordsJournal(self.folder, self._settings.limits, moment=self._moment, occasion=companion.occasion)
        return self.journal

    def end(self) -> None:
        """The service is gone.  What its journal holds is written: what a torn one loses is measured elsewhere (docs/records.md)."""
        if self.journal is not None:
            self.journal.close()
        self.journal = self._companion = None
        self.programme.tell(None)

    def look(self) -> None:
        """The companion's look, between two ticks instead of on its own thread, so that virtual time stands still meanwhile."""
        if self.journal is not None and self._companion is not None:
            self._companion.look(self.journal)

    # ------------------------------------------------------------ people

    def put(self, who: str, week: int | None) -> Lying:
        """Adds somebody of the cast, with their past, and chooses them.  As they are, they come back with what they have done since."""
        character = cast.find(who)
        moment = self._moment()
        write_latches(self.folder, CLEAN)
        with opened(self.folder) as store:
            key = self._key(store, who, week)
            if key not in {person.key for person in store.people()}:
                self._add(store, cast.person_of(character, key, week, moment), values(cast.history_of(character, week, moment)))
            store.choose(key, moment.at)
        self.name = character.name
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
            store.record(person.key, *blocks_to_write(case_of(store.known(person.key), self._moment(), self._settings, self._protocols)))

    # ------------------------------------------------------------ papers

    def refused(self, selection: int) -> tuple[Refused, ...]:
        """What the programme has against a Start now, with the protocol at which SELECT stands."""
        verdict = self.programme.verdict
        if verdict is None:
            return ()
        offers = verdict.offers
        return (*verdict.refusals, *(offers[selection % len(offers)].refusals if offers else ()))

    def protocol(self, selection: int) -> str:
        """The name of the one at which SELECT stands; empty while nothing is known."""
        offers = self.programme.verdict.offers if self.programme.verdict is not None else ()
        return offers[selection % len(offers)].protocol if offers else ""

    @property
    def offered(self) -> int:
        """How many protocols SELECT goes through."""
        return len(self.programme.verdict.offers) if self.programme.verdict is not None else 0

    @property
    def told(self) -> bool:
        """Whether the loop has the answers of somebody."""
        return self.programme.verdict is not None

    def liftable(self, selection: int) -> tuple[str, ...]:
        """Names of the refusals that papers lift."""
        return tuple(each.name for each in self.refused(selection) if lift_for(each.name) is not None)

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
                found.write(Papers(store=store, known=store.known(known.person.key), moment=self._moment(), name=name))
                done.append(found.done)
        return tuple(done)

    def prepare(self, selection: int) -> None:
        """Everything that papers can lift, for the demonstration."""
        self.lift(self.liftable(selection))


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
