"""Takes what somebody at the page asks or the panel was told, and does it or says why not.  Never the control thread's business.

The page's process cannot reach this one: the clerk goes there and fetches the one request that stands (decision 0026).  It changes
who is next, what is offered first and what is recorded, through the same functions as the command line; it has no way to move anything.
What was confirmed with the panel's own buttons comes over from the loop in one piece and is done by the same functions.
"""

from __future__ import annotations

import socket
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from controller import entries
from controller.core.asking import Confirmed
from controller.programme import questions, stop_signs
from controller.programme.model import Contraindication, Moment, Person
from controller.programme.sessions import BlockedUntilCleared, Felt, Rating, When
from controller.records.database import FILE, RecordsError, connect, prepare
from controller.records.store import Store
from controller.requests import (
    FRESH_S,
    MOST_BYTES,
    Answer,
    AnswerQuestions,
    AnyRequest,
    Choose,
    ChooseProtocol,
    ConfirmPractice,
    ConfirmPrepared,
    ConfirmSetUp,
    Feel,
    Rate,
    RequestError,
    parse,
)

REMEMBERED = 200
"""Tokens that are never done again."""
AT_ONCE = 40
EVERY_S = 5.0
"""So many requests may come in a row, then one each five seconds: a page gone mad fills no disk."""
PATIENCE_S = 0.2
CONFIRMED_MOST = 4
"""Answers of the panel that may wait; a person gives one in some seconds."""
FELT_MOST = 20
"""Reports of one session; each may add a sign and none takes one back."""

BUSY = ("The table is in use: a request counts only while it stands idle at upright rest.", "Wait until it is ready again, then ask again.")
OLD = ("The request came too late.", "Ask again.")
MANY = ("Too many requests.", "Wait a few seconds, then ask again.")
STRANGE = "Not understood"


class RefusedError(Exception):
    """Why a request is not done, and what to do."""

    def __init__(self, says: str, way_back: str) -> None:
        super().__init__(says)
        self.says = says
        self.way_back = way_back


