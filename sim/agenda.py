"""When each [[event]] of a scenario happens, and when the scenario is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.events import ACTIONS
from sim.expectations import NeverReachedError, moment_s
from sim.scenario import Happening, Scenario
from sim.trace import Row

if TYPE_CHECKING:
    from sim.runner import Run

AFTER_SESSION_S = 2.0
"""How long a finished session is watched on."""


class Agenda:
    """Open events, conditions that have begun to hold, and the end."""

    def __init__(self, scenario: Scenario, run: Run) -> None:
        self._scenario = scenario
        self._run = run
        self._open = list(scenario.events)
        self._since: dict[int, float] = {}  # when a condition began to hold, by the event's line
        self._held: set[int] = set()  # a repeating event waits until its condition has been false
        self._fired: set[int] = set()
        self._ended_s: float | None = None

    def happen(self, row: Row) -> None:
        """Do what is due."""
        for event in tuple(self._open):
            if self._due(event, row):
                self._fired.add(event.line)
                if event.at is not None or event.once:
                    self._open.remove(event)
                self._do(event, row)

    def _do(self, event: Happening, row: Row) -> None:
        self._run.recorder.note("action", f"{event.action.replace('_', ' ')} {event.value}" + (f" ({event.name})" if event.name else ""))
        if event.name:
            self._run.result.phases.setdefault(event.name, []).append(row.t_s)
        ACTIONS[event.action].do(self._run, event.value, event.extras)

    def _due(self, event: Happening, row: Row) -> bool:
        if event.at is not None:
            try:
                return row.t_s >= moment_s(self._run.result, event.at) - 1e-6
            except NeverReachedError:
                return False
        if event.when is None or not event.when.holds(row):
            self._since.pop(event.line, None)
            self._held.discard(event.line)
            return False
        since_s = self._since.setdefault(event.line, row.t_s)
        if event.line in self._held or row.t_s - since_s < event.when.for_s - 1e-6:
            return False
        self._held.add(event.line)
        return True

    def over(self, row: Row) -> bool:
        """The scenario's own end, or a session that is finished with nothing left to happen at a fixed time."""
        if self._scenario.ends is not None:
            return self._scenario.ends.holds(row)
        finished = row.pi_mode == "IDLE" and len(self._run.result.phases.get("IDLE", [])) > 1 and not self._timed()
        if not finished:
            self._ended_s = None
            return False
        self._ended_s = row.t_s if self._ended_s is None else self._ended_s
        return row.t_s - self._ended_s >= AFTER_SESSION_S

    def _timed(self) -> bool:
        return any(event.at is not None and self._knows(event) for event in self._open)

    def _knows(self, event: Happening) -> bool:
        return event.at is not None and (not event.at.phase or len(self._run.result.phases.get(event.at.phase, [])) >= event.at.nth)

    def missed(self) -> list[Happening]:
        """Events that were to happen and never did."""
        return [event for event in self._open if event.line not in self._fired]
