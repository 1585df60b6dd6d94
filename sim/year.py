"""A year of the programme: one person, or a clinic of them, day by day through the real rules, in as many processes as there are cores.

Whoever may start holds the session that the programme offers.  Each plan is run once on the simulated table at the fast depth,
monitors on; further sessions by the same plan take that recorded result.  What comes of a seed is the same whatever the number
of processes: nobody's days depend on anybody else, and a session's result on nothing but its plan.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from controller.core.limits import Limits
from controller.core.model import SessionPlan
from controller.programme.sessions import SessionRecord
from controller.records.store import opened
from sim import board_native
from sim.biography import values
from sim.year_course import BEGINS_ON, Clinic, Course, Recorded
from sim.year_summary import Summary, summary
from sim.year_table import recorded

DAYS = 365
BATCH = 4
"""People whose days a process lives before it answers: few enough that no core waits long for another at the end."""


class Reached(NamedTuple):
    """How far it has come."""

    people: int  # whose year is over
    simulated: int  # sessions that the simulated table has held


Tell = Callable[[Reached], None]


class Span(NamedTuple):
    """Which year."""

    seed: int = 1
    begins_on: date = BEGINS_ON
    day_count: int = DAYS


def run(people: int, span: Span, *, at_once: int = 1, tell: Tell = lambda _reached: None) -> tuple[list[Course], Summary]:
    """A year of so many people, `at_once` of them side by side.  Raises RuntimeError if a session broke a rule, BuildError."""
    board_native.load()  # compiled here, not by two processes at the same time
    clinic = _clinic(span.seed, span.begins_on)
    courses = [clinic.begin(number + 1) for number in range(people)]
    if at_once == 1:
        return _Year(_Here(), span, tell).lived(courses)
    with ProcessPoolExecutor(at_once, initializer=_not_interrupted) as pool:
        try:
            return _Year(pool, span, tell).lived(courses)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def write(courses: list[Course], folder: Path) -> None:
    """Everything into a records folder, as the service and the command line would have written it.  Raises RecordsError."""
    with opened(folder) as store:
        for course in courses:
            with store.transaction():
                store.add_person(course.person)
                store.record(course.person.key, *values(course.history))


class _Year:
    """Hands out the work: people's days, and each session that somebody is the first to need."""

    def __init__(self, pool: Executor, span: Span, tell: Tell) -> None:
        self._pool = pool
        self._span = span
        self._tell = tell
        self._recorded: Recorded = {}
        self._waiting: dict[SessionPlan, list[Course]] = {}  # for that session
        self._under_way: dict[Future[Any], SessionPlan | None] = {}  # None: people's days
        self._done: list[Course] = []

    def lived(self, courses: list[Course]) -> tuple[list[Course], Summary]:
        """By their numbers, and the figures."""
        self._live(courses)
        while self._under_way:
            for future in wait(self._under_way, return_when=FIRST_COMPLETED).done:
                plan = self._under_way.pop(future)
                if plan is None:
                    self._sort(future.result())
                else:
                    self._recorded[plan] = future.result()
                    self._live(self._waiting.pop(plan))
                self._tell(Reached(people=len(self._done), simulated=len(self._recorded)))
        done = sorted(self._done, key=lambda course: course.number)
        return done, summary(done, self._span.day_count, len(self._recorded))

    def _live(self, courses: list[Course]) -> None:
        for first in range(0, len(courses), BATCH):
            some = courses[first : first + BATCH]
            self._under_way[self._pool.submit(_live, self._span, some, dict(self._recorded))] = None

    def _sort(self, lived: list[tuple[Course, SessionPlan | None]]) -> None:
        """Who has reached the end, who can go on, who has to wait for a session."""
        again: list[Course] = []
        for course, wanted in lived:
            if wanted is None:
                self._done.append(course)
            elif wanted in self._recorded:
                again.append(course)
            else:
                self._want(wanted).append(course)
        self._live(again)

    def _want(self, plan: SessionPlan) -> list[Course]:
        """Those who wait for it; whoever is the first has it held."""
        if plan not in self._waiting:
            self._waiting[plan] = []
            self._under_way[self._pool.submit(_held, plan)] = plan
        return self._waiting[plan]


# ------------------------------------------------------------------ what a process does


def _live(span: Span, courses: Sequence[Course], held: Recorded) -> list[tuple[Course, SessionPlan | None]]:
    return [_clinic(span.seed, span.begins_on).live(course, span.day_count, held) for course in courses]


def _held(plan: SessionPlan) -> SessionRecord:
    return recorded(plan, Limits())


@lru_cache(maxsize=1)  # reads the protocol files
def _clinic(seed: int, begins_on: date) -> Clinic:
    return Clinic(seed, Limits(), begins_on)


def _not_interrupted() -> None:
    """Ctrl-C ends the process that somebody looks at; the others end with it, and without a word."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class _Here(Executor):
    """The same work in this process, at once."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future
