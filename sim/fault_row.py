"""What one row of the fault table is.  Knows no particular fault; touches the world only through the methods that a row names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.world import World

Values = Mapping[str, float]
Act = Callable[["World", Values], None]


class Depth(Enum):
    """Where a fault can be expressed."""

    FAST = "fast"  # native board, Machine seam
    BUS = "bus"  # native board, real drivers over simulated registers, pins and bytes
    AVR = "avr"  # only inside the real firmware on the simulated processor
    RECORDS = "records"  # only where records are written
    HOST = "host"  # only in the operating system or another process


class FaultError(ValueError):
    """One line: which fault or parameter is unknown and which there are."""


@dataclass(frozen=True, slots=True)
class Param:
    """One number of a fault: unit ("1" for a factor or a switch), default, and the range in which it means anything."""

    name: str
    unit: str
    default: float
    least: float
    most: float


HEALTHY: dict[str, float] = {
    "pot_noise_factor": 1.0,
    "pot_gain": 1.0,
    "imu_noise_factor": 1.0,
    "brake_factor": 1.0,
    "link_rate_factor": 1.0,
    "pot_dropout_every_ms": 1000.0,
}
"""Fields of fault_t whose healthy value is not zero."""

SIMULATED = (Depth.FAST, Depth.BUS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One row of the catalogue and how the simulator makes it happen.

    `sets` maps fields of fault_t to a number or to the name of a parameter; `begin` and `end` act on the world beside that.
    """

    number: int
    name: str
    text: str
    reaction: str
    bound: str
    depths: tuple[Depth, ...] = SIMULATED
    params: tuple[Param, ...] = ()
    sets: tuple[tuple[str, float | str], ...] = ()
    begin: Act | None = None
    end: Act | None = None
    how: str = ""  # what happens, or why it cannot be expressed here

    @property
    def id(self) -> str:
        return f"F{self.number}"

    @property
    def simulated(self) -> bool:
        return Depth.FAST in self.depths or Depth.BUS in self.depths

    def values(self, given: Values) -> dict[str, float]:
        """Defaults with `given` over them; raises FaultError for an unknown name or a value out of range."""
        if not self.simulated:
            raise FaultError(f"{self.id} {self.name} cannot be injected at this depth: {self.how}")
        known = {param.name: param for param in self.params}
        for name, value in given.items():
            if name not in known:
                raise FaultError(f"{self.id} {self.name} has no parameter {name!r}; it has {', '.join(known) or 'none'}")
            param = known[name]
            if not param.least <= value <= param.most:
                raise FaultError(f"{self.id} {self.name}: {name} {value} is outside {param.least} to {param.most} {param.unit}")
        return {name: float(given.get(name, param.default)) for name, param in known.items()}

    def start(self, world: World, values: Values) -> None:
        for field, source in self.sets:
            world.set_fault(field, values[source] if isinstance(source, str) else source)
        if self.begin is not None:
            self.begin(world, values)

    def stop(self, world: World, values: Values) -> None:
        for field, _ in self.sets:
            world.set_fault(field, HEALTHY.get(field, 0.0))
        if self.end is not None:
            self.end(world, values)
