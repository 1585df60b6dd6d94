"""Talks to the drive board: commands out, newest telemetry in.  Decides nothing; no thread, no waiting, no I/O but its port.

Whatever arrives, nothing here raises: what is damaged, foreign, repeated or late only shows as age (SR7, SR8).
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from types import MappingProxyType
from typing import Final, TypeAlias

from controller.core.members import bits
from controller.core.model import NEVER_S, BoardReport, Command
from controller.core.wire import BoardMode, CommandFlag
from hardware.drive import frame, protocol
from hardware.drive.port import BytePort, LinkError

_ASKS: Final = bits(CommandFlag)

IDENTITY_EXPIRES_S: Final = 3.0
"""The board says who it is once a second; two may be lost."""

RESTARTED_AFTER_S: Final = 0.1
"""A board whose numbers go back is taken for a new one only after this long without a frame: it has to be noticed (SR13)."""

RESTARTED_RUN: Final = 4
"""... and only when so many frames in a row count up, which a frozen sender's do not (fault 37)."""

NOT_SENDING_S: Final = 0.2
"""A command unanswered for longer than this after the last one sent says nothing about the wire."""

_MODES: Final = tuple(BoardMode)

Telemetry: TypeAlias = protocol.StatusMessage | protocol.DetailMessage | protocol.IdentityMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkCounts:
    """Since the start; for doctor and the journal."""

    good_frame_count: int = 0  # accepted: whole, known, newer
    bad_frame_count: int = 0  # damaged or of another length
    unknown_frame_count: int = 0  # undamaged, but not telemetry of this protocol
    late_frame_count: int = 0  # repeated or older than one accepted before
    unsendable_command_count: int = 0  # a number did not fit or was no number
    port_error_count: int = 0


class SequenceGate:
    """Lets through only frames newer than every one before (faults 28, 29, 37), and a restarted sender after a silence.

    Numbers wrap, so the half ring ahead counts as newer: a gap of up to 127 frames (1.2 s) is a gap, not a step back.
    """

    def __init__(self) -> None:
        self._newest = -1
        self._newest_at_s = -inf
        self._stray = -1
        self._run = 0

    def accepts(self, seq: int, now_s: float) -> bool:
        ahead = (seq - self._newest) & 0xFF
        if self._newest >= 0 and not 0 < ahead < 128 and not self._restarted(seq, now_s):
            return False
        self._newest, self._newest_at_s = seq, now_s
        self._stray, self._run = -1, 0
        return True

    def _restarted(self, seq: int, now_s: float) -> bool:
        follows = self._stray >= 0 and 0 < (seq - self._stray) & 0xFF < 16
        self._run = self._run + 1 if follows else 1
        self._stray = seq
        return self._run >= RESTARTED_RUN and now_s - self._newest_at_s > RESTARTED_AFTER_S