def fetch_from(path: Path) -> bytes | None:
    """The request that stands at the page's socket; None when there is none, or no page.  Takes twice PATIENCE_S at most."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_CLOEXEC) as errand:
        errand.settimeout(PATIENCE_S)
        try:
            errand.connect(str(path))
            return errand.recv(MOST_BYTES + 1) or None
        except OSError:
            return None


class Clerk:
    """`attend` is one errand.  `judged` is the programme's question, `offer_first` shows one of the chosen person's protocols."""

    def __init__(
        self,
        folder: Path,
        moment: Callable[[], Moment],
        judged: entries.Judged,
        offer_first: Callable[[str, str], bool],
        fetch: Callable[[], bytes | None],
        now_s: Callable[[], float] = time.monotonic,
        say: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self._folder = folder
        self._moment = moment
        self._judged = judged
        self._offer_first = offer_first
        self._fetch = fetch
        self._now_s = now_s
        self._say = say
        self._done: deque[str] = deque(maxlen=REMEMBERED)
        self._confirmed: deque[Confirmed] = deque(maxlen=CONFIRMED_MOST)
        self._left, self._counted_s = float(AT_ONCE), now_s()
        self._acts: dict[type[AnyRequest], Callable[..., str]] = {
            ChooseProtocol: self._protocol,
            AnswerQuestions: self._answers,
            ConfirmSetUp: self._set_up,
            ConfirmPractice: self._practised,
            ConfirmPrepared: self._prepared,
            Rate: self._rate,
            Feel: self._feel,
        }
        self.answer: Answer | None = None  # the newest; exchanged in one piece, the telemetry's thread reads it

    def hear(self, answer: Confirmed) -> None:
        """What was confirmed at the panel, from the control thread: left here, done at the next errand."""
        self._confirmed.append(answer)

    def attend(self, *, idle: bool) -> None:
        """Does what the panel was told, fetches what stands at the page and answers it, once."""
        while self._confirmed:
            self._at_the_panel(self._confirmed.popleft(), idle=idle)
        data = self._fetch()
        if data is None:
            return
        try:
            sent = parse(data)
        except RequestError as error:
            self.answer = Answer(token="", accepted=False, says=f"{STRANGE}: {error}")
            return
        if sent.token in self._done:
            return
        self._done.append(sent.token)
        try:
            self._check(sent.made_s, idle=idle)
            self.answer = Answer(token=sent.token, accepted=True, says=self._do(sent.request))
        except RefusedError as refused:
            self.answer = Answer(token=sent.token, accepted=False, says=refused.says, way_back=refused.way_back)
        except (RecordsError, sqlite3.Error, OSError, ValueError) as error:
            self.answer = Answer(token=sent.token, accepted=False, says=_sentence(error), way_back="Nothing was recorded.")

    def _at_the_panel(self, answer: Confirmed, *, idle: bool) -> None:
        """Whoever stood there sees by the display whether it counts; why not is said in the service's log, which names nobody."""
        try:
            if not idle:
                raise RefusedError(*BUSY)
            for request in questions.requests(answer):
                self._do(request)
        except RefusedError as refused:
            self._say(f"panel: {refused.says}")
        except (RecordsError, sqlite3.Error, OSError, ValueError) as error:
            self._say(f"panel: what was confirmed could not be recorded ({type(error).__name__})")

    def _check(self, made_s: float, *, idle: bool) -> None:
        now_s = self._now_s()
        self._left = min(float(AT_ONCE), self._left + (now_s - self._counted_s) / EVERY_S)
        self._counted_s = now_s
        if not 0.0 <= now_s - made_s <= FRESH_S:
            raise RefusedError(*OLD)
        if self._left < 1.0:
            raise RefusedError(*MANY)
        self._left -= 1.0
        if not idle:
            raise RefusedError(*BUSY)

    # ------------------------------------------------------------ what is asked

    def _do(self, asked: AnyRequest) -> str:
        """Does it; words about what was done."""
        with self._records() as store:
            if isinstance(asked, Choose):
                return self._choose(store, asked)
            return self._acts[type(asked)](store, store.person(asked.person), asked)

    def _choose(self, store: Store, asked: Choose) -> str:
        store.choose(asked.person, self._moment().at)
        return "Nobody is chosen." if asked.person is None else "Chosen: the table takes it over within a second or two."

    def _protocol(self, _store: Store, _person: Person, asked: ChooseProtocol) -> str:
        if not self._offer_first(asked.person, asked.protocol):
            raise RefusedError(
                "This session is not offered to whoever is chosen now.", "Choose the person first, then one of their sessions."
            )
        return "Chosen: the display shows it; SELECT still changes it."

    def _answers(self, store: Store, person: Person, asked: AnswerQuestions) -> str:
        if asked.yes | asked.no != frozenset(Contraindication):
            raise RefusedError(
                "Not every question is answered.", "Answer each of the nine; whoever does not know says yes and asks a doctor."
            )
        entries.answers(store, person, asked.yes, asked.no, self._moment().at)
        return "The answers are recorded." + (" A clinician's clearance is needed." if asked.yes else "")

    def _set_up(self, store: Store, person: Person, asked: ConfirmSetUp) -> str:
        said = entries.set_up(store, person, asked.confirmed, self._moment().at, asked.session)
        return f"The set-up is recorded for session {said.session}."

    def _practised(self, store: Store, person: Person, _asked: ConfirmPractice) -> str:
        entries.practised(store, person, self._moment().at)
        return "Recorded: the manual release was practised."

    def _prepared(self, store: Store, person: Person, asked: ConfirmPrepared) -> str:
        entries.prepared(store, person, asked.what, self._moment().at, asked.session)
        return f"Recorded: {asked.what.value} before session {asked.session}."

    def _rate(self, store: Store, person: Person, asked: Rate) -> str:
        history = store.history(person.key)
        number = entries.past(history, asked.session) if asked.when is When.AFTER else entries.coming(history, asked.session)
        if stop_signs.rated(history, number, asked.when) is not None:
            raise RefusedError(
                f"There is a rating {asked.when.value} session {number} already.", "A slip of the hand is put right at the command line."
            )
        said = Rating(
            at=self._moment().at, session=number, when=asked.when, pain=asked.pain, toe_touch_cm=asked.toe_touch_cm,
            stiffness_minutes=asked.stiffness_minutes, doses=asked.doses, night_pain=asked.night_pain,
        )  # fmt: skip
        return f"Rated {asked.when.value} session {number}.{_consequence(entries.told(store, person, said, self._judged))}"

    def _feel(self, store: Store, person: Person, asked: Feel) -> str:
        history = store.history(person.key)
        number = entries.past(history, asked.session)
        if sum(each.session == number for each in history.felt) >= FELT_MOST:
            raise RefusedError(f"Session {number} has been told about often enough.", "Add to it at the command line.")
        said = Felt(at=self._moment().at, session=number, signs=asked.signs, dizzy_minutes=asked.dizzy_minutes, note=asked.note)
        return f"Recorded for session {number}.{_consequence(entries.told(store, person, said, self._judged))}"

    @contextmanager
    def _records(self) -> Iterator[Store]:
        """A connection of this thread's own, for one request; the service's journal has looked the file over."""
        if not (self._folder / FILE).exists():
            raise RecordsError("there are no records yet")
        with closing(connect(prepare(self._folder))) as connection:
            yield Store(connection)


def _consequence(blocks: tuple[BlockedUntilCleared, ...]) -> str:
    return " A clinician has to look at it before the next session." if blocks else ""


def _sentence(error: Exception) -> str:
    says = " ".join(str(error).split()) or type(error).__name__
    return f"{says[:1].upper()}{says[1:]}."
