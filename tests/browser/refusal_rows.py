"""Every reason for which START is refused, and how a hand at the virtual table brings it about.  Data only; test_refusals.py presses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from controller.core.refusals import BUSY, INTERLOCKS, STARTING
from controller.core.safety import REASONS, RULES
from controller.core.wire import BOARD_REASONS
from tests.hygiene.sources import ROOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One way to be refused.

    `steps` are words of the hand (test_refusals.Hands) after both locks are closed and SPOTTER is pressed.  `lifts` undo it; after
    them none of the reasons stands any more.
    """

    reasons: tuple[str, ...]
    says: tuple[str, ...]  # words that the page must show, one for each reason
    who: str = "ida"
    protocol: str = ""
    steps: str = ""
    lifts: str = ""


ROWS: tuple[Row, ...] = (
    # ---- contacts and the board
    Row(reasons=("Ankle locks are not closed.",), says=("Ankle locks are not closed.",), steps="lock:left", lifts="lock:left"),
    Row(reasons=("A spotter is required.",), says=("A spotter is required.",), steps="no-spotter", lifts="press:spotter"),
    Row(
        reasons=("Emergency stop is not closed.", "The emergency stop or a fault is still latched."),
        says=("Emergency stop is not closed.", "The emergency stop or a fault is still latched."),
        steps="mushroom", lifts="twist see:still_latched keep:ok",
    ),
    Row(
        reasons=("An ankle lock has not been seen open since the last session.",),
        says=("An ankle lock has not been seen open since the last session.",),
        steps="switch:pi switch:pi idle", lifts="lock:left lock:right lock:left lock:right",
    ),
    Row(
        reasons=("An ankle lock opened in the last session.",), says=("An ankle lock opened in the last session.",),
        steps="ready press:start angle:-60 lock:left speed:60 title:get_off lock:right idle lock:left lock:right speed:10",
        lifts="keep:ok+spotter",
    ),
    Row(
        reasons=("The last load was too heavy or badly balanced.", "load"),
        says=("The last load was too heavy or badly balanced.", "The load is too heavy or badly balanced."),
        steps="ready fault:person_gets_off press:start see:The_load_is speed:60 title:get_off lock:left lock:right idle speed:10",
        lifts="heal:person_gets_off keep:ok+spotter",
    ),
    Row(
        reasons=("Battery below two full returns.", "battery_low", "mains_lost"),
        says=("Battery below two full returns.", "Battery below two full returns.", "Mains power is gone; running on battery."),
        steps="switch:battery switch:mains", lifts="switch:mains switch:battery",
    ),
    Row(reasons=("RETURN is held or stuck.",), says=("RETURN is held or stuck.",), steps="keep:return", lifts="let-go"),
    Row(
        reasons=("A button has not been seen released.",), says=("A button has not been seen released.",),
        steps="keep:spotter switch:pi switch:pi idle", lifts="let-go",
    ),
    Row(reasons=("button_stuck",), says=("A button is held too long or stuck.",), steps="keep:spotter speed:60 wait", lifts="let-go"),
    Row(reasons=("release_lever",), says=("The manual release lever is pulled.",), steps="switch:lever", lifts="switch:lever"),
    # ---- in a session, and before the first
    Row(
        reasons=("A session is under way.",), says=("A session is under way.",),
        steps="ready press:start angle:-60", lifts="press:return speed:60 title:get_off lock:left lock:right idle",
    ),
    Row(
        reasons=("The controller is still starting.",), says=("The controller is still starting.",),
        steps="speed:1 fresh", lifts="speed:10 idle",
    ),
    # ---- sensors, link and Pi
    Row(
        reasons=("The angle is not trusted.", "imu_stuck", "imu_stale", "imu_doubt"),
        says=("The angle is not trusted.", "The tilt sensor is stuck.", "The tilt sensor is silent.", "The tilt sensor is not trusted."),
        steps="fault:imu_stuck", lifts="heal:imu_stuck",
    ),
    Row(reasons=("imu_noise",), says=("The tilt sensor is noisy.",), steps="fault:imu_noise", lifts="heal:imu_noise"),
    Row(
        reasons=("imu_bias", "imu_gravity"), says=("The tilt sensor drifts.", "The tilt sensor does not feel gravity as it should."),
        steps="fault:imu_rotated", lifts="heal:imu_rotated",
    ),
    Row(reasons=("imu_saturated",), says=("The tilt sensor was knocked.",), steps="fault:imu_knock", lifts="heal:imu_knock"),
    Row(reasons=("imu_reset",), says=("The tilt sensor has lost its settings.",), steps="fault:imu_brownout", lifts="heal:imu_brownout"),
    Row(reasons=("sensors_disagree", "apart_at_upright"), says=("The angle sensors disagree.", "The angle sensors differ at upright rest."),
        steps="fault:imu_bias", lifts="heal:imu_bias"),
    Row(reasons=("board_angle",), says=("The drive board doubts its angle.",), steps="fault:pot_noise",
        lifts="heal:pot_noise fault:board_reset"),
    Row(
        reasons=("board_silent", "board_stranger"), says=("The drive board is not heard.", "The drive board speaks another version."),
        steps="switch:cable", lifts="switch:cable",
    ),
    Row(
        reasons=("board_refuses", "pi_silent", "slow_link"),
        says=("The drive board refuses our commands.", "The drive board did not hear us.", "The link to the drive board is slow."),
        steps="fault:wrong_protocol_version", lifts="heal:wrong_protocol_version",
    ),
    Row(reasons=("pi_hot",), says=("The controller is too hot.",), steps="fault:host_hot", lifts="heal:host_hot"),
    Row(reasons=("storage",), says=("Records cannot be written.",), steps="fault:disk_full", lifts="heal:disk_full"),
    Row(
        reasons=("watcher",), says=("The watcher on the other computer",),
        steps="fault:watcher_unreachable", lifts="heal:watcher_unreachable",
    ),
    Row(
        reasons=("config",), says=("The settings are wrong.",),
        steps="fault:config_corrupt", lifts="heal:config_corrupt switch:pi switch:pi",
    ),
    # ---- the programme
    Row(
        reasons=("nobody_chosen", "No session is chosen."), says=("Nobody is chosen.", "No session is chosen."), who="nobody",
        lifts="choose:ida",
    ),
    Row(
        reasons=("questions_unanswered", "not_signed_off", "shaft_setting_missing", "release_not_practised"),
        says=("Not every health question", "No sign-off for the first", "The setting of the main shaft", "You have not practised"),
        who="paul", lifts="lift:questions_unanswered lift:not_signed_off lift:shaft_setting_missing lift:release_not_practised",
    ),
    Row(reasons=("not_cleared_*",), says=("Not cleared for glaucoma",), who="tess", lifts="lift:not_cleared_glaucoma"),
    Row(reasons=("blocked_*",), says=("Blocked since session",), who="nadia", lifts="lift:blocked_1"),
    Row(reasons=("general_clearance",), says=("Not cleared to use the table",), who="karl", lifts="lift:general_clearance"),
    Row(reasons=("too_heavy",), says=("Too heavy for this table",), who="bert", lifts="choose:ida"),
    Row(reasons=("too_tall", "too_small"), says=("Too tall for this table",), who="tim", lifts="choose:ida"),
    Row(reasons=("set_up_unconfirmed",), says=("Not confirmed for this session",), who="lena", lifts="lift:set_up_unconfirmed"),
    Row(
        reasons=("felt_missing", "rating_after_missing"), says=("It is not known what you felt", "is not rated"), who="uwe",
        lifts="lift:felt_missing lift:rating_after_missing",
    ),
    Row(reasons=("day_used_up",), says=("Today's sessions are used up",), who="rosa", lifts="lift:day_used_up"),
    Row(reasons=("week_used_up",), says=("This week's sessions are used up",), who="vera", lifts="next-day next-day next-day"),
    Row(reasons=("not_prepared_*",), says=("Heat for 15 minutes",), who="maks", protocol="muscle_spasm_3", lifts="lift:not_prepared_heat"),
    Row(reasons=("first_session_due",), says=("The first session is 15 degrees",), who="nils", protocol="week_1", lifts="choose:nils"),
    Row(reasons=("too_early",), says=("This protocol is for week 5",), protocol="week_5", lifts="choose:ida"),
    Row(reasons=("beyond_condition",), says=("With a herniated disc",), who="hugo", protocol="week_3", lifts="choose:hugo"),
    Row(reasons=("no_time",), says=("seconds upside down are too short",), who="ewa", protocol="week_5", lifts="choose:ida"),
)  # fmt: skip

