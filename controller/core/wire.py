"""The words of the wire that the decision core needs: modes, requests, bits.  Values only.

Generated from firmware/protocol.toml by `python -m firmware.generate`; do not edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import Final


class Request(IntEnum):
    """What a command asks of the board."""

    HOLD = 0  # controlled stop, then brake
    FOLLOW = 1  # move at rate_cdps as the session's programme asks; never above level without return_up
    RETURN_UP = 2  # controlled return steered by the Pi: up only, rest enforced by the board
    ASCEND = 3  # the board's own controlled return (Pi's angle not trusted)
    DIZZY_BACK = 4  # back down to 30 degrees during a return, past the gate, locks good (TP10)
    TRIP = 5  # emergency-stop reaction, latched as a fault
    TEST_BRAKE = 6  # push against the set brake for 400 ms, at upright rest only (SR16)


class BoardMode(IntEnum):
    """What the board is doing."""

    BRAKED = 0  # brake set, motor off, ready
    FOLLOW = 1  # the Pi's rate, clamped
    ASCENT = 2  # its own controlled return
    RESCUE = 3  # hold-to-run after an emergency stop
    STOPPED = 4  # emergency stop, latched
    FAULT = 5  # emergency-stop reaction to a fault, latched


class CommandFlag:
    """Bits of a command's `flags`."""

    IMU_VALID: Final = 0x1  # imu_angle_cdeg may be used as a witness
    UNASKED: Final = 0x2  # nobody asked for this return: wait at level (SR15)
    HALF_RATE: Final = 0x4  # return at half rate
    SESSION: Final = 0x8  # the Pi obeyed a Start: one half of what it takes to leave upright rest (SR11)
    ALARM: Final = 0x10  # sound the board's buzzer as well
    WARN: Final = 0x20  # motion is about to begin: sound the warning (SR4)


class StatusFlag:
    """Bits of a status's `flags`."""

    BRAKE_SET: Final = 0x1
    CONTACTOR_CLOSED: Final = 0x2
    AT_REST: Final = 0x4  # |rate| under 0.1 deg/s by the board's own angle
    AT_UPRIGHT: Final = 0x8  # within 1 degree of the head-up stop
    REST_DONE: Final = 0x10  # the rest this return needs next has been taken (SR3)
    RETURNING: Final = 0x20  # a return has begun; no descent but dizzy_back until upright
    LEVEL_WAIT: Final = 0x40  # waits at level for OK or RETURN (SR15), latched
    LADDER: Final = 0x80  # help ladder on (SR14)
    MAINS: Final = 0x100  # mains present
    HALF_RATE: Final = 0x200  # degraded: half rate
    RETURN_ONLY: Final = 0x400  # after a reset off upright rest or a session-ending fault: no descent until upright (SR13)
    ANGLE_TRUSTED: Final = 0x800  # at least two witnesses agree
    SESSION_OPEN: Final = 0x1000  # left upright rest on a fresh START; open until upright rest is reached again
    WARNING: Final = 0x2000  # warning sounding, motion within 2 s
    BRAKE_TESTED: Final = 0x4000  # test_brake ran to its end since START
    BRAKE_HELD: Final = 0x8000  # ... and the brake held


class Contact:
    """Bits of a detail's `contacts`."""

    ESTOP_A: Final = 0x1  # closed = pushed out, healthy
    ESTOP_B: Final = 0x2
    ANKLE_LEFT: Final = 0x4  # secondary switch, closed = locked
    ANKLE_RIGHT: Final = 0x8
    START: Final = 0x10  # pressed
    RETURN: Final = 0x20  # pressed
    OK: Final = 0x40  # pressed
    RELEASE: Final = 0x80  # manual release lever pulled: drive suspended


