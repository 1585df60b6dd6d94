"""The black box: the last minute of every value, exact to the last bit, and nothing that a tick holds can break it."""

from __future__ import annotations

import json
import math
import struct
import zlib
from dataclasses import fields, replace
from itertools import pairwise

import pytest

from controller.core.model import (
    AnkleLocks,
    BoardReport,
    Buzzer,
    Command,
    Host,
    ImuReading,
    Inputs,
    Lamp,
    Lamps,
    Mode,
    Outputs,
    Panel,
)
from controller.core.safety import REASONS, RULES
from controller.core.wire import BoardMode, Request
from controller.records.blackbox import AFTERMATH_S, BOXES_MOST, BlackBox, Freezer, layout, rows

INPUTS = Inputs(
    now_s=1234.5678,
    imu=ImuReading(accel_mps2=(0.1, -0.2, 9.8), gyro_dps=(1 / 3, 0.0, -1e-9), chip_time_s=99.25, age_s=0.004, configured=True),
    panel=Panel(start=True, dizzy=True, spotter=True, age_s=0.001),
    ankles=AnkleLocks(left_closed=True, right_closed=False),
    estop_aux_closed=True,
    board=BoardReport(
        age_s=0.01, identified=True, mode=BoardMode.ASCENT, reasons=5, flags=0x1FF, contacts=3, angle_deg=-12.34, rate_dps=0.5,
        current_ma=-1500, pot_deg=-12.3, encoder_deg=-12.4, battery_mv=25100, budget_left_s=480.5, rest_s=3.5, challenge=7,
        command_seq=65535, tick_ms=4294967295, round_trip_s=0.021, reset_cause=8, uptime_s=1e6,
    ),
    host=Host(late_s=0.001, temperature_c=51.5, storage_ok=True, config_ok=False, watcher_armed=False),
)  # fmt: skip
OUTPUTS = Outputs(
    command=Command(
        request=Request.RETURN_UP, rate_dps=-1.5, imu_angle_deg=None, permitted_angle_deg=60.0, unasked=True, half_rate=False,
        session=True, alarm=False, warn=True, challenge=3,
    ),
    mode=Mode.RETURNING,
    lamps=Lamps(ready=Lamp.OFF, moving=Lamp.BLINK, release_ok=Lamp.ON, fault=Lamp.FLASH),
    buzzer=Buzzer.ALARM,
    release_locks=True,
    turned=True,
    ladder=2,
    reasons=(REASONS[0], REASONS[-1]),
    angle_deg=None,
    rate_dps=-1.49,
    target_deg=-75.0,
    hold_left_s=1.0,
    rest_left_s=2.0,
    inverted_s=120.02,
)  # fmt: skip


def only_row(inputs: Inputs, outputs: Outputs) -> dict[str, object]:
    box = BlackBox()
    box.take(inputs, outputs)
    (row,) = rows(box.freeze().squeezed(), layout())
    return row


@pytest.mark.req("SE9")
def test_every_value_that_came_in_stands_in_the_box_to_the_last_bit() -> None:
    row = only_row(INPUTS, OUTPUTS)
    assert [row[f"imu.accel_{axis}_mps2"] for axis in "xyz"] == list(INPUTS.imu.accel_mps2)
    assert [row[f"imu.gyro_{axis}_dps"] for axis in "xyz"] == list(INPUTS.imu.gyro_dps)
    for name in (field.name for field in fields(BoardReport) if field.name not in {"mode", "identified"}):
        assert row[f"board.{name}"] == getattr(INPUTS.board, name), name
    assert row["board.mode"] == "ASCENT"
    assert row["levels"] == (
        "start dizzy spotter left_closed estop_aux_closed imu.configured board.identified storage_ok release_locks turned watcher_ok"
    )
    others = ("now_s", "imu.chip_time_s", "imu.age_s", "panel.age_s", "host.late_s", "host.temperature_c")
    assert [row[name] for name in others] == [1234.5678, 99.25, 0.004, 0.001, 0.001, 51.5]


@pytest.mark.req("SE9")
def test_every_value_that_went_out_stands_in_the_box() -> None:
    row = only_row(INPUTS, OUTPUTS)
    assert (row["mode"], row["buzzer"], row["ladder"], row["lamps"]) == ("RETURNING", "alarm", 2, "off blink on flash")
    assert row["reasons"] == f"{RULES[0].name} {RULES[-1].name}"
    assert (row["command.request"], row["command.flags"], row["command.challenge"]) == ("RETURN_UP", "unasked session warn", 3)
    assert (row["command.rate_dps"], row["command.imu_angle_deg"], row["command.permitted_angle_deg"]) == (-1.5, None, 60.0)
    for name in ("angle_deg", "rate_dps", "target_deg", "hold_left_s", "rest_left_s", "inverted_s"):
        assert row[name] == getattr(OUTPUTS, name), name


def test_silence_is_not_a_command() -> None:
    row = only_row(INPUTS, replace(OUTPUTS, command=None))
    assert (row["command.request"], row["command.rate_dps"], row["command.flags"]) == (None, None, "")


