"""One row of the story per tick: the true physics, and what each side believed.  Decides nothing, judges nothing.

Every column is documented in docs/scenarios.md; a test compares the two.  Angles are inversion angles (0 level, + head
down), rates are positive for descent.  `peak_` and `low_` columns are extremes over every millisecond since the row before.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from operator import attrgetter
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """20 ms of the story.  The first block is physics and what a bystander could see and hear; monitors read nothing else."""

    t_s: float
    angle_deg: float
    rate_dps: float = 0.0
    peak_angle_deg: float = -75.0
    low_angle_deg: float = -75.0
    peak_rate_dps: float = 0.0  # greatest |rate|
    peak_accel_dps2: float = 0.0  # greatest |acceleration|
    brake_set: bool = True  # the brake's own springs, not its command
    contactor_closed: bool = False
    duty: int = 0  # per mille of the supply on the motor's leads
    current_ma: int = 0
    battery_mv: int = 26000
    mains: bool = True
    estop_a_closed: bool = True
    estop_b_closed: bool = True
    left_primary: bool = True  # ankle switches, closed is locked
    left_secondary: bool = True
    right_primary: bool = True
    right_secondary: bool = True
    start: bool = False  # fingers on buttons
    return_: bool = False
    ok: bool = False
    dizzy: bool = False
    spotter: bool = False
    lever_pulled: bool = False  # manual release
    board_buzzer: int = 0  # heard: 0 off, 1 warning, 2 alarm, 3 help ladder
    pi_buzzer: str = "off"  # heard: controller.core.model.Buzzer's words
    lamps: str = ""  # ready moving release_ok fault, as one word each
    said: str = ""  # the phrase spoken in this tick
    pi_alive: bool = True  # its service runs and is not stalled
    pi_starts: int = 1  # how often the service has been started
    board_runs: bool = True  # its processor is out of reset
    board_resets: int = 0
    faults: str = ""  # injected and present now, joined by +

    # what the Pi believed
    pi_mode: str = "STARTING"
    pi_angle_deg: float | None = None
    pi_rate_dps: float = 0.0
    pi_target_deg: float | None = None
    pi_hold_left_s: float = 0.0
    pi_rest_left_s: float = 0.0
    pi_inverted_s: float = 0.0
    pi_ladder: int = 0
    pi_reasons: str = ""  # joined by +
    request: str = ""  # empty: the Pi kept silent
    request_rate_dps: float = 0.0

    # what the board said
    board_mode: str = "FAULT"
    board_angle_deg: float = 0.0
    board_rate_dps: float = 0.0
    pot_deg: float = 0.0
    encoder_deg: float = 0.0
    board_reasons: str = ""  # joined by +
    board_flags: int = 0
    board_rest_s: float = 0.0
    board_budget_left_s: float = 0.0

    def __iter__(self) -> Iterator[object]:
        """The values in the order of COLUMNS."""
        return iter(_values(self))


COLUMNS: tuple[str, ...] = tuple(column.name for column in fields(Row))
_values = attrgetter(*COLUMNS)


def _cell(value: object) -> str:
    """Written so that the same story is the same bytes."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return f"{value:.4f}"
    return "" if value is None else str(value)


def write_csv(rows: Iterable[Row], path: Path) -> None:
    """A header line, then a line per row; true and false are 1 and 0, an angle nobody trusts is empty."""
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([_cell(value) for value in row] for row in rows)
