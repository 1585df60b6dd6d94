"""The five properties over one drawn history each, ready for a test and for a long campaign.  The figures are in judges.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from controller.core.model import Command
from controller.core.wire import BOARD_REASONS, Request
from sim.process import TICK_MS
from tests.properties.histories import COMMON, MECHANICS, PRESSES, SENSORS, Deed, History, histories, live, mad_histories
from tests.properties.judges import Judge
from tests.properties.person import all_is_well_again, comes_up
from tests.properties.phases import PHASES, begin
from tests.properties.table import Table

COMES_UP_WITHIN_S = 480.0
"""165 degrees at half rate are 220 s; two rests, warnings, an emergency stop's ladder, and a person who tries again every 20 s."""
LEFT_OVER = (
    "", "", "mains", "the Pi", "pot_stuck_moving", "pot_open", "pot_slip", "pot_inverted", "pot_noise", "imu_stuck", "imu_nak", "imu_bias",
    "imu_noise", "cable_out",
)  # fmt: skip
"""What need not end: one sensor, the Pi or the line to it, the mains."""
MAD = {
    "a Pi that holds": Command(request=Request.HOLD, session=True, permitted_angle_deg=90.0),
    "a Pi that descends": Command(request=Request.FOLLOW, rate_dps=1.5, session=True, permitted_angle_deg=90.0),
    "a Pi that crawls": Command(request=Request.RETURN_UP, rate_dps=-0.05, unasked=True, session=True, permitted_angle_deg=90.0),
    "a Pi that trips": Command(request=Request.TRIP, session=True, permitted_angle_deg=90.0),
}
"""... or the Pi gone mad, its commands valid."""


def lived(history: History, *, any_pi: bool = False) -> Table:
    """The table after that history, judged all the way."""
    table = begin(history.phase)
    Judge(table, rested=history.phase.rested, any_pi=any_pi)
    live(table, history)
    return table


# ------------------------------------------------------------ 1


def _hit_the_mushroom(table: Table) -> None:
    """Millisecond by millisecond: the board's outputs are off in the very tick in which it can see a channel open."""
    table.world.estop()
    for ms in range(TICK_MS):
        table.world.run_ms(1)
        now = table.world.truth()
        if now.board_running and not (now.estop_a_closed and now.estop_b_closed):
            assert now.duty == 0, f"duty {now.duty} {ms} ms after the emergency stop"
            assert not now.brake_released_asked, f"brake released {ms} ms after the emergency stop"
            assert not now.contactor_asked, f"contactor asked for {ms} ms after the emergency stop"
        assert ms < 12 or not now.contactor_closed, f"contactor still closed {ms} ms after the emergency stop"
    table.look()


def always_stops(history: History, pressed_s: float, after: tuple[Deed, ...], held_s: float) -> None:
    """Whatever happened before: the emergency stop stops, and afterwards nothing moves but up while a fresh RETURN is held."""
    table = lived(history)
    _hit_the_mushroom(table)
    table.run(pressed_s)
    table.world.estop(pressed=False)
    live(table, History(history.phase, after))
    table.tap("return", held_s)
    table.run(held_s + 3.0)
    table.tap("start")
    table.run(8.0)


AFTER = st.lists(st.one_of(PRESSES, PRESSES, COMMON[2], COMMON[5], COMMON[7]), max_size=4).map(tuple)


# ------------------------------------------------------------ 2


def _why(table: Table) -> str:
    now = table.now
    told = [name for bit, (_rule, name, _says) in BOARD_REASONS.items() if now.board_reasons & bit]
    says = [reason.name for reason in table.pi.disk.outputs.reasons]
    return f"stuck at {now.angle_deg:.1f} deg, display {table.mode}, board mode {now.board_mode} {told}, Pi {says}"


def needs_the_lever(table: Table, history: History) -> str:
    """The only states from which no button brings anybody up, by what is physically so; empty if this is none of them."""
    told = {name for bit, (_rule, name, _says) in BOARD_REASONS.items() if table.now.board_reasons & bit}
    causes = {
        "no trusted angle": "angle_lost" in told,
        "no calibration in the board": "self_check" in told and any(deed.which == "board_eeprom_corrupt" for deed in history.deeds),
        "over-current latch": table.now.overcurrent_latched,
    }
    return next((name for name, so in causes.items() if so), "")


