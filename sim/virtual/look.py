"""What the eye sees at the virtual table, as the page gets it: the physics' own truth, the hands, the wires.  Reads only."""

from __future__ import annotations

import msgspec

from controller.core.wire import BoardMode
from hardware import pins
from sim.bus_machine import BusMachine
from sim.desk import Desk
from sim.faults import FAULTS, Depth
from sim.virtual.cast import BY_KEY

LAMP_PINS = {"ready": pins.LAMP_READY, "moving": pins.LAMP_MOVING, "release_ok": pins.LAMP_RELEASE_OK, "fault": pins.LAMP_FAULT}
BOARD_BUZZER = ("off", "warning", "alarm", "help")  # board.h


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """Who lies on the table."""

    who: str  # of the cast
    name: str
    about: str
    week: int | None  # that was asked for
    protocol: str  # at which SELECT stands; empty while nobody knows
    mass_kg: float


class Open(msgspec.Struct, frozen=True, kw_only=True):
    """One refusal of the programme, and what can be done about it at the bench."""

    name: str
    says: str
    offer: str  # what the button says; empty where no paper lifts it
    next_day: bool  # a day that passes lifts it


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """One frame."""

    now_s: float  # virtual
    ratio: float  # asked: virtual seconds a second
    ratio_now: float  # as it really went in the last frames
    angle_deg: float
    rate_dps: float
    motor_a: float
    powered: bool
    duty: float  # -1..1
    battery_v: float
    brake_set: bool
    contactor_closed: bool
    mains: bool
    board_mode: str
    board_runs: bool
    board_buzzer: str
    mushroom_in: bool
    left_closed: bool
    right_closed: bool
    lever_pulled: bool
    down: tuple[str, ...]
    pi_runs: bool
    cable_in: bool
    battery_worn: bool
    arms_overhead: bool
    answers: bool
    demo: str  # what the demonstration does now; empty when there is none
    faults: tuple[str, ...]
    lit: dict[str, bool]  # lamps, as their pins are driven now
    today: str  # the calendar
    person: Who
    open: tuple[Open, ...]


def lit(desk: Desk) -> dict[str, bool]:
    """The lamps by their pins; a dead Pi drives none."""
    machine = desk.machine if desk.pi_runs else None
    if not isinstance(machine, BusMachine):
        return dict.fromkeys(LAMP_PINS, False)
    return {name: machine.pins.level(pin.bcm) for name, pin in LAMP_PINS.items()}


class Catalogued(msgspec.Struct, frozen=True, kw_only=True):
    """One fault to choose."""

    id: str
    name: str
    text: str
    reaction: str
    bound: str


def catalogue() -> tuple[Catalogued, ...]:
    """Every fault that can be made to happen at this depth, in the catalogue's order."""
    rows = sorted((row for row in FAULTS if Depth.BUS in row.depths), key=lambda row: row.number)
    return tuple(Catalogued(id=row.id, name=row.name, text=row.text, reaction=row.reaction, bound=row.bound) for row in rows)


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """One person to choose."""

    who: str
    title: str


def known_people() -> tuple[Known, ...]:
    """The cast, in its order."""
    return tuple(Known(who=each.key, title=f"{each.name}: {each.about}") for each in BY_KEY.values())


class Bench(msgspec.Struct, frozen=True, kw_only=True):
    """What the workbench itself knows."""

    ratio: float
    ratio_now: float
    answers: bool
    demo: str
    lever_pulled: bool
    battery_worn: bool
    today: str
    person: Who
    open: tuple[Open, ...]


def look(desk: Desk, bench: Bench) -> Look:
    truth = desk.world.truth()
    return Look(
        now_s=round(desk.now_s, 2),
        ratio=bench.ratio,
        ratio_now=round(bench.ratio_now, 1),
        angle_deg=round(truth.angle_deg, 2),
        rate_dps=round(truth.rate_dps, 3),
        motor_a=round(truth.motor_a, 2),
        powered=truth.motor_powered,
        duty=round(truth.duty / 255.0, 2),
        battery_v=round(truth.bus_v, 2),
        brake_set=truth.brake_on,
        contactor_closed=truth.contactor_closed,
        mains=truth.mains,
        board_mode=BoardMode(truth.board_mode).name,
        board_runs=truth.board_running,
        board_buzzer=BOARD_BUZZER[truth.buzzer],
        mushroom_in=not desk.estop_in,
        left_closed=desk.locks["left"],
        right_closed=desk.locks["right"],
        lever_pulled=bench.lever_pulled,
        down=tuple(sorted(desk.down)),
        pi_runs=desk.pi_runs,
        cable_in=desk.cable_in,
        battery_worn=bench.battery_worn,
        arms_overhead=desk.arms_out,
        answers=bench.answers,
        demo=bench.demo,
        faults=desk.world.active_faults,
        lit=lit(desk),
        today=bench.today,
        person=bench.person,
        open=bench.open,
    )
