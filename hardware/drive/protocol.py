"""The Pi's end of the wire: messages to 16 data bytes and back.  Pure; never touches a port or a clock.

Generated from firmware/protocol.toml by `python -m firmware.generate`; do not edit.
"""

from __future__ import annotations

from struct import Struct
from typing import Final, NamedTuple

SCHEMA_HASH: Final = 0x04492B7C
"""Of everything but the explanations; two ends whose hashes differ do not move anything together."""
VERSION: Final = 1
FRAME_BYTES: Final = 16
CRC_POLYNOMIAL: Final = 0x90D9
CRC_INITIAL: Final = 0xFFFF
BAUD: Final = 250000
COMMAND_PERIOD_MS: Final = 20
TELEMETRY_PERIOD_MS: Final = 10


def challenge_reply(challenge: int, tick_ms: int) -> int:
    """Answer to the board's newest challenge, bound to this tick (fault 38): one to one in each argument, both 16 bits."""
    mix = (challenge ^ (tick_ms << 5) ^ (tick_ms >> 11)) & 0xFFFF
    mix = (mix * 0x9E37 + 0x79B9) & 0xFFFF
    mix ^= mix >> 7
    mix = (mix * 0x6255) & 0xFFFF
    return mix ^ (mix >> 9)


ID_COMMAND: Final = 0x10
_COMMAND: Final = Struct("<BBBBhhhHHH")


class CommandMessage(NamedTuple):
    """`command`, fields in the order of the wire."""

    seq: int
    request: int
    flags: int
    rate_cdps: int  # wanted rate, + is descent; used by follow, return_up and dizzy_back
    imu_angle_cdeg: int  # the Pi's angle; only breaks a tie between the board's own two (SR8)
    permitted_angle_cdeg: int  # this session's ceiling; the board takes the least it has heard in a session, and never over its own (SR5)
    challenge_reply: int  # protocol.challenge_reply() of the newest challenge, computed by the control thread (fault 38)
    schema: int  # low half of the schema hash; a stranger's commands are refused
    tick_ms: int  # the Pi's own millisecond counter; must advance (fault 37), must keep pace (fault 44)


def pack_command(message: CommandMessage) -> bytes:
    """Raises struct.error for a number that does not fit its field."""
    return _COMMAND.pack(ID_COMMAND, *message)


def unpack_command(data: bytes) -> CommandMessage | None:
    """None for another message, an unknown enum value, an unknown bit or padding that is not zero."""
    if len(data) != 16 or data[0] != ID_COMMAND:
        return None
    message = CommandMessage._make(_COMMAND.unpack(data)[1:])
    return None if message.request > 6 or message.flags >> 6 else message


ID_STATUS: Final = 0x20
_STATUS: Final = Struct("<BBBBhhhHI")


class StatusMessage(NamedTuple):
    """`status`, fields in the order of the wire."""

    seq: int
    mode: int
    command_seq: int  # sequence number of the newest command accepted
    angle_cdeg: int  # the board's own inversion angle
    rate_cdps: int  # the board's own rate, + is descent
    current_ma: int  # motor current, mean of the last 20 ms, + drives descent
    flags: int
    reasons: int


def pack_status(message: StatusMessage) -> bytes:
    """Raises struct.error for a number that does not fit its field."""
    return _STATUS.pack(ID_STATUS, *message)


def unpack_status(data: bytes) -> StatusMessage | None:
    """None for another message, an unknown enum value, an unknown bit or padding that is not zero."""
    if len(data) != 16 or data[0] != ID_STATUS:
        return None
    message = StatusMessage._make(_STATUS.unpack(data)[1:])
    return None if message.mode > 5 or message.reasons >> 31 else message


ID_DETAIL: Final = 0x21
_DETAIL: Final = Struct("<BBhhHHBBHH")


class DetailMessage(NamedTuple):
    """`detail`, fields in the order of the wire."""

    seq: int
    pot_cdeg: int  # angle by the potentiometer alone
    encoder_cdeg: int  # angle by the motor encoder, referred to the potentiometer at upright rest
    battery_mv: int
    budget_left_ds: int  # inverted time left in this session, tenths of a second (SR2)
    rest_ds: int  # rest counted so far at this place, tenths of a second, stops at 255 (SR3)
    contacts: int
    challenge: int
    tick_ms: int


def pack_detail(message: DetailMessage) -> bytes:
    """Raises struct.error for a number that does not fit its field."""
    return _DETAIL.pack(ID_DETAIL, *message)


def unpack_detail(data: bytes) -> DetailMessage | None:
    """None for another message, an unknown enum value, an unknown bit or padding that is not zero."""
    if len(data) != 16 or data[0] != ID_DETAIL:
        return None
    return DetailMessage._make(_DETAIL.unpack(data)[1:])


ID_IDENTITY: Final = 0x22
_IDENTITY: Final = Struct("<BBIBBBHH3x")


class IdentityMessage(NamedTuple):
    """`identity`, fields in the order of the wire."""

    seq: int
    schema: int
    firmware_major: int
    firmware_minor: int
    reset_cause: int  # MCUSR bits: 1 power on, 2 external, 4 brown-out, 8 watchdog
    boot_count: int
    uptime_s: int


def pack_identity(message: IdentityMessage) -> bytes:
    """Raises struct.error for a number that does not fit its field."""
    return _IDENTITY.pack(ID_IDENTITY, *message)


def unpack_identity(data: bytes) -> IdentityMessage | None:
    """None for another message, an unknown enum value, an unknown bit or padding that is not zero."""
    if len(data) != 16 or data[0] != ID_IDENTITY or any(data[13:]):
        return None
    return IdentityMessage._make(_IDENTITY.unpack(data)[1:])