class BoardReason:
    """Bits of a status's `reasons`: rules the board finds broken or whose demand has not cleared."""

    ESTOP: Final = 0x1  # emergency stop pressed or its wire open
    ESTOP_DISAGREE: Final = 0x2  # the two emergency-stop channels disagree
    TIME_UP: Final = 0x4  # inverted time used up
    OVERSPEED: Final = 0x8  # moving faster than 5 degrees a second
    PAST_LIMIT: Final = 0x10  # past the permitted angle
    END_STOP: Final = 0x20  # end-stop reached where none should be, or both
    ANKLE_OPEN: Final = 0x40  # ankle lock open
    PI_SILENT: Final = 0x80  # no valid command for 100 ms
    POT_RANGE: Final = 0x100  # potentiometer out of range
    ANGLE_DISAGREE: Final = 0x200  # angle sensors disagree
    ANGLE_LOST: Final = 0x400  # no trusted angle
    STALL: Final = 0x800  # motor commanded but nothing moves
    OVERCURRENT: Final = 0x1000  # motor current too high
    WRONG_WAY: Final = 0x2000  # moves the wrong way
    UNCOMMANDED: Final = 0x4000  # moves without being asked
    BRAKE_SLIP: Final = 0x8000  # brake does not hold
    MAINS_LOST: Final = 0x10000  # mains lost, running on battery
    BATTERY_LOW: Final = 0x20000  # battery below two full returns
    RESET: Final = 0x40000  # board was reset away from upright rest
    NO_PROGRESS: Final = 0x80000  # return makes no progress
    ESTOP_WAITING: Final = 0x100000  # emergency stop latched away from upright rest for 60 s
    UNANSWERED: Final = 0x200000  # no answer to Are you all right
    PI_TRIP: Final = 0x400000  # the Pi asked for the emergency-stop reaction
    BUTTON_STUCK: Final = 0x800000  # START held since reset or too long
    SELF_CHECK: Final = 0x1000000  # memory, register or calibration check failed
    STRANGER: Final = 0x2000000  # commands come from another protocol version
    NOT_STARTED: Final = 0x4000000  # motion asked without a fresh START at the board
    ASKED: Final = 0x8000000  # RETURN pressed
    LOAD: Final = 0x10000000  # supply over-voltage
    OBSTACLE: Final = 0x20000000  # something is in the way
    LOAD_DROP: Final = 0x40000000  # most of the load has gone


BOARD_REASONS: Final[Mapping[int, tuple[str, str, str]]] = MappingProxyType(
    {
        BoardReason.ESTOP: ("SR1", "estop", "emergency stop pressed or its wire open"),
        BoardReason.ESTOP_DISAGREE: ("SR1", "estop_disagree", "the two emergency-stop channels disagree"),
        BoardReason.TIME_UP: ("SR2", "time_up", "inverted time used up"),
        BoardReason.OVERSPEED: ("SR4", "overspeed", "moving faster than 5 degrees a second"),
        BoardReason.PAST_LIMIT: ("SR5", "past_limit", "past the permitted angle"),
        BoardReason.END_STOP: ("SR5", "end_stop", "end-stop reached where none should be, or both"),
        BoardReason.ANKLE_OPEN: ("SR6", "ankle_open", "ankle lock open"),
        BoardReason.PI_SILENT: ("SR7", "pi_silent", "no valid command for 100 ms"),
        BoardReason.POT_RANGE: ("SR8", "pot_range", "potentiometer out of range"),
        BoardReason.ANGLE_DISAGREE: ("SR8", "angle_disagree", "angle sensors disagree"),
        BoardReason.ANGLE_LOST: ("SR8", "angle_lost", "no trusted angle"),
        BoardReason.STALL: ("SR9", "stall", "motor commanded but nothing moves"),
        BoardReason.OVERCURRENT: ("SR9", "overcurrent", "motor current too high"),
        BoardReason.WRONG_WAY: ("SR9", "wrong_way", "moves the wrong way"),
        BoardReason.UNCOMMANDED: ("SR9", "uncommanded", "moves without being asked"),
        BoardReason.BRAKE_SLIP: ("SR9", "brake_slip", "brake does not hold"),
        BoardReason.MAINS_LOST: ("SR10", "mains_lost", "mains lost, running on battery"),
        BoardReason.BATTERY_LOW: ("SR10", "battery_low", "battery below two full returns"),
        BoardReason.RESET: ("SR13", "reset", "board was reset away from upright rest"),
        BoardReason.NO_PROGRESS: ("SR14", "no_progress", "return makes no progress"),
        BoardReason.ESTOP_WAITING: ("SR14", "estop_waiting", "emergency stop latched away from upright rest for 60 s"),
        BoardReason.UNANSWERED: ("SR15", "unanswered", "no answer to Are you all right"),
        BoardReason.PI_TRIP: ("SR9", "pi_trip", "the Pi asked for the emergency-stop reaction"),
        BoardReason.BUTTON_STUCK: ("SR11", "button_stuck", "START held since reset or too long"),
        BoardReason.SELF_CHECK: ("SR13", "self_check", "memory, register or calibration check failed"),
        BoardReason.STRANGER: ("SR7", "stranger", "commands come from another protocol version"),
        BoardReason.NOT_STARTED: ("SR11", "not_started", "motion asked without a fresh START at the board"),
        BoardReason.ASKED: ("SR3", "asked", "RETURN pressed"),
        BoardReason.LOAD: ("SR9", "load", "supply over-voltage"),
        BoardReason.OBSTACLE: ("SR9", "obstacle", "something is in the way"),
        BoardReason.LOAD_DROP: ("SR9", "load_drop", "most of the load has gone"),
    }
)
"""Bit of BoardReason -> (rule, name, plain words)."""
