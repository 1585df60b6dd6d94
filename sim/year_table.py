"""Sessions of a simulated year: each plan is held once on the simulated table, monitors on; others by the same plan take that result."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from controller.core.limits import Limits
from controller.core.model import Permission, SessionPlan
from controller.programme.model import Moment
from controller.programme.sessions import SessionRecord
from controller.records.summarise import Fold, Occasion
from sim.agenda import Agenda
from sim.runner import Run
from sim.scenario import Scenario
from sim.trace import Row

RAN_AT = datetime(2024, 1, 8, 9, 0, tzinfo=UTC)
"""Any moment would do: what is held again takes that of its own."""

ZONE = ZoneInfo("Europe/Berlin")
LASTS_S = 1500.0
"""No session is longer: 600 s of inverted time, the ways, the settling."""


class _Recording(Run):
    """A run that the records' own fold listens to."""

    def __init__(self, plan: SessionPlan, limits: Limits) -> None:
        scenario = Scenario(
            path=Path("year"),
            name="year",
            title=plan.title,
            plan=plan,
            permission=Permission(plan=plan, spotter_required=False),
            limits=limits,
            lasts_s=LASTS_S,
        )
        super().__init__(scenario, "fast", 1, lambda _moment: None)
        self._fold = Fold(limits, lambda: Occasion(person="somebody", session=1))
        self.record: SessionRecord | None = None

    def tick(self, agenda: Agenda, row: Row) -> None:
        super().tick(agenda, row)
        disk = self.process.disk
        if disk.inputs is not None:
            news = self._fold.take(
                lambda: Moment(at=RAN_AT + timedelta(seconds=row.t_s), zone=ZONE, clock_trusted=True), disk.inputs, disk.outputs
            )
            if news.session is not None and news.session.over:  # what is kept at Start is no result
                self.record = news.session.record


@lru_cache(maxsize=256)  # the same plan ends the same way each time; a clinic's year needs some two dozen
def recorded(plan: SessionPlan, limits: Limits) -> SessionRecord:
    """What the records keep of a session by this plan.  Raises RuntimeError when a monitor was violated: nothing is worth printing then."""
    run = _Recording(plan, limits)
    failures = run.to_the_end().failures()
    if failures or run.record is None:
        raise RuntimeError(f"{plan.name}: {failures[0] if failures else 'no session was recorded'}")
    return run.record


def held_again(found: SessionRecord, number: int, at: datetime) -> SessionRecord:
    """The same session at another time."""
    lasted = (found.ended_at or found.started_at) - found.started_at
    offset = at.astimezone(ZONE).utcoffset() or timedelta(0)
    return replace(
        found,
        number=number,
        started_at=at,
        ended_at=at + lasted,
        zone=str(ZONE),
        utc_offset_s=int(offset.total_seconds()),
        spotter_confirmed=True,
    )