class RoundTrip:
    """Time from a command to the first status that names it."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[int, float]] = deque(maxlen=128)
        self._sent_at_s = -inf
        self._measured_s = NEVER_S

    def sent(self, seq: int, now_s: float) -> None:
        if now_s - self._sent_at_s > NOT_SENDING_S:
            self._waiting.clear()
        self._sent_at_s = now_s
        self._waiting.append((seq, now_s))

    def echoed(self, seq: int, now_s: float) -> None:
        if any(waiting == seq for waiting, _ in self._waiting):
            waiting, sent_at_s = self._waiting.popleft()
            while waiting != seq:
                waiting, sent_at_s = self._waiting.popleft()
            self._measured_s = now_s - sent_at_s

    def value_s(self, now_s: float) -> float:
        """The newest measurement, or how long the oldest command since then has been waiting if that is more."""
        if not self._waiting or now_s - self._sent_at_s > NOT_SENDING_S:
            return self._measured_s
        return max(self._measured_s, now_s - self._waiting[0][1])


class Link:
    """Owned and used by one thread, the control thread: that the reply is computed here is what fault 38 is caught by."""

    def __init__(self, port: BytePort, now_s: Callable[[], float]) -> None:
        self._port = port
        self._now_s = now_s
        self._decoder = frame.Decoder()
        self._gate = SequenceGate()
        self._round_trip = RoundTrip()
        self._seq = 0
        self._status: tuple[protocol.StatusMessage, float] | None = None  # with the time it came
        self._detail: tuple[protocol.DetailMessage, float] | None = None
        self._identity: tuple[protocol.IdentityMessage, float] | None = None
        self._good = self._unknown = self._late = self._unsendable = self._port_errors = 0
        self.trouble = ""
        """What the port last said; "" while it works."""

    # -------------------------------------------------------------- out

    def send(self, command: Command) -> None:
        """One command.  A number that cannot be sent is not bent to fit: nothing is sent, and the board stops (SR7)."""
        now_s = self._now_s()
        seq = (self._seq + 1) & 0xFF
        try:
            data = protocol.pack_command(command_message(command, seq, now_s))
        except (struct.error, ValueError, OverflowError):
            self._unsendable += 1
            return
        self._seq = seq
        try:
            self._port.write(frame.encode(data))
        except LinkError as error:
            self._port_failed(error)
            return
        self._round_trip.sent(seq, now_s)

    # -------------------------------------------------------------- in

    def poll(self) -> BoardReport:
        """Take everything that has arrived, keep the newest of each kind, report with ages."""
        now_s = self._now_s()
        try:
            data = self._port.read()
        except LinkError as error:
            self._port_failed(error)
        else:
            self.trouble = ""
            for payload in self._decoder.feed(data):
                self._take(payload, now_s)
        return self._report(now_s)

    @property
    def counts(self) -> LinkCounts:
        return LinkCounts(
            good_frame_count=self._good,
            bad_frame_count=self._decoder.bad,
            unknown_frame_count=self._unknown,
            late_frame_count=self._late,
            unsendable_command_count=self._unsendable,
            port_error_count=self._port_errors,
        )

    def _port_failed(self, error: LinkError) -> None:
        self._port_errors += 1
        self.trouble = str(error)

    def _take(self, data: bytes, now_s: float) -> None:
        unpack = _UNPACK.get(data[0])
        message = unpack(data) if unpack else None
        if message is None:
            self._unknown += 1
        elif not self._gate.accepts(message.seq, now_s):
            self._late += 1
        else:
            self._good += 1
            self._keep(message, now_s)

    def _keep(self, message: Telemetry, now_s: float) -> None:
        if isinstance(message, protocol.StatusMessage):
            self._status = (message, now_s)
            self._round_trip.echoed(message.command_seq, now_s)
        elif isinstance(message, protocol.DetailMessage):
            self._detail = (message, now_s)
        else:
            self._identity = (message, now_s)

    def _report(self, now_s: float) -> BoardReport:
        if self._status is None or self._detail is None:
            return BoardReport(identified=self._identified(now_s))
        (status, status_at_s), (detail, detail_at_s) = self._status, self._detail
        identity = self._identity[0] if self._identity else None
        return BoardReport(
            age_s=now_s - min(status_at_s, detail_at_s),
            identified=self._identified(now_s),
            mode=_MODES[status.mode],
            reasons=status.reasons,
            flags=status.flags,
            contacts=detail.contacts,
            angle_deg=status.angle_cdeg / 100,
            rate_dps=status.rate_cdps / 100,
            current_ma=status.current_ma,
            pot_deg=detail.pot_cdeg / 100,
            encoder_deg=detail.encoder_cdeg / 100,
            battery_mv=detail.battery_mv,
            budget_left_s=detail.budget_left_ds / 10,
            rest_s=detail.rest_ds / 10,
            challenge=detail.challenge,
            command_seq=status.command_seq,
            tick_ms=detail.tick_ms,
            round_trip_s=self._round_trip.value_s(now_s),
            reset_cause=identity.reset_cause if identity else 0,
            uptime_s=identity.uptime_s if identity else 0.0,
        )

    @property
    def identity(self) -> protocol.IdentityMessage | None:
        """What the board last said about itself: firmware version, protocol's hash, resets.  None: it has not said yet."""
        return self._identity[0] if self._identity else None

    def _identified(self, now_s: float) -> bool:
        if self._identity is None:
            return False
        identity, at_s = self._identity
        return identity.schema == protocol.SCHEMA_HASH and now_s - at_s <= IDENTITY_EXPIRES_S


_UNPACK: Final[Mapping[int, Callable[[bytes], Telemetry | None]]] = MappingProxyType(
    {
        protocol.ID_STATUS: protocol.unpack_status,
        protocol.ID_DETAIL: protocol.unpack_detail,
        protocol.ID_IDENTITY: protocol.unpack_identity,
    }
)


def command_flags(command: Command) -> int:
    """The bits that the board gets with it."""
    return (
        (_ASKS.IMU_VALID if command.imu_angle_deg is not None else 0)
        | (_ASKS.UNASKED if command.unasked else 0)
        | (_ASKS.HALF_RATE if command.half_rate else 0)
        | (_ASKS.SESSION if command.session else 0)
        | (_ASKS.ALARM if command.alarm else 0)
        | (_ASKS.WARN if command.warn else 0)
    )


def command_message(command: Command, seq: int, now_s: float) -> protocol.CommandMessage:
    """The core's command in the wire's units.  Raises ValueError or OverflowError for what is no number."""
    imu_angle_deg = command.imu_angle_deg
    tick_ms = round(now_s * 1000) & 0xFFFF
    return protocol.CommandMessage(
        seq=seq,
        request=command.request,
        flags=command_flags(command),
        rate_cdps=round(command.rate_dps * 100),
        imu_angle_cdeg=0 if imu_angle_deg is None else round(imu_angle_deg * 100),
        permitted_angle_cdeg=round(command.permitted_angle_deg * 100),
        challenge_reply=protocol.challenge_reply(command.challenge, tick_ms),
        schema=protocol.SCHEMA_HASH & 0xFFFF,
        tick_ms=tick_ms,
    )
