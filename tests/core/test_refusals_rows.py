"""Each interlock row by itself on bare facts (SR11): exactly its own refusal, both sides of its bound."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from controller.core.buttons import ALL, RETURN, Buttons
from controller.core.facts import Facts
from controller.core.limits import Limits
from controller.core.model import Latches, Mode, Permission, Reason, Refusal
from controller.core.refusals import INTERLOCKS, refusals
from controller.core.safety import Verdict
from controller.core.watch import Watch
from controller.core.wire import BoardMode, Contact, StatusFlag
from tests.core.ideal import GOOD, PLAN
from tests.core.test_safety import ALL_CLOSED, facts

READY_FLAGS = StatusFlag.ANGLE_TRUSTED | StatusFlag.MAINS | StatusFlag.BRAKE_SET | StatusFlag.AT_REST | StatusFlag.AT_UPRIGHT
FREE = Buttons(raw=0, down=0, seen_released=127, read=True)


def ready(**changes: Any) -> Facts:
    """Somebody who may start, but for the changes."""
    usual: dict[str, Any] = {
        "mode": Mode.IDLE, "at_upright": True, "off_upright": False, "ankles_ok": True, "latches": GOOD, "flags": READY_FLAGS,
        "board_mode": BoardMode.BRAKED, "watch": Watch(ankles_since_s=90.0, locks_seen_open=15), "now_s": 100.0, "buttons": FREE,
        "spotted": False, "board__battery_mv": 23000, "board__budget_left_s": 595.0,
        "input__permission": Permission(plan=PLAN, spotter_required=False),
    }  # fmt: skip
    return facts(**{**usual, **changes})


def told(f: Facts, verdict: Verdict | None = None) -> list[str]:
    return [refusal.says for refusal in refusals(f, verdict or Verdict())]


def row(index: int) -> str:
    return INTERLOCKS[index].refusal.says


WORDS = [
    ("SR1", "Emergency stop is not closed.", "Turn the mushroom to release it."),
    ("SR1", "The emergency stop or a fault is still latched.", "At upright rest hold OK for 3 s."),
    ("SR11", "Not at upright rest.", "Press RETURN to come up first."),
    ("SR6", "Ankle locks are not closed.", "Close both ankle locks until they click, and wait one second."),
    ("SR16", "An ankle lock has not been seen open since the last session.", "Open both ankle locks and close them again."),
    ("SR6", "An ankle lock opened in the last session.", "Check the locks, then hold OK and SPOTTER together for 5 s."),
    ("SR16", "The last load was too heavy or badly balanced.", "Adjust the table, then hold OK and SPOTTER together for 5 s."),
    ("SR10", "Battery below two full returns.", "Let the battery charge."),
    ("PU6", "RETURN is held or stuck.", "Let go of RETURN."),
    ("PU6", "A button has not been seen released.", "Let go of all buttons."),
    ("SR2", "The inverted time of the last session has not cleared.", "Stay upright for 30 s with the ankle locks open."),
    ("SR8", "The angle is not trusted.", "Wait a moment; if it stays, have the sensors checked."),
    ("SR13", "The drive board still finishes a return.", "Wait, or hold OK for 3 s at upright rest."),
    ("TP5", "No session is chosen.", "Choose one with SELECT."),
    ("TP8", "A spotter is required.", "The spotter presses SPOTTER; then press START within a minute."),
]

# row, what opens it
OPEN: list[tuple[int, dict[str, Any]]] = [
    (0, {"input__estop_aux_closed": False}),
    (0, {"contacts": ALL_CLOSED & ~Contact.ESTOP_A}),
    (0, {"contacts": ALL_CLOSED & ~Contact.ESTOP_B}),
    (1, {"board_mode": BoardMode.STOPPED}),
    (1, {"board_mode": BoardMode.RESCUE}),
    (1, {"board_mode": BoardMode.FAULT}),
    (2, {"at_upright": False}),
    (3, {"ankles_ok": False}),
    (3, {"watch": Watch(ankles_since_s=99.03125, locks_seen_open=15)}),
    *((4, {"watch": Watch(ankles_since_s=90.0, locks_seen_open=seen)}) for seen in (0, 7, 11, 13, 14)),
    (5, {"latches": replace(GOOD, inspection_due=True)}),
    (6, {"latches": replace(GOOD, load_refused=True)}),
    (7, {"board__battery_mv": 22999}),
    (8, {"buttons": replace(FREE, down=RETURN)}),
    *((9, {"buttons": replace(FREE, seen_released=ALL & ~(1 << bit))}) for bit in range(7)),
    (10, {"board__budget_left_s": 594.99}),
    (11, {"tilt_ok": False}),
    (11, {"flags": READY_FLAGS & ~StatusFlag.ANGLE_TRUSTED}),
    (12, {"flags": READY_FLAGS | StatusFlag.RETURN_ONLY}),
    (12, {"flags": READY_FLAGS | StatusFlag.LEVEL_WAIT}),
    (12, {"flags": READY_FLAGS | StatusFlag.SESSION_OPEN}),
    (13, {"input__permission": Permission(plan=None, spotter_required=False)}),
    (14, {"input__permission": Permission(plan=PLAN)}),
]


@pytest.mark.req("SR11", "PU2")
def test_the_fifteen_rows_say_this() -> None:
    assert [(row.refusal.rule, row.refusal.says, row.refusal.way_back) for row in INTERLOCKS] == WORDS


@pytest.mark.req("SR11")
@pytest.mark.parametrize(("index", "changes"), OPEN, ids=[f"{i}-{WORDS[index][1]}" for i, (index, _) in enumerate(OPEN)])
def test_each_row_alone_refuses_with_its_own_words_only(index: int, changes: dict[str, Any]) -> None:
    assert told(ready(**changes)) == [row(index)]


@pytest.mark.req("SR11")
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"watch": Watch(ankles_since_s=99.0, locks_seen_open=15)},
        {"board_mode": BoardMode.FOLLOW},
        {"board_mode": BoardMode.ASCENT},
        {"buttons": replace(FREE, down=ALL & ~RETURN)},
        {"input__permission": Permission(plan=PLAN), "spotted": True},
        {"board__budget_left_s": 594.0, "board_ok": False},
        {"limits": Limits(max_inverted_s=300.0), "board__budget_left_s": 295.0},
        {"latches": Latches(inspection_due=False, load_refused=False, clean_shutdown=False)},
    ],
)
def test_just_inside_every_bound_nothing_refuses(changes: dict[str, Any]) -> None:
    assert told(ready(**changes)) == []


@pytest.mark.req("SR1", "PU2")
@pytest.mark.parametrize("mode", [Mode.STOPPED, Mode.RESCUE, Mode.FAULT])
def test_a_mushroom_that_is_pushed_in_is_told_before_the_latch(mode: Mode) -> None:
    assert told(ready(mode=mode, board_mode=BoardMode.STOPPED, input__estop_aux_closed=False)) == [row(0), row(1)]


@pytest.mark.req("SR11")
def test_a_broken_rule_and_the_programme_refuse_in_their_own_words_after_the_rows() -> None:
    reason = Reason(rule="SR10", name="mains_lost", says="No mains.", way_back="Plug it in.")
    clearance = Refusal(rule="TP1", says="No clearance.", way_back="See a clinician.")
    f = ready(at_upright=False, input__permission=Permission(plan=PLAN, spotter_required=False, refusals=(clearance,)))
    found = refusals(f, Verdict(refusing=(reason,), reasons=()))
    assert [item.says for item in found] == ["Not at upright rest.", "No mains.", "No clearance."]
    assert found[1] == Refusal(rule="SR10", says="No mains.", way_back="Plug it in.")


@pytest.mark.req("SR11", "PU2")
@pytest.mark.parametrize("mode", list(Mode))
def test_in_every_other_mode_one_plain_refusal_stands(mode: Mode) -> None:
    latched = {Mode.STOPPED, Mode.RESCUE, Mode.FAULT}
    wanted = [("SR11", "A session is under way.", "Wait until it has finished, or press RETURN to end it.")]
    if mode in latched:
        wanted = WORDS[1:2]
    if mode is Mode.STARTING:
        wanted = [("SR11", "The controller is still starting.", "Wait until READY lights up.")]
    if mode is Mode.IDLE:
        wanted = []
    assert [(item.rule, item.says, item.way_back) for item in refusals(ready(mode=mode), Verdict())] == wanted
