"""What the service needs from a world.  `hardware` gives the real one, `sim` the simulated ones."""

from __future__ import annotations

from typing import Protocol

from controller.core.model import Inputs, Latches, Outputs, Permission


class Machine(Protocol):
    """The whole table as one port: one consistent snapshot in, one decision out."""

    def sense(self) -> Inputs:
        """Read everything once.  Never blocks longer than a tick; what could not be read shows as age."""

    def act(self, outputs: Outputs) -> None:
        """Put lamps, buzzer, display and the board's command out.  Never raises for a missing device."""

    def wait_for_tick(self) -> None:
        """Sleep until the next tick, or advance simulated time by one."""


class Programme(Protocol):
    """The therapy programme, asked before Start.  People and clearance live behind this."""

    def permission(self, selection: int, at_upright: bool) -> Permission:
        """May the chosen person start, and what?  `selection` counts SELECT steps."""


class Journal(Protocol):
    """Takes a copy of each decision; never blocks, drops (and counts) when full."""

    def put(self, inputs: Inputs, outputs: Outputs) -> None: ...

    def latches(self) -> Latches:
        """What the last run left behind; the dangerous value when unreadable."""

    @property
    def storage_ok(self) -> bool: ...


class Telemetry(Protocol):
    """Tells whoever watches; never blocks, never raises, drops (and counts) what nobody takes."""

    def put(self, inputs: Inputs, outputs: Outputs) -> None: ...


class NobodyListens:
    """Telemetry of a service that nobody watches."""

    def put(self, inputs: Inputs, outputs: Outputs) -> None:
        """Heard by nobody."""


NOBODY_LISTENS = NobodyListens()


class Voice(Protocol):
    """Speaks; never blocks."""

    def say(self, phrase: str, urgent: bool) -> None: ...


class Heartbeat(Protocol):
    """Tells the service manager that a tick completed."""

    def ready(self) -> None: ...

    def beat(self, status: str) -> None: ...

    def stopping(self) -> None: ...
