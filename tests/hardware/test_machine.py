"""The whole table as one port, on hand-moved pins, registers and bytes: one snapshot in, one decision out, whatever is broken."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from controller.config import Settings
from controller.core.model import Buzzer, Command, Host, Inputs, Lamp, Lamps, Outputs, Panel, Permission
from controller.core.wire import Request, StatusFlag
from hardware import pins
from hardware.drive import frame, protocol
from hardware.drive.port import LinkError
from hardware.machine import HardwareMachine
from tests.hardware.fakes import TICK_S, Bus, Chip, HandClock, HandPins, HandPort, at_once

FIELD_OF = {
    pins.START: "start", pins.RETURN: "return_", pins.DIZZY: "dizzy", pins.OK: "ok",
    pins.SELECT_MINUS: "select_minus", pins.SELECT_PLUS: "select_plus", pins.SPOTTER: "spotter",
}  # fmt: skip


class Asked:
    """A programme that writes down what it was asked."""

    def __init__(self) -> None:
        self.questions: list[tuple[int, bool]] = []

    def permission(self, selection: int, at_upright: bool) -> Permission:
        self.questions.append((selection, at_upright))
        return Permission()


class Shown:
    def __init__(self) -> None:
        self.seen: list[tuple[tuple[str, str], bool]] = []

    def show(self, lines: tuple[str, str], *, turned: bool) -> None:
        self.seen.append((lines, turned))


class Table:
    def __init__(self) -> None:
        self.clock = HandClock()
        self.bus = Bus(Chip(self.clock))
        self.pins = HandPins()
        self.port = HandPort()
        self.programme = Asked()
        self.display = Shown()
        self.machine = HardwareMachine(
            pin_factory=self.pins,
            smbus=self.bus,
            port=self.port,
            clock=self.clock,
            settings=Settings(),
            programme=self.programme,
            display=self.display,
            spawn=at_once,
        )

    def ticks(self, number: int, outputs: Outputs | None = None) -> Inputs:
        for _ in range(number):
            self.machine.wait_for_tick()
            inputs = self.machine.sense()
            self.machine.act(outputs if outputs is not None else Outputs())
        return inputs

    def set(self, pin: pins.Pin, *, low: bool) -> None:
        self.pins.levels[pin.bcm] = not low


@pytest.fixture
def table() -> Iterator[Table]:
    table = Table()
    yield table
    table.machine.close()


# ------------------------------------------------------------------ in


@pytest.mark.req("PU1")
@pytest.mark.parametrize("pin", pins.BUTTONS, ids=lambda pin: pin.name)
def test_each_button_is_its_own_field_and_no_other(table: Table, pin: pins.Pin) -> None:
    table.set(pin, low=True)
    panel = table.ticks(1).panel
    assert panel == Panel(**{FIELD_OF[pin]: True}, age_s=0.0)
    table.set(pin, low=False)
    assert table.ticks(1).panel == Panel(age_s=0.0)


@pytest.mark.req("SR6", "SR1")
def test_a_table_with_every_wire_off_reads_locks_open_emergency_stop_open_and_nothing_pressed(table: Table) -> None:
    inputs = table.ticks(1)
    assert not inputs.ankles.left_closed
    assert not inputs.ankles.right_closed
    assert not inputs.estop_aux_closed
    assert inputs.panel == Panel(age_s=0.0)


@pytest.mark.req("SR6", "SR1")
def test_each_safety_contact_is_its_own(table: Table) -> None:
    seen = []
    for pin in pins.CONTACTS:
        table.set(pin, low=True)
        inputs = table.ticks(1)
        seen.append((inputs.ankles.left_closed, inputs.ankles.right_closed, inputs.estop_aux_closed))
    assert seen == [(True, False, False), (True, True, False), (True, True, True)]


@pytest.mark.req("SR8")
def test_pins_that_cannot_be_read_show_as_open_contacts_released_buttons_and_age(table: Table) -> None:
    for pin in pins.BUTTONS + pins.CONTACTS:
        table.set(pin, low=True)
    assert table.ticks(1).ankles.all_closed
    table.pins.broken = True
    inputs = table.ticks(5)
    assert not inputs.ankles.left_closed
    assert not inputs.estop_aux_closed
    assert inputs.panel == Panel(age_s=inputs.panel.age_s)
    assert inputs.panel.age_s == pytest.approx(5 * TICK_S)


@pytest.mark.req("SR8", "F18")
def test_without_imu_board_and_host_the_snapshot_is_the_dangerous_one(table: Table) -> None:
    table.bus.absent = True
    inputs = table.ticks(50)
    assert inputs.imu.age_s == float("inf")
    assert not inputs.imu.configured
    assert inputs.board.age_s == float("inf")
    assert inputs.host == Host(late_s=0.0)


@pytest.mark.req("SR7", "F31")
def test_an_unplugged_board_shows_as_age_and_stops_nothing(table: Table) -> None:
    def unplugged(_data: bytes = b"") -> bytes:
        raise LinkError("/dev/inversion-table-board: lost")

    table.port.read = unplugged  # type: ignore[method-assign]
    table.port.write = unplugged  # type: ignore[method-assign, assignment]
    inputs = table.ticks(3, Outputs(command=Command(), lamps=Lamps(ready=Lamp.ON)))
    assert inputs.board.age_s == float("inf")
    assert table.pins.level(pins.LAMP_READY.bcm)


def board_says(table: Table, flags: int) -> None:
    status = protocol.StatusMessage(seq=1, mode=0, command_seq=0, angle_cdeg=-7500, rate_cdps=0, current_ma=0, flags=flags, reasons=0)
    detail = protocol.DetailMessage(
        seq=2, pot_cdeg=0, encoder_cdeg=0, battery_mv=0, budget_left_ds=0, rest_ds=0, contacts=0, challenge=0, tick_ms=0
    )
    table.port.incoming = frame.encode(protocol.pack_status(status)) + frame.encode(protocol.pack_detail(detail))


def test_the_programme_is_asked_for_the_selection_shown_and_whether_the_board_says_upright(table: Table) -> None:
    board_says(table, StatusFlag.AT_UPRIGHT)
    table.ticks(1, Outputs(selection=2))
    table.ticks(1)
    assert table.programme.questions == [(0, True), (2, True)]
    table.ticks(10)
    assert table.programme.questions[-1] == (0, False)  # what the board said is too old to rest on


# ------------------------------------------------------------------ out


@pytest.mark.req("SR7")
def test_silence_sends_nothing_and_a_command_one_whole_frame(table: Table) -> None:
    table.ticks(3)
    assert table.port.written == []
    table.ticks(1, Outputs(command=Command(request=Request.HOLD)))
    assert [len(data) for data in table.port.written] == [20]


@pytest.mark.req("PU2")
def test_each_lamp_and_the_solenoid_are_their_own_pins(table: Table) -> None:
    cases = {
        pins.LAMP_READY: Outputs(lamps=Lamps(ready=Lamp.ON)),
        pins.LAMP_MOVING: Outputs(lamps=Lamps(moving=Lamp.ON)),
        pins.LAMP_RELEASE_OK: Outputs(lamps=Lamps(release_ok=Lamp.ON)),
        pins.LAMP_FAULT: Outputs(lamps=Lamps(fault=Lamp.ON)),
        pins.RELEASE_SOLENOID: Outputs(lamps=Lamps(), release_locks=True),
        pins.BUZZER: Outputs(lamps=Lamps(), buzzer=Buzzer.ALARM),
    }
    for pin, outputs in cases.items():
        table.ticks(1, outputs)
        assert [other.name for other in pins.OUTPUTS if table.pins.level(other.bcm)] == [pin.name]


@pytest.mark.req("PU2")
def test_blinking_and_flashing_lamps_keep_their_rates(table: Table) -> None:
    table.pins.written.clear()
    table.ticks(500, Outputs(lamps=Lamps(ready=Lamp.BLINK, fault=Lamp.FLASH)))
    changes = [bcm for bcm, _ in table.pins.written]
    assert 18 <= changes.count(pins.LAMP_READY.bcm) <= 21  # 10 s at 1 Hz
    assert 77 <= changes.count(pins.LAMP_FAULT.bcm) <= 81  # 10 s at 4 Hz


@pytest.mark.req("SR4")
def test_a_warning_begins_with_a_tone_whenever_it_begins(table: Table) -> None:
    for wait in range(1, 60):
        table.ticks(wait, Outputs(buzzer=Buzzer.OFF))
        assert not table.pins.level(pins.BUZZER.bcm)
        table.ticks(1, Outputs(buzzer=Buzzer.WARNING))
        assert table.pins.level(pins.BUZZER.bcm)


def test_every_buzzer_pattern_sounds_and_each_one_differs(table: Table) -> None:
    heard = {}
    for buzzer in Buzzer:
        table.ticks(1, Outputs(buzzer=Buzzer.OFF))
        levels = []
        for _ in range(250):
            table.ticks(1, Outputs(buzzer=buzzer))
            levels.append(table.pins.level(pins.BUZZER.bcm))
        heard[buzzer] = tuple(levels)
    assert {buzzer for buzzer, levels in heard.items() if not any(levels)} == {Buzzer.OFF}
    assert len(set(heard.values())) == len(Buzzer)


def test_lamps_that_cannot_be_written_do_not_stop_the_command(table: Table) -> None:
    table.pins.broken = True
    table.ticks(2, Outputs(command=Command(), lamps=Lamps(ready=Lamp.ON)))
    assert len(table.port.written) == 2
    table.pins.broken = False
    table.ticks(1, Outputs(lamps=Lamps(ready=Lamp.ON)))
    assert table.pins.level(pins.LAMP_READY.bcm)


def test_the_display_is_told_what_the_core_says(table: Table) -> None:
    table.ticks(1, Outputs(lines=("GOING DOWN", "15 deg  0:25"), turned=True))
    assert table.display.seen == [(("GOING DOWN", "15 deg  0:25"), True)]


def test_closing_switches_everything_off_even_with_lamps_lit() -> None:
    table = Table()
    lit = Lamps(ready=Lamp.ON, moving=Lamp.ON, release_ok=Lamp.ON, fault=Lamp.ON)
    table.ticks(1, Outputs(lamps=lit, buzzer=Buzzer.ALARM, release_locks=True))
    assert [pin.name for pin in pins.OUTPUTS if not table.pins.level(pin.bcm)] == []
    table.machine.close()
    assert [pin.name for pin in pins.OUTPUTS if table.pins.level(pin.bcm)] == []


# ------------------------------------------------------------------ time


@pytest.mark.req("SR7", "F52")
def test_a_stall_is_told_once_and_followed_by_no_burst(table: Table) -> None:
    table.ticks(5)
    table.clock.oversleep_s = 1.0
    begin_s = table.clock.t_s
    late = [table.ticks(1).host.late_s for _ in range(4)]
    assert late == [pytest.approx(1.0), 0.0, 0.0, 0.0]
    assert table.clock.t_s - begin_s == pytest.approx(1.0 + 4 * TICK_S)


def test_what_building_the_table_took_is_not_lateness(table: Table) -> None:
    table.clock.t_s += 0.5
    assert [table.ticks(1).host.late_s for _ in range(3)] == [0.0, 0.0, 0.0]


@pytest.mark.req("F53")
def test_a_short_delay_is_made_up_so_that_the_rate_holds(table: Table) -> None:
    begin_s = table.clock.t_s
    for _ in range(100):
        table.clock.oversleep_s = 0.005
        table.ticks(1)
    assert table.clock.t_s - begin_s == pytest.approx(100 * TICK_S, abs=0.006)
