"""The service's journal: sessions, events, trips and black boxes into the records, latches into their file.  Implements ports.Journal.

`put` never waits: it packs the tick into the black box, folds it into the story and, when there is news, leaves a copy in a
bounded queue.  One writer thread does everything that touches the disk.  When that is slow, full, read-only or damaged the
session goes on, what waits stays in memory, what does not fit is counted, and `storage_ok` refuses the next Start (F56-F59).
"""

from __future__ import annotations

import queue
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from controller.core.asking import Confirmed
from controller.core.limits import Limits
from controller.core.model import Inputs, Latches, Outputs
from controller.latches import read_latches, write_latches
from controller.programme.model import Moment, Person
from controller.records.blackbox import BlackBox, Freezer, Frozen
from controller.records.database import RecordsError
from controller.records.keeper import Keeper
from controller.records.store import Known
from controller.records.summarise import NOTHING, Fold, News, Occasion

ITEMS_MOST = 1000
OWED_MOST = 20
GATHER_S = 0.25  # news that can wait so long share one fsync; a power cut loses no more than that and one transaction
IDLE_S = 1.0
OPENING = "being opened"
SLOW_S = 1.0  # a write that takes longer than this counts as storage that does not work


@dataclass(frozen=True, slots=True)
class Item:
    """What one tick leaves for the writer."""

    news: News = NOTHING
    frozen: tuple[Frozen, ...] = ()
    latches: Latches | None = None

    @property
    def urgent(self) -> bool:
        """A session's end, a trip or a latch is not kept waiting for company."""
        return self.news.session is not None or self.news.trip is not None or bool(self.frozen) or self.latches is not None


