"""A random life with the table: what truly happened, next to what the table could know of it.  The judge is the guide, restated here.

The world has a true time; the Pi's clock shows it only while something vouches for it.  Whatever the programme lets through is
held against the guide in true time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from controller.core.motion import plan_holds_s
from controller.programme.clock import dated_anew
from controller.programme.model import Answers, Condition, Contraindication, History, Moment, Person, TableFacts
from controller.programme.outcome import Offer, Refused
from controller.programme.sessions import Ending, Felt, StopSign
from controller.programme.verdict import Case, blocks_to_write, judge
from sim.biography import ready
from tests.programme.people import ADA, CLEARED, DAY_0, LIMITS, PROTOCOLS, TABLE, held

PENDING = datetime(9999, 1, 1, tzinfo=UTC)
"""An erased session whose day is not known yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """One session as it really was."""

    at: datetime
    angle_deg: float
    hold_s: float
    completed: bool
    blocks: bool


class Life:
    """One person, one table, one clock that may lie."""

    def __init__(self) -> None:
        self.true = DAY_0
        self.lie: timedelta | None = None  # None: the clock is vouched for
        self.zone = ZoneInfo("Europe/Berlin")
        self.person: Person = ADA
        self.history: History = CLEARED
        self.table: TableFacts = TABLE
        self.sessions: list[Truth] = []  # since the last erasure
        self.before_erasure: list[Truth] = []
        self.blocked = False
        self.refusals = 0
        self.set_ahead: timedelta | None = None  # a time service vouches for a clock that is this much ahead

    # ------------------------------------------------------------ what may happen

    def wait(self, minutes: int) -> None:
        self.true += timedelta(minutes=minutes)

    def clock(self, lie_hours: int | None) -> None:
        self.lie = None if lie_hours is None else timedelta(hours=lie_hours)

    def ahead(self, hours: int, starts: int) -> None:
        """For a while a time service vouches for a time that has not come: the table believes it, and nobody can blame it for that."""
        self.lie, self.set_ahead = None, timedelta(hours=hours)
        self._seen(self.moment())
        for _ in range(starts):
            self.start(0, pain_up=0, sign=None, ending=Ending.COMPLETED)
        self.set_ahead = None

    def put_right(self) -> None:
        """Somebody compares the vouched-for clock with a calendar and says that it is right (`clock --put-right`)."""
        if self.lie is None:
            at = self.moment().at
            self.history = replace(self.history, sessions=tuple(dated_anew(session, at) for session in self.history.sessions))
            erased = self.table.erased_session_at
            self.table = replace(self.table, latest_seen=at, erased_session_at=None if erased is None else min(erased, at))

    def move(self, zone: str) -> None:
        self.zone = ZoneInfo(zone)

    def edit(self, condition: Condition) -> None:
        self.person = replace(self.person, condition=condition)

    def answer(self, question: Contraindication, *, yes: bool) -> None:
        asked = frozenset({question})
        row = Answers(at=self.true, yes=asked if yes else frozenset(), no=frozenset(Contraindication) - (asked if yes else frozenset()))
        self.history = replace(self.history, answers=(*self.history.answers, row))

    def erase(self) -> None:
        """And add again: signed off by a clinician, everything asked anew."""
        held_ones = [s for s in self.history.sessions if s.held]
        if held_ones:
            ends = [(s.ended_at or s.started_at) if s.clock_trusted else s.known_by or PENDING for s in held_ones]
            self.table = replace(self.table, erased_session_at=max([*ends, self.table.erased_session_at or ends[0]]))
        self.before_erasure += self.sessions
        self.sessions, self.history, self.blocked = [], CLEARED, False

    def routine(self, times: int, every_days: int) -> None:
        for _ in range(times):
            self.start(0, pain_up=0, sign=None, ending=Ending.COMPLETED)
            self.true += timedelta(days=every_days)

    def start(self, choice: int, *, pain_up: int, sign: StopSign | None, ending: Ending) -> None:
        """Press START with everything confirmed; hold what is offered against the guide; record it as the table would."""
        moment = self.moment()
        verdict = judge(self._case(moment))
        if verdict.clock_sure:
            self._seen(moment)
        offers = [offer for offer in verdict.offers if not offer.refusals]
        if verdict.refusals or not offers:
            self.refusals += 1
            return
        self._hold(offers[choice % len(offers)], replace(moment, clock_trusted=verdict.clock_sure), pain_up, sign, ending)

    # ------------------------------------------------------------ what is refused

    def waiting(self) -> list[tuple[str, Refused, date]]:
        """Every refusal now that names the day on which it lifts, unless a break would come between; "" is whatever protocol."""
        verdict = judge(self._case(self.moment()))
        every = [("", refused) for refused in verdict.refusals]
        every += [(offer.protocol, refused) for offer in verdict.offers for refused in offer.refusals]
        soon = self.history.sessions[-1].started_at.date() + timedelta(days=12) if self.history.sessions else date.max
        dated = [(protocol, refused, refused.lifts_on) for protocol, refused in every if refused.lifts_on is not None]
        return [each for each in dated if each[2] <= soon]

    def names_on(self, day: date, protocol: str) -> set[str]:
        """What is refused in the last minute of a day, for one protocol or for all."""
        ends = datetime.combine(day + timedelta(days=1), time.min, self.zone).astimezone(UTC) - timedelta(minutes=1)
        verdict = judge(self._case(Moment(at=max(ends, self.true), zone=self.zone, clock_trusted=True)))
        own = [refused.name for offer in verdict.offers for refused in offer.refusals if offer.protocol == protocol]
        return {refused.name for refused in verdict.refusals} | set(own)

    def _case(self, moment: Moment) -> Case:
        history = ready(self.history, moment)
        return Case(person=self.person, history=history, moment=moment, table=self.table, protocols=PROTOCOLS, limits=LIMITS)

    # ------------------------------------------------------------ how

    def moment(self) -> Moment:
        shown = self.true + (self.lie or self.set_ahead or timedelta())
        return Moment(at=shown, zone=self.zone, clock_trusted=self.lie is None)

    def _seen(self, moment: Moment) -> None:
        """What the service does whenever its clock is sure."""
        sessions = tuple(s if s.clock_trusted or s.known_by else replace(s, known_by=moment.at) for s in self.history.sessions)
        self.history = replace(self.history, sessions=sessions)
        erased = self.table.erased_session_at
        self.table = replace(
            self.table,
            latest_seen=max(moment.at, self.table.latest_seen or moment.at),
            erased_session_at=None if erased is None else min(erased, moment.at),
        )

    def _hold(self, offer: Offer, moment: Moment, pain_up: int, sign: StopSign | None, ending: Ending) -> None:
        holds = plan_holds_s(offer.plan, LIMITS)
        truth = Truth(
            at=self.true,
            angle_deg=max(stage.angle_deg for stage in offer.plan.stages),
            hold_s=sum(holds),
            completed=ending is Ending.COMPLETED and sign is None and pain_up == 0,
            blocks=sign in (StopSign.NUMBNESS, StopSign.BLURRED_VISION, StopSign.HEADACHE, StopSign.LONG_DIZZINESS),
        )
        assert not self.blocked, "a session after a serious sign that nobody has cleared"
        self.blocked = truth.blocks
        if ending is not Ending.NOT_INVERTED:
            if self.set_ahead is None:
                self._against_the_guide(truth)
            self.sessions.append(truth)
        number = self.history.next_session
        felt = Felt(at=moment.at, session=number, signs=frozenset() if sign is None else frozenset({sign}))
        self.history = held(
            self.history,
            moment,
            pain=(3, 3 + pain_up),
            felt=felt,
            protocol=offer.protocol,
            ending=ending,
            deepest_deg=truth.angle_deg,
            ceiling_deg=offer.plan.ceiling_deg,
        )
        self.true += timedelta(minutes=10)
        case = Case(person=self.person, history=self.history, moment=self.moment(), table=self.table, protocols=PROTOCOLS, limits=LIMITS)
        self.history = replace(self.history, blocks=(*self.history.blocks, *blocks_to_write(case)))

    def _against_the_guide(self, now: Truth) -> None:
        """The guide in true time and in the calendar of the zone in which the table stands now."""
        day = self._day(now.at)
        today = [s for s in (*self.before_erasure, *self.sessions) if self._day(s.at) == day]
        allowed = 1 if max(s.angle_deg for s in (now, *today)) > 60.0 else 2 if max(s.angle_deg for s in (now, *today)) > 30.0 else 3
        assert len(today) < allowed, f"session {len(today) + 1} on {day}, {allowed} allowed"
        first = next((s.at for s in self.sessions if s.completed), None)
        days = -1 if first is None else (now.at - first) / timedelta(days=1)
        most = (15.0, 30.0) if first is None else (30.0, 120.0) if days < 13 else (60.0, 300.0) if days < 27 else (90.0, 600.0)
        assert now.angle_deg <= most[0], f"{now} after {days:.1f} days"
        assert now.hold_s <= most[1], f"{now} after {days:.1f} days"
        self._breaks(now, first)

    def _breaks(self, now: Truth, first: datetime | None) -> None:
        if self.sessions and now.at - self.sessions[-1].at > timedelta(days=16):
            assert now.angle_deg <= 60.0
            assert now.hold_s <= 300.0
        gaps = [after.at - before.at for before, after in pairwise([*self.sessions, now])]
        if first is not None and now.at - first > timedelta(days=94) and all(gap < timedelta(days=13) for gap in gaps):
            week = [s for s in self.sessions if now.at - s.at < timedelta(days=6)]
            assert len(week) < 2, "a third session in a week of maintenance"

    def _day(self, at: datetime) -> object:
        return at.astimezone(self.zone).date()