def test_nothing_that_comes_in_is_left_out() -> None:
    """A new input or output needs a column; what a person is shown and told stands in the events instead."""
    assert {field.name for field in fields(Inputs)} == {
        "now_s",
        "imu",
        "panel",
        "ankles",
        "estop_aux_closed",
        "board",
        "host",
        "permission",
    }
    told = {"events", "lines", "phrase", "urgent", "refusals", "latches", "selection", "plan", "confirmed"}
    kept = {field.name for field in fields(Outputs)} - told
    assert kept == {
        *("command", "mode", "lamps", "buzzer", "release_locks", "turned", "ladder", "reasons", "angle_deg", "rate_dps"),
        *("target_deg", "hold_left_s", "rest_left_s", "inverted_s"),
    }
    row = only_row(INPUTS, OUTPUTS)
    for part in (ImuReading, Panel, AnkleLocks, Host, Command):
        for name in (field.name for field in fields(part)):
            assert any(name.removesuffix("_mps2").removesuffix("_dps") in column for column in (*row, layout())), name


@pytest.mark.req("SE9")
def test_the_last_minute_is_there_whole_and_in_order() -> None:
    box = BlackBox()
    for number in range(7777):
        box.take(replace(INPUTS, now_s=number * 0.02), OUTPUTS)
    frozen = box.freeze()
    times_s = [float(str(row["now_s"])) for row in rows(frozen.squeezed(), layout())]
    assert len(times_s) == frozen.ticks == 3000
    assert times_s[-1] == 7776 * 0.02
    assert {round(after - before, 9) for before, after in pairwise(times_s)} == {0.02}


def test_a_box_that_was_frozen_does_not_change_any_more() -> None:
    box = BlackBox()
    for number in range(130):
        box.take(replace(INPUTS, now_s=float(number)), OUTPUTS)
    frozen = box.freeze()
    before = frozen.squeezed()
    for number in range(5000):
        box.take(replace(INPUTS, now_s=-float(number)), OUTPUTS)
    assert frozen.squeezed() == before


@pytest.mark.parametrize("ticks", [0, 1, 49, 50, 51, 100])
def test_a_young_box_holds_what_there_is(ticks: int) -> None:
    box = BlackBox()
    for number in range(ticks):
        box.take(replace(INPUTS, now_s=float(number)), OUTPUTS)
    assert [row["now_s"] for row in rows(box.freeze().squeezed(), layout())] == [float(number) for number in range(ticks)]
    assert len(list(rows(box.freeze(0.5).squeezed(), layout()))) == min(25, ticks)


@pytest.mark.parametrize("value", [math.inf, -math.inf, 1e300, -0.0])
def test_any_number_can_be_kept(value: float) -> None:
    assert only_row(replace(INPUTS, board=replace(INPUTS.board, angle_deg=value)), OUTPUTS)["board.angle_deg"] == value


def test_what_no_column_holds_is_counted_and_nothing_is_raised() -> None:
    box = BlackBox()
    box.take(replace(INPUTS, board=replace(INPUTS.board, current_ma=2**70)), OUTPUTS)
    box.take(INPUTS, replace(OUTPUTS, ladder=300))
    box.take(INPUTS, OUTPUTS)
    assert (box.unpackable, box.freeze().ticks) == (2, 1)


def test_the_rules_fit_their_column() -> None:
    assert len(RULES) <= 64


def test_a_box_of_an_older_program_is_read_by_its_own_format() -> None:
    form = json.loads(layout()) | {"mode": ["OLD", "OLDER"], "reasons": ["gone"]}
    kept = {"now_s", "reasons", "levels", "board.mode", "command.request", "command.flags", "mode", "lamps", "buzzer"}
    form["columns"] = [column for column in form["columns"] if column[0] in kept]
    packed = struct.pack("<" + "".join(code for _, code in form["columns"]), 5.0, 1, 0, 0, 255, 0, 1, 0, 0)
    (row,) = rows(zlib.compress(packed), json.dumps(form))
    assert (row["now_s"], row["mode"], row["reasons"]) == (5.0, "OLDER", "gone")


# ------------------------------------------------------------------ when it freezes


@pytest.mark.req("SE9")
def test_a_storm_of_trips_fills_a_bounded_number_of_boxes_and_a_new_session_has_its_own() -> None:
    freezer = Freezer(BlackBox())
    boxes = 0
    for trip in range(100):
        now_s = trip * 60.0
        boxes += freezer.tripped(trip, now_s) is not None
        assert not freezer.due(now_s + AFTERMATH_S - 0.1)
        assert freezer.due(now_s + AFTERMATH_S) == (trip < BOXES_MOST)
        freezer.aftermath(now_s + AFTERMATH_S)
    assert boxes == BOXES_MOST
    freezer.session_begins()
    assert freezer.tripped(101, 1e6) is not None


@pytest.mark.req("SE9")
def test_trips_close_together_share_their_boxes() -> None:
    box = BlackBox()
    freezer = Freezer(box)
    assert freezer.tripped(1, 100.0) is not None
    assert freezer.tripped(2, 105.0) is None
    assert not freezer.due(114.9)
    assert freezer.due(115.0)
    for number in range(2000):
        box.take(replace(INPUTS, now_s=number * 0.02), OUTPUTS)
    after = freezer.aftermath(115.0)
    assert after is not None
    assert (after.trip, after.part, after.box.ticks) == (1, "after", 750)
    assert freezer.aftermath(116.0) is None