class RecordsJournal:
    """One per run of the service.  `say` gets a plain line, without anything personal, when storage fails and when it works again."""

    def __init__(
        self,
        folder: Path,
        limits: Limits,
        *,
        moment: Callable[[], Moment],
        occasion: Callable[[], Occasion | None] = lambda: None,
        confirmed: Callable[[Confirmed], None] = lambda _answer: None,
        say: Callable[[str], None] = lambda _line: None,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`confirmed` gets what was confirmed at the panel, on the control thread; whoever it is records it by hand (entries.py)."""
        self._folder = folder
        self._moment = moment
        self._confirmed = confirmed
        self._say = say
        self._now_s = now_s
        self._found = read_latches(folder)
        self._known_latches: Latches | None = None
        self._fold = Fold(limits, occasion)
        self._box = BlackBox()
        self._freezer = Freezer(self._box)
        self._queue: queue.Queue[Item | None] = queue.Queue(ITEMS_MOST)
        self._owed: deque[Item] = deque(maxlen=OWED_MOST)
        self._lost = 0  # lines that did not even reach the queue
        self._queued_ticks = 0
        self._gathered_ticks = 0
        self._kept_ticks = 0
        self._last_s = 0.0
        self._keeper = Keeper(folder, moment())
        self._dropped_told = 0
        self._session_over = False
        self._unwritten_latches: Latches | None = None
        self._busy_since_s: float | None = now_s()
        self._wanted: str | None = None
        self._people: tuple[Person, ...] = ()
        self._known: Known | None = None
        self._chosen: str | None = None
        self.trouble = OPENING
        self._thread = threading.Thread(target=self._work, name="records", daemon=True)
        self._thread.start()

    # ------------------------------------------------------------ the control thread's side

    def latches(self) -> Latches:
        """As the last run left them; read once, when the service starts."""
        return self._found

    @property
    def storage_ok(self) -> bool:
        """False while the records are not open, writing fails, hangs for a second or cannot keep up, or damage is not acknowledged."""
        busy_since_s = self._busy_since_s
        hangs = busy_since_s is not None and self._now_s() - busy_since_s > SLOW_S
        return not (self.trouble or hangs or self._owed or self._queue.full())

    @property
    def dropped(self) -> int:
        """Items of this run that never reach the disk."""
        return self._keeper.dropped + self._lost - self._keeper.lost_before

    @property
    def waiting(self) -> int:
        """How many ticks with news are not on the disk yet."""
        return self._queued_ticks - self._kept_ticks + len(self._owed)

    @property
    def kept_sessions(self) -> int:
        """How many of this run's sessions are on the disk."""
        return self._keeper.kept_sessions

    def put(self, inputs: Inputs, outputs: Outputs) -> None:
        """One tick: a pack and a few comparisons when nothing happened, a queued copy when something did."""
        self._last_s = inputs.now_s
        self._box.take(inputs, outputs)
        if outputs.confirmed is not None:
            self._confirmed(outputs.confirmed)
        news = self._fold.take(self._moment, inputs, outputs)
        latches = outputs.latches if outputs.latches != self._known_latches else None
        due = self._freezer.due(inputs.now_s)
        if news is not NOTHING or latches is not None or due:
            self._offer(Item(news=news, frozen=self._freeze(news, inputs.now_s), latches=latches))
        elif self._owed:
            self._repay()

    def _freeze(self, news: News, now_s: float) -> tuple[Frozen, ...]:
        if news.session is not None and not news.session.phases:
            self._freezer.session_begins()
        aftermath = self._freezer.aftermath(now_s) if self._freezer.due(now_s) else None
        frozen = self._freezer.tripped(news.trip.run_number, now_s) if news.trip is not None else None
        return tuple(box for box in (aftermath, frozen) if box is not None)

    def _offer(self, item: Item) -> None:
        self._repay()
        if not self._owed and self._queued(item):
            return
        self._lost += len(item.news.lines)
        if item.urgent:
            self._lost += len(self._owed) == OWED_MOST
            self._owed.append(Item(news=News(session=item.news.session, trip=item.news.trip), frozen=item.frozen, latches=item.latches))
            self._known_latches = item.latches or self._known_latches

    def _repay(self) -> None:
        """What did not fit into the queue and must not be lost."""
        while self._owed and self._queued(self._owed[0]):
            self._owed.popleft()

    def _queued(self, item: Item) -> bool:
        try:
            self._queue.put_nowait(item)
        except queue.Full:
            return False
        self._queued_ticks += 1
        self._known_latches = item.latches or self._known_latches
        return True

    # ------------------------------------------------------------ what the programme asks

    @property
    def idle(self) -> bool:
        """No session runs, and the table stands at upright rest."""
        return self._fold.idle

    @property
    def chosen(self) -> str | None:
        """Who was chosen to lie on the table next, as of a second ago."""
        return self._chosen

    def want(self, key: str | None) -> None:
        """Whose history is to be kept at hand."""
        self._wanted = key

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody, as of a second ago."""
        return self._people

    @property
    def known(self) -> Known | None:
        """The wanted person, as of a second ago; None until they have been read."""
        known = self._known
        return known if known is not None and known.person.key == self._wanted else None

    def close(self, within_s: float = 2.0) -> None:
        """Write what is queued, but wait no longer than `within_s`.  A session that still runs is kept with its end unknown."""
        cut = self._fold.interrupt(self._last_s)
        aftermath = self._freezer.aftermath(self._last_s)
        if cut is not None or aftermath is not None or self._owed:
            self._offer(Item(news=News(session=cut), frozen=() if aftermath is None else (aftermath,)))
        try:
            self._queue.put(None, timeout=within_s)
        except queue.Full:
            return
        self._thread.join(within_s)

    # ------------------------------------------------------------ the writer's thread

    def _work(self) -> None:
        ended = False
        while not ended:
            self._busy_since_s = self._now_s()
            trouble = self._write()
            self._tell(trouble)
            self._busy_since_s = None
            ended = self._gather()
        self._busy_since_s = self._now_s()
        if not self._write():
            with suppress(sqlite3.Error, OSError, RecordsError):
                self._keeper.close(self._moment().at)

    def _tell(self, trouble: str) -> None:
        """A line when something goes wrong or is right again; none for a good start."""
        if trouble != self.trouble and (trouble or self.trouble != OPENING):
            self._say(f"records: {trouble or 'written again'}")
        self.trouble = trouble

    def _gather(self) -> bool:
        """Take what waits into memory, where it stays until the disk has it.  True when the journal is being closed."""
        until_s = time.monotonic() + IDLE_S
        while (left_s := until_s - time.monotonic()) > 0.0 or not self._queue.empty():
            try:
                item = self._queue.get(timeout=max(left_s, 0.001))
            except queue.Empty:
                return False
            if item is None:
                return True
            self._gathered_ticks += 1
            self._keeper.take(item.news, item.frozen)
            self._session_over = self._session_over or (item.news.session is not None and item.news.session.over)
            self._unwritten_latches = item.latches or self._unwritten_latches
            if item.urgent and not self.trouble:
                until_s = 0.0  # whatever else is there already, and then to the disk
            elif not self.trouble:
                until_s = min(until_s, time.monotonic() + GATHER_S)
        return False

    def _write(self) -> str:
        """Everything that waits.  Gives what is wrong in one line, or nothing."""
        try:
            if self._unwritten_latches is not None:
                write_latches(self._folder, self._unwritten_latches)
                self._unwritten_latches = None
            self._keeper.lost_before = self._lost
            self._keeper.keep()
            self._kept_ticks = self._gathered_ticks
            self._keeper.look(self._moment())
            self._refresh()
        except (sqlite3.Error, OSError, RecordsError) as error:
            return _in_one_line(error)
        self._tell_dropped()
        if self._keeper.unacknowledged:
            return f"damaged records were kept aside as {', '.join(self._keeper.unacknowledged)}; acknowledge that they are lost"
        return ""

    def _tell_dropped(self) -> None:
        """At the end of a session whose records could not take everything."""
        lost = self.dropped - self._dropped_told
        if self._session_over and lost:
            self._say(f"records: {lost} items of this session could not be kept and are lost")
            self._dropped_told += lost
        self._session_over = False

    def _refresh(self) -> None:
        wanted, known = self._wanted, self._known
        if self._keeper.changed() or (wanted is not None and (known is None or known.person.key != wanted)):
            self._people = self._keeper.people()
            self._chosen = self._keeper.chosen()
            self._known = self._keeper.known(wanted) if wanted in {person.key for person in self._people} and wanted is not None else None


def _in_one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
