"""One frame as text: reasons and ways back are there, nothing is wider or higher than the window."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.core.model import Lamp, Lamps, Mode, Outputs, Reason
from sim import screen
from sim.terminal import view_keys

VIEW = screen.View(
    title="Inversion table",
    now_s=83.0,
    speed_ratio=10.0,
    angle_deg=15.0,
    rate_dps=1.5,
    motor_a=2.0,
    battery_v=25.6,
    outputs=Outputs(mode=Mode.HOLDING, hold_left_s=61.0, lines=("Hold 15°", "RETURN ends it")),
    board="FOLLOW",
    brake_set=False,
    mains=True,
    locks=(True, True),
    estop_in=True,
    pi_runs=True,
    cable_in=True,
    ceiling_deg=15.0,
    keys=view_keys(),
)


@pytest.mark.parametrize("size", [(80, 24), (81, 25), (100, 30), (200, 60), (79, 24), (80, 23), (20, 5), (1, 1)])
def test_a_frame_is_never_wider_or_higher_than_the_window(size: tuple[int, int]) -> None:
    columns, lines = size
    long_reason = Reason(rule="SR6", name="ankle_open", says="An ankle lock is open. " * 8, way_back="Come up. " * 20)
    view = replace(VIEW, outputs=replace(VIEW.outputs, reasons=(long_reason,) * 5), held=frozenset({"START", "E-STOP"}), note="x" * 300)
    shown = screen.frame(view, columns, lines)
    assert len(shown) <= lines
    assert max(screen.visible(line) for line in shown) <= max(columns, 10)


def test_a_small_window_says_what_it_needs() -> None:
    words = " ".join(screen.frame(VIEW, 60, 20))
    assert "60 x 20" in words
    assert "80 x 24" in words


def test_state_timers_display_and_keys_are_on_the_screen() -> None:
    shown = "\n".join(screen.frame(VIEW, 80, 24, plain=True))
    for words in ("HOLDING", "hold left 1:01", "inverted 0:00 of 10:00", "│Hold 15°", "│RETURN ends it", "s START", "q quit", "30°"):
        assert words in shown


def test_a_reason_is_shown_with_its_way_back_and_its_rule() -> None:
    reason = Reason(rule="SR6", name="ankle_open", says="An ankle lock is open.", way_back="You are brought up.")
    shown = "\n".join(screen.frame(replace(VIEW, outputs=replace(VIEW.outputs, reasons=(reason,))), 80, 24, plain=True))
    assert "! An ankle lock is open. You are brought up. (SR6)" in shown


def test_open_locks_a_pressed_mushroom_and_a_dead_pi_are_in_capitals() -> None:
    shown = "\n".join(
        screen.frame(replace(VIEW, locks=(True, False), estop_in=False, pi_runs=False, cable_in=False, mains=False), 80, 24, plain=True)
    )
    for words in ("right OPEN", "E-STOP PRESSED", "Pi KILLED", "cable OUT", "mains OFF", "PI DEAD"):
        assert words in shown


def test_lamps_differ_when_off_on_and_blinking() -> None:
    looks = {
        shown: {screen.lamp("fault", Lamps(fault=shown), now_s, plain=True) for now_s in (0.0, 0.5)}
        for shown in (Lamp.OFF, Lamp.ON, Lamp.BLINK)
    }
    assert looks[Lamp.OFF] == {"○ FAULT"}
    assert looks[Lamp.ON] == {"● FAULT"}
    assert looks[Lamp.BLINK] == {"● FAULT", "◐ FAULT"}
