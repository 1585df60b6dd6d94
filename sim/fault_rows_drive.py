"""Fault rows F65-F90: inputs, operator, motor, mechanics, power, person.  Values and the few acts they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.fault_row import Fault, Param, Values

if TYPE_CHECKING:
    from sim.world import World

STUCK_NOT, STUCK_OPEN, STUCK_CLOSED = 0, 1, 2
_BUTTON_ORDER = ("start", "return", "dizzy", "ok", "select_minus", "select_plus", "spotter")
_CHANNEL = Param("channel", "1", 0.0, 0.0, 1.0)  # 0 is A, 1 is B
_BOTTOM = Param("down", "1", 1.0, 0.0, 1.0)  # 1 the head-down switch, 0 the head-up one


def _estop_down(world: World, _values: Values) -> None:
    world.estop()


def _estop_up(world: World, _values: Values) -> None:
    world.estop(pressed=False)


def _channel(values: Values) -> str:
    return "estop_b" if values["channel"] >= 1.0 else "estop_a"


def _wire_open(world: World, values: Values) -> None:
    world.stuck(_channel(values), STUCK_OPEN)


def _wire_whole(world: World, values: Values) -> None:
    world.stuck(_channel(values), STUCK_NOT)


def _weld_and_press(world: World, values: Values) -> None:
    world.stuck(_channel(values), STUCK_CLOSED)
    world.estop()


def _unweld_and_pull(world: World, values: Values) -> None:
    world.stuck(_channel(values), STUCK_NOT)
    world.estop(pressed=False)


def _button_sticks(world: World, values: Values) -> None:
    world.stuck(_BUTTON_ORDER[int(values["button"])], STUCK_CLOSED)


def _button_free(world: World, values: Values) -> None:
    world.stuck(_BUTTON_ORDER[int(values["button"])], STUCK_NOT)


def _two_down(world: World, values: Values) -> None:
    for which in ("first", "second"):
        world.press(_BUTTON_ORDER[int(values[which])])


def _two_up(world: World, values: Values) -> None:
    for which in ("first", "second"):
        world.press(_BUTTON_ORDER[int(values[which])], pressed=False)


def _end_stop_open(world: World, values: Values) -> None:
    world.set_fault("end_stop_down" if values["down"] >= 1.0 else "end_stop_up", 1.0)


def _end_stop_welded(world: World, values: Values) -> None:
    world.set_fault("end_stop_down" if values["down"] >= 1.0 else "end_stop_up", 2.0)


def _end_stop_good(world: World, values: Values) -> None:
    world.set_fault("end_stop_down" if values["down"] >= 1.0 else "end_stop_up", 0.0)


def _ankle(world: World, values: Values, *, closed: bool) -> None:
    for side in ("left", "right"):
        if values[side] >= 1.0:
            world.set_ankle(side, closed, primary=values["primary"] >= 1.0, secondary=values["secondary"] >= 1.0)


def _ankle_opens(world: World, values: Values) -> None:
    _ankle(world, values, closed=False)


def _ankle_closes(world: World, values: Values) -> None:
    _ankle(world, values, closed=True)


def _power_off(world: World, values: Values) -> None:
    world.set_mains(False)
    world.set_fault("battery_gone", values["battery_too"])


def _power_on(world: World, _values: Values) -> None:
    world.set_mains(True)
    world.set_fault("battery_gone", 0.0)


def _shift(world: World, values: Values) -> None:
    world.set_person(change_s=values["change_s"], balance_m=world.person_value("balance_m") + values["by_m"])


def _shift_back(world: World, values: Values) -> None:
    world.set_person(change_s=values["change_s"], balance_m=world.person_value("balance_m") - values["by_m"])


def _too_heavy(world: World, values: Values) -> None:
    world.set_person(change_s=0.0, mass_kg=values["mass_kg"], balance_m=values["balance_m"])


def _gets_off(world: World, values: Values) -> None:
    world.set_person(change_s=values["change_s"], mass_kg=0.0)


_INPUT_ROWS = (
    Fault(
        number=65,
        name="estop_pressed",
        text="E-stop pressed",
        reaction="STO",
        bound="10 us gate; 50 ms brake",
        begin=_estop_down,
        end=_estop_up,
    ),
    Fault(
        number=66,
        name="estop_wire_open",
        text="E-stop wire open",
        reaction="STO (NC contact)",
        bound="10 us",
        params=(_CHANNEL,),
        begin=_wire_open,
        end=_wire_whole,
    ),
    Fault(
        number=67,
        name="estop_contact_welded",
        text="E-stop contact welded (one of two)",
        reaction="contacts disagree > 50 ms: STO, REFUSE until both cycle",
        bound="50 ms",
        params=(Param("channel", "1", 1.0, 0.0, 1.0),),
        begin=_weld_and_press,
        end=_unweld_and_pull,
        how="seen when the mushroom is pressed, so it is pressed as well",
    ),
    Fault(
        number=68,
        name="estop_released_latched",
        text="E-stop released while faulted",
        reaction="stay latched; reset edge + start needed",
        bound="always",
        begin=_estop_down,
        end=_estop_up,
        how="clearing the fault releases the mushroom: what must hold comes after that",
    ),
    Fault(
        number=69,
        name="button_stuck",
        text="Start/hold button stuck on",
        reaction="REFUSE at boot; CS if held > limit; needs release edge (RETURN: no hold limit, blocks only Start)",
        bound="boot / limit",
        params=(Param("button", "1", 0.0, 0.0, 6.0),),
        begin=_button_sticks,
        end=_button_free,
        how="0 START, 1 RETURN, 2 DIZZY, 3 OK, 4 SELECT-, 5 SELECT+, 6 SPOTTER",
    ),
    Fault(
        number=70,
        name="two_buttons",
        text="Two opposite buttons together",
        reaction="ignored until both released, CS of a descent; RETURN always wins, E-STOP over all",
        bound="20 ms",
        params=(Param("first", "1", 0.0, 0.0, 6.0), Param("second", "1", 2.0, 0.0, 6.0)),
        begin=_two_down,
        end=_two_up,
    ),
    Fault(
        number=71,
        name="contact_bounce",
        text="Switch bounce 20 ms on any input",
        reaction="stop: act on first edge; start: 30 ms stable",
        bound="10 us / 30 ms",
        params=(Param("bounce_ms", "ms", 20.0, 1.0, 1000.0),),
        sets=(("bounce_ms", "bounce_ms"),),
        how="every contact bounces that long at every change",
    ),
    Fault(
        number=72,
        name="end_stop_wire_open",
        text="End-stop open wire",
        reaction="counts as reached: STO that direction",
        bound="1 ms",
        params=(_BOTTOM,),
        begin=_end_stop_open,
        end=_end_stop_good,
    ),
    Fault(
        number=73,
        name="end_stop_welded",
        text="End-stop welded/stuck closed-OK",
        reaction="pot/IMU soft limit; REFUSE by expected-transition test",
        bound="limit + 2 deg",
        params=(_BOTTOM,),
        begin=_end_stop_welded,
        end=_end_stop_good,
    ),
    Fault(
        number=74,
        name="both_end_stops",
        text="Both end-stops active",
        reaction="STO",
        bound="1 ms",
        sets=(("end_stop_up", 1.0), ("end_stop_down", 1.0)),
    ),
    Fault(
        number=75,
        name="ankle_lock_opens",
        text="Ankle lock opens mid-inversion",
        bound="20 ms",
        reaction="descent stops softly, alarm, CRTN at half rate (SR6: the load on the ankles falls with the sine of the angle, "
        "so every degree up is safer than staying)",
        params=tuple(
            Param(name, "1", default, 0.0, 1.0) for name, default in (("left", 1.0), ("right", 0.0), ("primary", 1.0), ("secondary", 1.0))
        ),
        begin=_ankle_opens,
        end=_ankle_closes,
    ),
)

_DRIVE_ROWS = (
    Fault(
        number=76,
        name="motor_stall",
        text="Motor stall",
        reaction="STO (current > limit 100 ms or commanded without motion)",
        bound="150 ms",
        sets=(("motor_jammed", 1.0),),
    ),
    Fault(
        number=77,
        name="runaway",
        text="Runaway / H-bridge high-side short",
        bound="50 ms to relay",
        reaction="safety channel opens *second* switch (relay/contactor) + brake; speed > 110 % or motion without command",
        params=(Param("way", "1", 1.0, -1.0, 1.0),),
        sets=(("bridge_short", "way"),),
        how="full supply on the motor, +1 head down, while the contactor is closed",
    ),
    Fault(
        number=78,
        name="motor_reversed",
        text="Motor reversed wiring",
        reaction="STO, <= 1 deg",
        bound="150 ms",
        sets=(("motor_reversed", 1.0),),
    ),
    Fault(
        number=79,
        name="gear_slips",
        text="Gearbox/belt slip or shaft broken",
        reaction="motor-vs-pot mismatch -> brake (it acts on the pivot); CS",
        bound="150 ms",
        params=(Param("carries_nm", "Nm", 0.0, 0.0, 1000.0),),
        sets=(("gear_slips", 1.0), ("gear_slip_nm", "carries_nm")),
    ),
    Fault(
        number=80,
        name="brake_weak",
        text="Brake fails to hold (creep > 0.5 deg/s when stopped)",
        bound="200 ms",
        reaction="motor holds at low power + alarm + CRTN; pre-session brake test REFUSE",
        params=(Param("factor", "1", 0.0, 0.0, 1.0),),
        sets=(("brake_factor", "factor"),),
    ),
    Fault(
        number=81,
        name="brake_drags",
        text="Brake fails to release / drags",
        reaction="REFUSE / STO by current",
        bound="300 ms",
        params=(Param("fraction", "1", 1.0, 0.0, 1.0),),
        sets=(("brake_drag", "fraction"),),
    ),
    Fault(
        number=82,
        name="power_lost",
        text="Power loss while inverted",
        bound="50 ms",
        reaction="mains: CRTN on the battery; battery too: brake holds by spring, log closes, manual release lever",
        params=(Param("battery_too", "1", 0.0, 0.0, 1.0),),
        begin=_power_off,
        end=_power_on,
    ),
    Fault(
        number=83,
        name="regeneration",
        text="Supply sag/over-voltage from regeneration",
        reaction="limit decel; STO > 110 %",
        bound="10 ms",
        params=(Param("volts", "V", 6.0, -15.0, 15.0),),
        sets=(("regeneration_v", "volts"),),
        how="added to the supply while the motor turns the table",
    ),
    Fault(
        number=84,
        name="motor_short",
        text="Over-current / short of motor leads",
        reaction="comparator/latch STO",
        bound="hardware latch; software 1 ms",
        sets=(("motor_short", 1.0),),
    ),
    Fault(
        number=85,
        name="weight_shift",
        text="User shifts weight quickly (step torque)",
        reaction="controller keeps speed <= 110 % or CS; no oscillation",
        bound="200 ms",
        params=(Param("by_m", "m", 0.06, -0.3, 0.3), Param("change_s", "s", 0.1, 0.0, 5.0)),
        begin=_shift,
        end=_shift_back,
    ),
    Fault(
        number=86,
        name="overweight",
        text="Over-weight / wrong balance",
        reaction="CS and CRTN within the first 5° (SR16 load check), REFUSE next",
        bound="first 5 deg",
        params=(Param("mass_kg", "kg", 150.0, 0.0, 150.0), Param("balance_m", "m", 0.15, -0.3, 0.3)),
        begin=_too_heavy,
    ),
    Fault(
        number=87,
        name="person_gets_off",
        text="Person absent / gets off mid-move",
        reaction="load-drop detection CS",
        bound="300 ms",
        params=(Param("change_s", "s", 0.3, 0.0, 10.0),),
        begin=_gets_off,
    ),
    Fault(
        number=88,
        name="time_exceeded",
        text="Time inverted exceeded",
        reaction="CRTN, started early enough to be level in time",
        bound="level by 600 s",
        sets=(("send_hold_forever", 1.0),),
        how="the Pi's frames ask to stay where they are for ever, in good health otherwise",
    ),
    Fault(
        number=89,
        name="obstacle",
        text="Object/child in path (current rise)",
        reaction="CS; in a descent also back off 2°",
        bound="150 ms",
        params=(
            Param("way", "1", 1.0, -1.0, 1.0),
            Param("ahead_deg", "deg", 1.0, 0.0, 90.0),
            Param("nm_per_rad", "Nm/rad", 20000.0, 4000.0, 60000.0),
        ),
        sets=(("obstacle", "way"), ("obstacle_deg", "ahead_deg"), ("obstacle_nm_per_rad", "nm_per_rad")),
        how="a spring at the head end, 0.9 m from the pivot: 8000 is a belly or a cushion, 20000 a chest, 60000 a hand"
        " (ISO/TS 15066: 10, 25, 75 N/mm)",
    ),
    Fault(
        number=90,
        name="encoder_stuck",
        text="Encoder stuck (broken wire, loose disc)",
        reaction="STO, then RETURN once: half rate on the potentiometer",
        bound="500 ms, <= 1 deg",
        sets=(("encoder_frozen", 1.0),),
        how="the count stays what it was",
    ),
)

DRIVE_ROWS: tuple[Fault, ...] = _INPUT_ROWS + _DRIVE_ROWS
