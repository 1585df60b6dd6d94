"""The board's parts one by one: its state as C structs whose members a test sets by name, its functions called.  Decides nothing."""

from __future__ import annotations

import re
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

from cffi import FFI

from sim import build

HEADERS = (
    *("board_state.h", "angle.h", "vote.h", "inputs.h", "link.h", "guard.h", "rules.h", "rest.h", "session.h", "return_plan.h"),
    *("budget.h", "ladder.h", "load.h", "modes.h", "plausible.h", "rate_loop.h", "stopping.h", "telemetry.h"),
)
SYSTEM = ("stdint.h", "stdbool.h", "stddef.h", "string.h")
TURN_MS = 1
"""What a counter of milliseconds grows by each time its part is called."""
PAIR_MS = 2
"""The same for what is judged in every second tick: the rest, the help ladder, the load."""
ZERO_COUNTS, SPAN_COUNTS, ENCODER_COUNTS = 2046, 1925, 222
"""Of the potentiometer at level and for 100 degrees; of the encoder for one degree."""
Value = int | bool


def _declarations() -> str:
    """What the headers declare, with the preprocessor's work done and without what cffi cannot read."""
    with tempfile.TemporaryDirectory() as folder:
        for name in SYSTEM:
            (Path(folder) / name).touch()
        text = "".join(f'#include "{name}"\n' for name in HEADERS)
        command = [build.compiler(), "-E", "-P", "-nostdinc", f"-I{folder}", f"-I{build.FIRMWARE}", "-"]
        said = subprocess.run(command, input=text, capture_output=True, text=True, check=True, timeout=60).stdout
    said = re.sub(r"static inline .*?\n}", "", said, flags=re.S)
    said = re.sub(r"_Static_assert\(.*?\);", "", said, flags=re.S)
    return re.sub(r"\[(\d+)U\]", r"[\1]", said)


@lru_cache(maxsize=1)
def _library() -> tuple[FFI, Any]:
    ffi = FFI()
    ffi.cdef(_declarations())
    return ffi, ffi.dlopen(str(build.library()))


class Parts:
    """A board at rest at upright rest with nothing wrong; tests change what they mean."""

    def __init__(self) -> None:
        self.ffi, self.lib = _library()
        self.board = self.ffi.new("board_t *")
        self.seen = self.ffi.new("board_in_t *")
        for name in ("estop_a", "estop_b", "end_stop_up", "end_stop_down", "ankle_left", "ankle_right"):
            setattr(self.seen, f"{name}_closed", True)
        self.seen.self_check_ok = True
        self.set(
            {
                "angle.calibrated": True,
                "angle.ready": True,
                "angle.trusted": True,
                "angle.angle_cdeg": -7500,
                "angle.at_upright": True,
                "angle.at_rest": True,
                "link.fresh": True,
                "inputs.battery_mv": 26_000,
                "inputs.mains_present": True,
                "inputs.ankles_closed_ms": 5000,
                "inputs.estop_closed_ms": 5000,
                "inputs.start_edge_ms": 60_000,
                "plan.permitted_cdeg": 9000,
                "budget.left_ds": 6000,
                "session.boot_checked": True,
            }
        )

    def set(self, values: dict[str, Value]) -> Self:
        """`part.member` of the board, or `in.member` of its inputs."""
        for path, value in values.items():
            *parts, last = path.split(".")
            where: Any = self.seen if parts == ["in"] else self.board
            for part in parts if parts != ["in"] else ():
                where = getattr(where, part)
            setattr(where, last, value)
        return self

    def get(self, path: str) -> Any:
        where: Any = self.board
        for part in path.split("."):
            where = getattr(where, part)
        return where

    def read(self, paths: str) -> tuple[Any, ...]:
        """Several members at once, parted by spaces."""
        return tuple(self.get(path) for path in paths.split())

    def call(self, function: str, *more: object, times: int = 1) -> Self:
        """A function of the core that takes the board first; its answer is dropped."""
        for _ in range(times):
            getattr(self.lib, function)(self.board, *more)
        return self


class Whole(Parts):
    """A board from its start on, ticked with contacts and counts by hand: no physics, nobody in it."""

    def __init__(self, *, angle_deg: float = -75.0, **memory: Value) -> None:
        super().__init__()
        self.memory = self.ffi.new("board_memory_t *")
        self.out = self.ffi.new("board_out_t *")
        kept = {"calibrated": True, "pot_zero_counts": ZERO_COUNTS, "pot_span_counts": SPAN_COUNTS, "encoder_span_counts": ENCODER_COUNTS}
        for name, value in {**kept, **memory}.items():
            setattr(self.memory, name, value)
        self.set({"in.battery_counts": 760, "in.mains_counts": 775, "in.current_counts": 512, "in.bandgap_counts": 225})
        self.place(angle_deg)
        self.lib.board_start(self.board, self.memory, 1)

    def place(self, angle_deg: float) -> Self:
        """Both sensors there, at once."""
        self.set(
            {"in.pot_counts": round(ZERO_COUNTS + angle_deg * SPAN_COUNTS / 100.0), "in.encoder_counts": round(angle_deg * ENCODER_COUNTS)}
        )
        return self

    def ticks(self, ms: int) -> Self:
        for _ in range(ms):
            self.lib.board_tick(self.board, self.seen, self.out)
        return self


def ceiling_of(parts: Parts) -> int:
    """How far down the plan lets the table turn now, hundredths of a degree."""
    return int(parts.lib.return_plan_ceiling_cdeg(parts.board))


def floor_of(parts: Parts) -> int:
    """How far up."""
    return int(parts.lib.return_plan_floor_cdeg(parts.board, parts.lib.rest_left_ms(parts.board) > 0))
