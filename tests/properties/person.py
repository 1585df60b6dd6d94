"""An ordinary person who wants to come up and does what the display asks, or, when it is dark, what the manual says.

Never looks at the truth beyond what a person hanging there feels: whether it moves, whether it is level or upright.
"""

from __future__ import annotations

from collections.abc import Callable

from controller.core.model import Mode
from sim.faults import FAULTS
from tests.properties.histories import NO_END
from tests.properties.table import TICK_S, Table

UPRIGHT_DEG = -75.0
FAULT_NAMES = frozenset(row.name for row in FAULTS)
HOLD_RETURN = (Mode.STOPPED, Mode.RESCUE)
UNSURE = (Mode.BOARD_RETURN, None)
"""Dark, or a display that cannot hear the board: if one press does nothing the manual says to hold."""
PRESS_AGAIN_S = 20.0
"""A return may stand 2 s for its warning and 12 s for its rest before an ordinary person presses again."""


class Person:
    """Eyes, ears and one finger."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._still_s = 0.0
        self._next_s = table.now.now_s + 0.5
        self._holding = False
        self._tries = 0

    def act(self) -> None:
        """What to do with the finger in this tick."""
        table, now_s = self._table, self._table.now.now_s
        self._still_s = 0.0 if abs(table.now.rate_dps) > 0.2 else self._still_s + TICK_S
        if self._holding:
            self._keep(now_s)
        elif now_s >= self._next_s:
            self._press(now_s)

    def _keep(self, now_s: float) -> None:
        """Holding RETURN, for as long as it may still do something."""
        if self._still_s > 16.0 or self._table.mode not in (*HOLD_RETURN, *UNSURE):
            self._table.press("return", pressed=False)
            if self._still_s > 16.0 and self._table.mode in (
                Mode.STOPPED,
                *UNSURE,
            ):  # two channels that differed must both be seen open, then closed
                self._table.world.estop()
                self._table.after(1.0, lambda: self._table.world.estop(pressed=False))
            self._holding, self._still_s, self._next_s = False, 0.0, now_s + 2.0

    def _press(self, now_s: float) -> None:
        table = self._table
        self._next_s = now_s + 1.0
        if table.mode in HOLD_RETURN or (table.mode in UNSURE and self._tries % 2 == 1 and self._still_s > 16.0):
            table.press("return")
            self._holding, self._still_s = True, 0.0
            self._tries += 1
        elif table.asks or table.mode is Mode.LEVEL_WAIT:
            table.tap("ok")
            self._next_s = now_s + 5.0
        elif self._wants_return():
            table.tap("return")
            self._tries += 1
            self._next_s = now_s + PRESS_AGAIN_S

    def _wants_return(self) -> bool:
        return self._still_s > 2.0 or self._table.mode in {Mode.DESCENDING, Mode.HOLDING, Mode.PAUSED, Mode.FAULT, Mode.DIZZY_WAIT}


def all_is_well_again(table: Table, but: str = "") -> None:
    """Every fault that ends has ended but one; the mushroom out, fingers off, the Pi up, mains back."""
    now_s = table.now.now_s
    table.later.clear()
    for name in table.world.active_faults:
        if name != but and name not in NO_END:
            table.world.clear(name)
    for button in ("start", "return", "dizzy", "ok", "select_minus", "select_plus", "spotter"):
        table.press(button, pressed=False)
    if table.now.release_pulled or now_s - table.lever_s < 1.0:
        table.pull_lever(pulled=False)
    table.world.estop(pressed=False)
    if but != "mains":
        table.world.set_mains(True)
    table.pi.start()
    table.pi.thaw()
    if but == "the Pi":
        table.pi.crash()
    elif but in FAULT_NAMES and but not in table.world.active_faults:
        table.world.inject(but)


def comes_up(table: Table, within_s: float, each_tick: Callable[[Table], None] | None = None) -> bool:
    """Whether the person stands at upright rest again, at last."""
    person = Person(table)
    for _ in range(round(within_s / TICK_S)):
        if table.now.angle_deg < UPRIGHT_DEG + 1.0 and table.now.upright_s > 1.0:
            return True
        person.act()
        table.tick()
        if each_tick is not None:
            each_tick(table)
    return False
