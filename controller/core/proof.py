"""The proof test after Start and before the descent (SR16), within 3 degrees of upright rest.  Pure.

Contacts, then the brake against a push, then a small move that every angle sensor must see.  No pass, no inversion.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import NamedTuple

from controller.core.facts import ANKLE_CONTACTS, ESTOP_CONTACTS, Facts
from controller.core.members import FLAG

MOVE_DEG = 2.0
"""The micro-move: enough to tell a frozen sensor from a moving one, and less than the 3 degrees the test may use."""

AGREE_DEG = 0.7
"""Sensors must have seen the same move within this; their noise together is 0.3 degrees, a frozen one is off by 2."""

BRAKE_LEAST_S = 0.4
"""The board pushes for 400 ms; a verdict that is there earlier belongs to an earlier test."""

BRAKE_MOST_S = 2.5
MOVE_MOST_S = 10.0
COMPARE_S = 0.4
"""After the move, time for telemetry and filters to settle before sensors are compared."""

CURRENT_LEAST_MA = 20
CURRENT_MOST_MA = 8000
"""A push against the brake draws some current and, unless something is stuck, less than a stall."""

SAG_MOST_MV = 1500
"""The 24 V buffer may sag this much under the test's load."""


class Part(Enum):
    CONTACTS = "contacts"
    BRAKE = "brake"
    MOVE = "move"
    COMPARE = "compare"
    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """How far the test has come and what it has seen."""

    part: Part = Part.CONTACTS
    since_s: float = 0.0
    failed: str = ""  # a key of words.PROOF_WORDS
    imu_deg: float = 0.0
    pot_deg: float = 0.0
    encoder_deg: float = 0.0
    most_ma: int = 0
    idle_mv: int = 0
    least_mv: int = 99999


class Seen(NamedTuple):
    """What a part of the test is judged by."""

    f: Facts
    in_part_s: float
    moved: bool


def begin(now_s: float) -> Proof:
    """The test as it begins."""
    return Proof(since_s=now_s)


def update(proof: Proof, f: Facts, *, moved: bool) -> Proof:
    """One tick; `moved` says that the micro-move has arrived and stands still."""
    if proof.part in (Part.PASSED, Part.FAILED):
        return proof
    broken = _contacts(f)
    if broken:
        return _fail(broken, f)
    proof = replace(proof, most_ma=max(proof.most_ma, abs(f.board.current_ma)), least_mv=min(proof.least_mv, f.board.battery_mv))
    if proof.part is Part.CONTACTS:
        return replace(proof, part=Part.BRAKE, since_s=f.now_s, idle_mv=f.board.battery_mv)
    return _PARTS[proof.part](proof, Seen(f, f.now_s - proof.since_s, moved))


def _contacts(f: Facts) -> str:
    if not f.inputs.estop_aux_closed or f.contacts & ESTOP_CONTACTS != ESTOP_CONTACTS:
        return "estop"
    return "" if f.inputs.ankles.all_closed and f.contacts & ANKLE_CONTACTS == ANKLE_CONTACTS else "ankles"


def _brake(proof: Proof, seen: Seen) -> Proof:
    f = seen.f
    if seen.in_part_s >= BRAKE_LEAST_S and f.flags & FLAG.BRAKE_TESTED:
        if not f.flags & FLAG.BRAKE_HELD:
            return _fail("brake", f)
        return replace(
            proof, part=Part.MOVE, since_s=f.now_s, imu_deg=f.tilt.angle_deg, pot_deg=f.board.pot_deg, encoder_deg=f.board.encoder_deg
        )
    return _fail("brake_silent", f) if seen.in_part_s > BRAKE_MOST_S else proof


def _move(proof: Proof, seen: Seen) -> Proof:
    f = seen.f
    if seen.moved:
        return replace(proof, part=Part.COMPARE, since_s=f.now_s)
    return _fail("motion", f) if seen.in_part_s > MOVE_MOST_S else proof


def _compare(proof: Proof, seen: Seen) -> Proof:
    f = seen.f
    if seen.in_part_s < COMPARE_S:
        return proof
    wrong = _disagreement(proof, f)
    return _fail(wrong, f) if wrong else Proof(part=Part.PASSED, since_s=f.now_s)


def _disagreement(proof: Proof, f: Facts) -> str:
    """What the small move has shown to be wrong: a key of words.PROOF_WORDS, or nothing."""
    imu_deg = f.tilt.angle_deg - proof.imu_deg
    pot_deg = f.board.pot_deg - proof.pot_deg
    encoder_deg = f.board.encoder_deg - proof.encoder_deg
    if max(imu_deg, pot_deg, encoder_deg) - min(imu_deg, pot_deg, encoder_deg) > AGREE_DEG:
        return "sensors"
    if min(imu_deg, pot_deg, encoder_deg) < MOVE_DEG / 2.0:
        return "motion"
    if not CURRENT_LEAST_MA <= proof.most_ma <= CURRENT_MOST_MA:
        return "current"
    if proof.least_mv < proof.idle_mv - SAG_MOST_MV:
        return "battery"
    return "" if f.inputs.host.watcher_armed else "watcher"


_PARTS: dict[Part, Callable[[Proof, Seen], Proof]] = {Part.BRAKE: _brake, Part.MOVE: _move, Part.COMPARE: _compare}


def _fail(why: str, f: Facts) -> Proof:
    return Proof(part=Part.FAILED, since_s=f.now_s, failed=why)
