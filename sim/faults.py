"""The fault catalogue as one table: every row F1..F91 by number and by name.  Values only; a fault is injected by World.inject()."""

from __future__ import annotations

from sim.fault_row import Depth, Fault, FaultError, Param
from sim.fault_rows_drive import DRIVE_ROWS
from sim.fault_rows_pi import PI_ROWS
from sim.fault_rows_sensors import SENSOR_ROWS

FAULTS: tuple[Fault, ...] = SENSOR_ROWS + PI_ROWS + DRIVE_ROWS
"""All rows, in the catalogue's order within each group."""

_BY_NAME: dict[str, Fault] = {row.name: row for row in FAULTS} | {row.id: row for row in FAULTS}


def find(name: str) -> Fault:
    """The row of that name ("imu_stuck") or id ("F11"); FaultError says what is near."""
    row = _BY_NAME.get(name)
    if row is None:
        near = [known for known in _BY_NAME if name[:4].lower() in known.lower()][:6]
        raise FaultError(f"no fault {name!r}; names or ids of the catalogue are meant, such as {', '.join(near) or 'imu_stuck, F11'}")
    return row


__all__ = ["FAULTS", "Depth", "Fault", "FaultError", "Param", "find"]
