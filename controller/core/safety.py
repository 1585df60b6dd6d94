"""Every rule the Pi enforces, in one table: id, predicate, action, how it clears.  Pure; the words are in words.py.

A predicate called `broken` is true for trouble, always.  The greatest action wins; every broken rule is a reason.
Off upright rest a rule acts; at upright rest each of them refuses Start.  No row can be switched off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from controller.core.facts import ANKLE_CONTACTS, ESTOP_CONTACTS, Facts
from controller.core.members import ACTION, BOARD, CONTACT, FLAG, MODE, REASON
from controller.core.model import Action, Clears, Reason
from controller.core.modes import MOVED_BY_THE_PI
from controller.core.signs import Signs, signs_of
from controller.core.wire import BOARD_REASONS
from controller.core.words import WORDS

HOT_C = 80.0
"""F55: the Pi throttles itself above this."""

LATE_TICKS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row.  `for_s` is how long the predicate must hold before the rule is broken."""

    id: str  # SR row
    name: str  # unique, snake_case
    faults: str  # rows of the fault catalogue
    action: Action
    clears: Clears
    broken: Callable[[Signs], bool]  # true for trouble; looked at when a sign has changed
    for_s: float = 0.0
    refuses: bool = True  # Start, while broken or not cleared


def _row(
    id_: str,
    name: str,
    faults: str,
    action: Action,
    clears: Clears,
    broken: Callable[[Signs], bool],
    for_s: float = 0.0,
    *,
    refuses: bool = True,
) -> Rule:
    return Rule(id=id_, name=name, faults=faults, action=action, clears=clears, broken=broken, for_s=for_s, refuses=refuses)


def _imu(name: str) -> Callable[[Signs], bool]:
    return lambda s: name in s.tilt_faults


def _board(bit: int) -> Callable[[Signs], bool]:
    return lambda s: bool(s.reasons & bit)


def _ankle_open(s: Signs) -> bool:
    """Any of the four switches, off upright rest; while the board is not heard the two primary ones."""
    if not s.off_upright or s.mode is MODE.STARTING:
        return False
    secondary_open = s.board_ok and s.contacts & ANKLE_CONTACTS != ANKLE_CONTACTS
    return not s.ankles_closed or secondary_open or s.reasons & REASON.ANKLE_OPEN != 0


def _imu_doubt(s: Signs) -> bool:
    """Whatever the cause; a service that has just started gives the filter time to settle first."""
    return not s.tilt_ok and s.mode is not MODE.STARTING


def _estop(s: Signs) -> bool:
    return not s.estop_aux_closed or s.board_mode is BOARD.STOPPED


def _estop_unheeded(s: Signs) -> bool:
    return not s.estop_aux_closed and s.board_ok and s.board_mode is not BOARD.STOPPED


def _return_only(s: Signs) -> bool:
    return s.off_upright and bool(s.flags & FLAG.RETURN_ONLY)


def _board_returns(s: Signs) -> bool:
    return s.mode in MOVED_BY_THE_PI and s.off_upright and bool(s.flags & FLAG.RETURNING)


A, C, B = Action, Clears, REASON
OWN_ANGLE = B.ANGLE_DISAGREE | B.POT_RANGE | B.ANGLE_LOST