def can_always_come_up(history: History, left: str) -> None:
    """Once what can end has ended, but for one sensor, the Pi or the mains, an ordinary person reaches upright rest."""
    table = lived(history, any_pi=left in MAD)
    all_is_well_again(table, left)
    table.mad, table.order = left in MAD, MAD.get(left)
    if comes_up(table, COMES_UP_WITHIN_S):
        return
    assert needs_the_lever(table, history), _why(table)
    assert table.help_heard, f"nobody is called: {_why(table)}"
    table.pull_lever()
    assert comes_up(table, 180.0, Table.lift_gently), f"not even by the lever: {_why(table)}"


@st.composite
def ways_up(draw: st.DrawFn) -> tuple[History, str]:
    """A history, and what is left of it: no second sensor beside one that lied in the history."""
    history = draw(histories())
    doubted = any(deed.which in SENSORS | MECHANICS or deed.what == "lever" for deed in history.deeds)
    return history, draw(st.sampled_from((*LEFT_OVER[:4], *MAD) if doubted else (*LEFT_OVER, *MAD)))


def _way_up(drawn: tuple[History, str]) -> None:
    can_always_come_up(*drawn)


# ------------------------------------------------------------ 3, 4, 5

_DEEP = {"holding", "time nearly up", "descending before the gate", "returning before the gate"}
DEEP = tuple(phase for phase in PHASES if phase.name in _DEEP)
BEFORE_THE_REST = tuple(phase for phase in PHASES if phase.name in {"returning before the gate", "descending before the gate", "resting"})
UPRIGHT = tuple(phase for phase in PHASES if phase.name in {"ready", "proof test", "settling"})
LATE = tuple(phase for phase in PHASES if phase.name == "time nearly up")


def _mad(history: History) -> bool:
    return any(deed.what == "order" for deed in history.deeds)


def never_past(history: History) -> None:
    """Nobody does anything sensible any more after the history: the table must keep every limit by itself."""
    table = lived(history, any_pi=_mad(history))
    table.run(60.0 if history.phase.name != "time nearly up" else 165.0)


def never_skipped(history: History) -> None:
    """A mad Pi, wires that break, then the person presses RETURN again and again: no way up without the rest."""
    table = lived(history, any_pi=True)
    for _ in range(3):
        table.tap("return")
        table.run(25.0)


def never_on_its_own(history: History) -> None:
    """From upright rest, with the real core or a mad Pi."""
    table = lived(history, any_pi=_mad(history))
    table.run(10.0)


@dataclass(frozen=True, slots=True)
class Property:
    """How to draw for it, how to judge, and how many histories a test run can afford."""

    says: str
    draw: st.SearchStrategy[Any]
    judge: Callable[..., None]
    examples: int


_FROM_UPRIGHT = st.one_of(histories(phases=UPRIGHT, most=8), mad_histories(phases=UPRIGHT))
PROPERTIES: dict[str, Property] = {
    "stops": Property(
        "always stops",
        st.tuples(histories(most=4), st.sampled_from([0.02, 0.3, 1.0, 4.0]), AFTER, st.floats(0.3, 12.0)),
        lambda drawn: always_stops(*drawn),
        25,
    ),
    "up": Property("can always come up", ways_up(), _way_up, 40),
    "past": Property(
        "never past", st.one_of(histories(phases=(*DEEP, *LATE), most=5), mad_histories(phases=(*DEEP, *LATE))), never_past, 20
    ),
    "skipped": Property("never skipped", st.one_of(mad_histories(), mad_histories(phases=BEFORE_THE_REST)), never_skipped, 40),
    "alone": Property(
        "never on its own", st.one_of(histories(phases=UPRIGHT, most=8), mad_histories(phases=UPRIGHT)), never_on_its_own, 40
    ),
}