LATCHES = "the emergency stop or a fault latches with it, and then the rows of the latch are what refuses"
MOVING = "holds only while the table moves or stands off upright rest, where there is no START to refuse but by a session under way"
SETTLED = (
    "the Pi settles for 45 s after every return, a restart included, and the board has cleared after 30 s: only a board that lags shows it"
)
ARGUED: dict[str, str] = {
    # reason -> why no hand can be refused for it at the virtual table
    "Not at upright rest.": MOVING,
    **dict.fromkeys(("estop", "estop_contacts", "estop_disagrees", "estop_unheeded", "board_fault", "overspeed"), LATCHES),
    **dict.fromkeys(("moves_unasked", "gear_slips", "wrong_way"), LATCHES),
    **dict.fromkeys(("time_up", "past_limit", "ankle_open", "rest_disagrees", "does_not_move", "obstacle", "load_drop"), MOVING),
    **dict.fromkeys(("return_only", "board_returns", "unanswered"), MOVING),
    **dict.fromkeys(("The inverted time of the last session has not cleared.", "The drive board still finishes a return."), SETTLED),
    "pi_late": "a matter of the real clock; the simulated Pi is late only as F55 makes it, whose heat is what refuses",
    "panel_silent": "the panel's buttons are the Pi's own pins: no wire of theirs can be pulled here; tests/core/test_rules.py holds it",
    "imu_not_finite": "a chip's registers hold whole numbers: only the fast depth can make one that is none (F14)",
    "imu_future": "F22 lasts for one sample, which a press does not meet",
    "board_*": LATCHES + ", or " + MOVING,
    "not_certified": "the mark stands in the table's settings, and this table has one; sim/scenarios/programme has it",
    "beyond_step": "no shipped protocol is too much for a step and not too early for its week; an own one can be",
    "erased_today": "erasing is at the command line; tests/programme has it",
    "not_recorded_yet": "lasts as long as the writer takes for one row; tests/therapy has it",
    "nothing_fits": "every ceiling of the settings leaves the first session, which is offered to everybody",
}


def every_reason() -> Iterator[str]:
    """The core's rows by their words, the safety rules that refuse by their names, the programme's refusals by their names."""
    yield from (row.refusal.says for row in INTERLOCKS)
    yield from (refusal.says for refusal in (*BUSY, *STARTING))
    yield from (reason.name for rule, reason in zip(RULES, REASONS, strict=True) if rule.refuses)
    if BOARD_REASONS:
        yield "board_*"
    code = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "controller/programme").glob("*.py")))
    patterns = {"too_{too}": ("too_small", "too_tall"), "{span}_used_up": ("day_used_up", "week_used_up")}
    for name in set(re.findall(r'\bname=f?"([a-z_{}.]+)"', code)) - {"night_pain"}:
        yield from patterns.get(name, (re.sub(r"\{.*", "*", name),))