# fmt: off
RULES: tuple[Rule, ...] = (
    # --- emergency stop and power
    _row("SR1", "estop_disagrees", "F67", A.WARN, C.WHEN_GOOD, _board(B.ESTOP_DISAGREE)),
    _row("SR1", "estop", "F65 F66", A.WARN, C.WHEN_GOOD, _estop),
    _row("SR1", "estop_contacts", "F67", A.WARN, C.WHEN_GOOD, lambda s: s.board_ok and s.contacts & ESTOP_CONTACTS != ESTOP_CONTACTS),
    _row("SR1", "estop_unheeded", "F66", A.TRIP, C.BY_RESET, _estop_unheeded, 0.1),
    _row("SR10", "mains_lost", "F82", A.RETURN, C.WHEN_GOOD, lambda s: s.board_ok and not s.flags & FLAG.MAINS),
    _row("SR10", "battery_low", "F82", A.RETURN, C.WHEN_GOOD, _board(B.BATTERY_LOW)),
    # --- time, rate, angle
    _row("SR2", "time_up", "F88", A.RETURN, C.AT_UPRIGHT, lambda s: s.time_out or s.reasons & B.TIME_UP != 0),
    _row("SR4", "overspeed", "F77", A.TRIP, C.BY_RESET, lambda s: s.too_fast, 0.02),
    _row("SR5", "past_limit", "F25 F73", A.RETURN, C.AT_UPRIGHT, lambda s: s.too_deep or s.reasons & B.PAST_LIMIT != 0),
    # --- ankle locks
    _row("SR6", "ankle_open", "F75", A.RETURN_HALF_RATE, C.BY_INSPECTION, _ankle_open),
    # --- the link, both ways, and the panel
    _row("SR7", "board_silent", "F26 F30 F31 F33 F34", A.SILENCE, C.WHEN_GOOD, lambda s: s.board_silent),
    _row("SR7", "board_stranger", "F36", A.SILENCE, C.WHEN_GOOD, lambda s: not s.identified),
    _row("SR7", "board_refuses", "F36", A.WARN, C.WHEN_GOOD, _board(B.STRANGER)),
    _row("SR7", "pi_silent", "F29 F30 F37 F38 F44 F50 F51 F52", A.PAUSE, C.WHEN_GOOD, _board(B.PI_SILENT)),
    _row("SR7", "slow_link", "F32", A.PAUSE, C.WHEN_GOOD, lambda s: s.slow_link, 0.1),
    _row("SR7", "pi_late", "F52 F53 F55", A.PAUSE, C.WHEN_GOOD, lambda s: s.late_ticks >= LATE_TICKS),
    _row("SR11", "panel_silent", "F69", A.RETURN, C.WHEN_GOOD, lambda s: s.panel_silent),
    # --- the IMU
    _row("SR8", "imu_stuck", "F11", A.BOARD_RETURN, C.AT_UPRIGHT, _imu("imu_stuck")),
    _row("SR8", "imu_noise", "F12", A.PAUSE, C.WHEN_GOOD, _imu("imu_noise")),
    _row("SR8", "imu_bias", "F13", A.BOARD_RETURN, C.AT_UPRIGHT, _imu("imu_bias")),
    _row("SR8", "imu_not_finite", "F14", A.PAUSE, C.WHEN_GOOD, _imu("imu_not_finite")),
    _row("SR8", "imu_gravity", "F15", A.PAUSE, C.WHEN_GOOD, _imu("imu_gravity")),
    _row("SR8", "imu_saturated", "F16", A.PAUSE, C.WHEN_GOOD, _imu("imu_saturated")),
    _row("SR8", "imu_reset", "F17", A.PAUSE, C.WHEN_GOOD, _imu("imu_reset")),
    _row("SR8", "imu_stale", "F18 F19 F20 F21", A.PAUSE, C.WHEN_GOOD, _imu("imu_stale")),
    _row("SR8", "imu_future", "F22", A.PAUSE, C.WHEN_GOOD, _imu("imu_future")),
    _row("SR8", "imu_doubt", "F11 F12 F16", A.PAUSE, C.WHEN_GOOD, _imu_doubt, 0.1),
    # --- the other angle sensors, against the IMU
    _row("SR8", "sensors_disagree", "F1 F6 F8 F13", A.BOARD_RETURN, C.AT_UPRIGHT, lambda s: s.disagree, 0.1),
    _row("SR8", "apart_at_upright", "F7", A.WARN, C.WHEN_GOOD, lambda s: s.apart_at_upright, 1.0),
    _row("SR8", "board_angle", "F1 F3 F4 F5 F10", A.BOARD_RETURN, C.AT_UPRIGHT, _board(OWN_ANGLE)),
    _row("SR3", "rest_disagrees", "F6", A.BOARD_RETURN, C.AT_UPRIGHT, lambda s: s.rests_long),
    # --- the drive
    _row("SR9", "moves_unasked", "F77 F79", A.TRIP, C.BY_RESET, lambda s: s.moves_unasked, 0.3),
    _row("SR9", "gear_slips", "F79", A.TRIP, C.BY_RESET, lambda s: s.parts, 0.1),
    _row("SR9", "wrong_way", "F9 F78", A.TRIP, C.BY_RESET, lambda s: s.wrong_way, 0.3),
    _row("SR9", "does_not_move", "F76 F81", A.RETURN, C.AT_UPRIGHT, lambda s: s.does_not_move, 2.0),
    _row("SR9", "load", "F83 F86", A.RETURN, C.BY_INSPECTION, lambda s: s.load_wrong),
    _row("SR9", "obstacle", "F89", A.BOARD_RETURN, C.AT_UPRIGHT, _board(B.OBSTACLE)),
    _row("SR9", "load_drop", "F87", A.BOARD_RETURN, C.AT_UPRIGHT, _board(B.LOAD_DROP)),
    _row("SR9", "board_fault", "F74 F76 F77 F78 F84", A.WARN, C.WHEN_GOOD, lambda s: s.board_mode is BOARD.FAULT),
    _row("SR9", "release_lever", "F80", A.PAUSE, C.WHEN_GOOD, lambda s: s.contacts & CONTACT.RELEASE != 0),
    # --- restart
    _row("SR13", "return_only", "F39 F40 F41 F42 F64", A.RETURN, C.WHEN_GOOD, _return_only),
    _row("SR13", "board_returns", "F75 F82 F88", A.RETURN, C.WHEN_GOOD, _board_returns),
    # --- the person and their fingers
    _row("SR15", "unanswered", "F87", A.RETURN, C.AT_UPRIGHT, lambda s: s.unanswered or s.reasons & B.UNANSWERED != 0),
    _row("PU6", "button_stuck", "F69", A.PAUSE, C.WHEN_GOOD, lambda s: s.buttons_stuck != 0),
    _row("PU6", "two_buttons", "F70", A.PAUSE, C.WHEN_GOOD, lambda s: s.buttons_masked != 0, refuses=False),
    # --- the Pi itself: nothing stops for these, but the next session does not begin
    _row("SR11", "pi_hot", "F55", A.WARN, C.WHEN_GOOD, lambda s: s.temperature_c > HOT_C),
    _row("SR11", "storage", "F56 F57 F58 F59", A.WARN, C.WHEN_GOOD, lambda s: not s.storage_ok),
    _row("SR14", "watcher", "F91", A.WARN, C.WHEN_GOOD, lambda s: not s.watcher_ok),
    _row("SR11", "config", "F61", A.WARN, C.NEVER, lambda s: not s.config_ok),
)
# fmt: on
"""The Pi's share of SR1 to SR10, SR13 to SR15.  First column as in the requirements, third as in the fault catalogue."""

TOLD_ELSEWHERE = (
    B.ESTOP | B.ESTOP_DISAGREE | B.TIME_UP | B.PAST_LIMIT | B.ANKLE_OPEN | B.PI_SILENT | B.ANGLE_DISAGREE | B.POT_RANGE | B.MAINS_LOST
    | B.BATTERY_LOW | B.UNANSWERED | B.STRANGER | B.ASKED | B.NOT_STARTED | B.OBSTACLE | B.LOAD_DROP
)  # fmt: skip
"""Board reasons that have a row above, or are no trouble (RETURN was pressed; motion asked before START)."""

BOARD_TOLD: tuple[tuple[int, Reason], ...] = tuple(
    (bit, Reason(rule=rule, name=f"board_{name}", says=f"drive board: {says}", way_back=WORDS["board_told"][1]))
    for bit, (rule, name, says) in BOARD_REASONS.items()
    if not bit & TOLD_ELSEWHERE
)
BOARD_TOLD_BITS = sum(bit for bit, _ in BOARD_TOLD)

HALF_RATE = frozenset({ACTION.RETURN_HALF_RATE, ACTION.BOARD_RETURN})
"""An ankle lock that may be open, or an angle sensor that is lost: come up slowly."""

REASONS: tuple[Reason, ...] = tuple(
    Reason(rule=rule.id, name=rule.name, says=WORDS[rule.name][0], way_back=WORDS[rule.name][1]) for rule in RULES
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the rules demand this tick, and why."""

    action: Action = ACTION.ALLOW
    half_rate: bool = False
    reasons: tuple[Reason, ...] = ()
    refusing: tuple[Reason, ...] = ()  # those that refuse Start
    trip_due: bool = False  # an emergency-stop reaction that the board has not made yet
    fresh: Action = ACTION.ALLOW  # the greatest demand that is new this tick


@dataclass(frozen=True, slots=True, kw_only=True)
class Safety:
    """What judging must remember: how long predicates have held, which demands stand, which trips the board has made."""

    signs: Signs | None = None  # as they were when the rules were last looked at ...
    true: tuple[int, ...] = ()  # ... and the rows they break
    since_s: tuple[tuple[int, float], ...] = ()  # row -> when its predicate became true
    standing: tuple[int, ...] = ()  # rows broken now or not cleared
    tripping: frozenset[int] = frozenset()  # TRIP rows broken now
    due: frozenset[int] = frozenset()  # ... that have broken and that the board has not answered yet
    told: int = 0  # board reasons
    verdict: Verdict = Verdict()


NONE_DUE: frozenset[int] = frozenset()


def judge(safety: Safety, facts: Facts, reset: bool, inspected: bool) -> Safety:
    """Every rule against this tick."""
    signs = signs_of(facts)
    if signs != safety.signs:
        safety = replace(safety, signs=signs, true=tuple([row for row, rule in enumerate(RULES) if rule.broken(signs)]))
    told = facts.reasons & BOARD_TOLD_BITS
    if not safety.true and not safety.standing and not safety.since_s and told == safety.told and safety.verdict.fresh is ACTION.ALLOW:
        return safety
    before = dict(safety.since_s)
    since_s = tuple((row, before.get(row, facts.now_s)) for row in safety.true)
    broken = {row for row, start_s in since_s if facts.now_s - start_s >= RULES[row].for_s}
    gone = {row for row in safety.standing if _cleared(RULES[row].clears, facts, reset=reset, inspected=inspected)}
    kept = set(safety.standing) - broken - gone
    standing = tuple(sorted(broken | kept))
    tripping = frozenset(row for row in broken if RULES[row].action is ACTION.TRIP)
    shown = facts.board_mode is BOARD.FAULT or facts.board_mode is BOARD.STOPPED
    due = NONE_DUE if shown else safety.due | (tripping - safety.tripping)
    verdict = safety.verdict
    if standing != safety.standing or told != safety.told or due != safety.due or verdict.fresh is not ACTION.ALLOW:
        verdict = _verdict(safety, standing, due, told)
    return Safety(
        signs=safety.signs, true=safety.true, since_s=since_s, standing=standing, tripping=tripping, due=due, told=told, verdict=verdict
    )


def _cleared(clears: Clears, facts: Facts, *, reset: bool, inspected: bool) -> bool:
    return (
        clears is Clears.WHEN_GOOD
        or (clears is Clears.AT_UPRIGHT and facts.at_upright)
        or (clears is Clears.BY_RESET and reset)
        or (clears is Clears.BY_INSPECTION and inspected)
    )


def _verdict(safety: Safety, standing: tuple[int, ...], due: frozenset[int], told: int) -> Verdict:
    rules = [RULES[row] for row in standing]
    board = tuple(reason for bit, reason in BOARD_TOLD if told & bit)
    new = [RULES[row].action for row in standing if row not in safety.standing]
    return Verdict(
        action=max((rule.action for rule in rules), default=ACTION.ALLOW),
        half_rate=any(rule.action in HALF_RATE for rule in rules),
        reasons=tuple(REASONS[row] for row in standing) + board,
        refusing=tuple(REASONS[row] for row in standing if RULES[row].refuses) + board,
        trip_due=bool(due),
        fresh=max(new, default=ACTION.ALLOW),
    )
