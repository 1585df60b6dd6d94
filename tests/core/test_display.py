"""What the panel shows and says (PU2): every mode with every reason, refusal and call for help has lamps, two lines and words."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import replace

import pytest

from controller.core import dialogue, display, panel, refusals, session
from controller.core.answers import Ask
from controller.core.ladder import OFF, Ladder
from controller.core.model import Action, Buzzer, Lamp, Lamps, Mode, Reason, Refusal
from controller.core.panel import LOOKS, Screen
from controller.core.proof import Proof
from controller.core.safety import BOARD_TOLD, REASONS, RULES, Verdict
from controller.core.story import NOTHING
from controller.core.tick import Tick
from controller.core.watch import Watch
from controller.core.words import LADDER_WORDS, PHRASES, PROOF_WORDS
from tests.core.test_safety import facts

ACTIONS = {rule.name: rule.action for rule in RULES}
EVERY_REASON: tuple[Reason, ...] = (*REASONS, *(reason for _, reason in BOARD_TOLD))
EVERY_REFUSAL: tuple[Refusal, ...] = (
    *(row.refusal for row in refusals.INTERLOCKS),
    *refusals.BUSY,
    *refusals.STARTING,
    *(Refusal(rule=reason.rule, says=reason.says, way_back=reason.way_back) for reason in EVERY_REASON),
)
LIT = {Lamp.ON, Lamp.BLINK, Lamp.FLASH}


def verdict(*reasons: Reason) -> Verdict:
    action = max((ACTIONS.get(reason.name, Action.ALLOW) for reason in reasons), default=Action.ALLOW)
    return Verdict(action=action, reasons=reasons, refusing=reasons)


def view(
    mode: Mode, *, now_s: float = 0.0, ladder: Ladder = OFF, reasons: tuple[Reason, ...] = (), refused: tuple[Refusal, ...] = (),
    angle_deg: float = 60.0, angle_known: bool = True, asked: bool = False, warning: bool = False, upright: bool = False,
    proof: Proof | None = None, hold_left_s: float = 0.0,
) -> Tick:  # fmt: skip
    f = facts(now_s=now_s, mode=mode, angle_deg=angle_deg, angle_known=angle_known, at_upright=upright, off_upright=not upright)
    t = Tick()
    t.f, t.mode, t.verdict, t.refused, t.session = f, mode, verdict(*reasons), refused, session.NONE
    t.ladder, t.ask, t.warning, t.hold_left_s, t.proof, t.prompt = ladder, Ask(asked=asked), warning, hold_left_s, proof or Proof(), None
    t.dialogue = dialogue.CLOSED
    return t


def later(shown: Tick, now_s: float, watch: Watch | None = None) -> Tick:
    again = copy(shown)
    again.f = replace(shown.f, now_s=now_s, watch=watch or shown.f.watch)
    return again


def show(shown: Tick) -> Tick:
    display.show(Screen(), NOTHING, shown)
    return shown


def lit(lamps: Lamps) -> bool:
    return bool({lamps.ready, lamps.moving, lamps.release_ok, lamps.fault} & LIT)


def readable(shown: Tick) -> None:
    first, second = shown.screen.lines
    assert 0 < len(first) <= 21
    assert 0 < len(second) <= 21
    assert first.strip()
    assert second.strip()
    assert lit(shown.lamps)


def run_by(shown: Tick) -> str:
    """All of a long text, as it runs through the second line at four characters a second."""
    whole = ""
    for tick in range(500):
        whole += show(later(shown, tick * 0.25)).screen.lines[1][0]
    return whole


@pytest.mark.req("PU2")
@pytest.mark.parametrize("mode", list(Mode))
def test_every_mode_has_lamps_two_lines_and_a_phrase(mode: Mode) -> None:
    readable(show(view(mode)))
    readable(show(view(mode, angle_known=False)))
    assert PHRASES[mode] or mode is Mode.STARTING
    assert len(LOOKS[mode].title.format(target=-75)) <= 21
    assert len(LOOKS[mode].hint) <= 21


@pytest.mark.req("PU2")
def test_no_two_modes_look_alike() -> None:
    assert len({(look.lamps, look.title) for look in LOOKS.values()}) == len(Mode) == len(LOOKS) == len(PHRASES)
    assert len({look.title for look in LOOKS.values()}) == len(Mode)


@pytest.mark.req("PU2")
@pytest.mark.parametrize("mode", list(Mode))
def test_every_mode_with_every_reason_reads_and_lights_up(mode: Mode) -> None:
    for reason in EVERY_REASON:
        shown = show(view(mode, reasons=(reason,)))
        readable(shown)
        if mode is not Mode.IDLE:
            assert reason.says.startswith(shown.screen.lines[1][:10]), reason.name


@pytest.mark.req("PU2")
@pytest.mark.parametrize("reason", EVERY_REASON, ids=lambda reason: reason.name)
def test_every_reason_says_what_happened_and_what_to_do_and_runs_by_whole(reason: Reason) -> None:
    assert len(reason.says) > 8
    assert len(reason.way_back) > 8
    assert f"{reason.says} {reason.way_back}" in run_by(view(Mode.RETURNING, reasons=(reason,)))


@pytest.mark.req("PU2", "SR11")
def test_every_refusal_is_read_whole_in_idle_and_lights_no_steady_ready() -> None:
    for refusal in EVERY_REFUSAL:
        shown = view(Mode.IDLE, refused=(refusal,), upright=True)
        readable(show(shown))
        assert show(shown).lamps.ready is not Lamp.ON
        assert f"{refusal.says} {refusal.way_back}" in run_by(shown)


@pytest.mark.req("PU2", "SR11")
def test_ready_blinks_for_something_to_do_and_fault_for_something_broken() -> None:
    refusal = EVERY_REFUSAL[0]
    assert show(view(Mode.IDLE, refused=(refusal,))).lamps == Lamps(ready=Lamp.BLINK)
    assert show(view(Mode.IDLE, refused=(refusal,), reasons=(REASONS[0],))).lamps == Lamps(fault=Lamp.BLINK)
    assert show(view(Mode.IDLE)).lamps == Lamps(ready=Lamp.ON)


@pytest.mark.req("PU2", "SR14")
@pytest.mark.parametrize("mode", list(Mode))
def test_every_mode_with_every_call_for_help_flashes_sounds_and_says_it(mode: Mode) -> None:
    for cause, words in LADDER_WORDS.items():
        shown = show(view(mode, ladder=Ladder(since_s=0.0, cause=cause, level=1), reasons=EVERY_REASON[:3], asked=True))
        readable(shown)
        assert shown.lamps.fault is Lamp.FLASH
        assert shown.buzzer is Buzzer.HELP
        assert words.startswith(shown.screen.lines[1][:10])


@pytest.mark.req("PU2", "SR16")
@pytest.mark.parametrize("why", list(PROOF_WORDS))
def test_every_failed_part_of_the_proof_test_is_shown_whole(why: str) -> None:
    shown = view(Mode.SETTLING, proof=Proof(failed=why))
    readable(show(shown))
    assert PROOF_WORDS[why] in run_by(shown)


@pytest.mark.req("PU2")
def test_a_call_for_help_goes_before_the_question_and_that_before_a_reason() -> None:
    calling = Ladder(since_s=0.0, cause="no_progress", level=1)
    reasons = tuple(reason for reason in REASONS if reason.name == "mains_lost")
    assert show(view(Mode.RETURNING, ladder=calling, asked=True, reasons=reasons)).screen.lines[1].startswith("Help is needed")
    assert show(view(Mode.RETURNING, asked=True, reasons=reasons)).screen.lines[1] == "All right? Press OK"
    assert show(view(Mode.RETURNING, reasons=reasons)).screen.lines[1].startswith("Mains power is gone")
    assert show(view(Mode.RETURNING)).screen.lines[1] == "DIZZY stops"


@pytest.mark.req("TP7")
@pytest.mark.parametrize(
    ("angle_deg", "known", "turned"), [(0.0, True, False), (0.01, True, True), (-75.0, True, False), (90.0, False, False)]
)
def test_text_is_turned_round_only_for_somebody_known_to_be_upside_down(angle_deg: float, known: bool, turned: bool) -> None:
    assert show(view(Mode.HOLDING, angle_deg=angle_deg, angle_known=known)).turned == turned


@pytest.mark.req("SR4", "PU2")
def test_the_warning_before_motion_is_sounded_and_shown() -> None:
    shown = show(view(Mode.RESTING, warning=True))
    assert shown.buzzer is Buzzer.WARNING
    assert shown.screen.lines[1] == "Motion in 2 seconds"


def sounds() -> Iterator[tuple[Tick, Buzzer]]:
    calling = Ladder(since_s=0.0, cause="board", level=1)
    returning = next(reason for reason in REASONS if reason.name == "mains_lost")
    storage = next(reason for reason in REASONS if reason.name == "storage")
    yield view(Mode.RETURNING, ladder=calling, reasons=(returning,), warning=True, asked=True), Buzzer.HELP
    yield view(Mode.RETURNING, reasons=(returning,), warning=True, asked=True), Buzzer.ALARM
    yield view(Mode.RETURNING, warning=True, asked=True), Buzzer.WARNING
    yield view(Mode.HOLDING, asked=True), Buzzer.ASK
    yield view(Mode.PAUSED, reasons=(returning,)), Buzzer.ASK
    yield view(Mode.HOLDING), Buzzer.OFF
    yield view(Mode.HOLDING, reasons=(storage,)), Buzzer.OFF
    yield view(Mode.IDLE, reasons=(returning,), upright=True), Buzzer.OFF


@pytest.mark.req("PU2")
@pytest.mark.parametrize(("shown", "sound"), list(sounds()))
def test_the_loudest_need_is_sounded(shown: Tick, sound: Buzzer) -> None:
    assert show(shown).buzzer is sound


@pytest.mark.req("TP11")
@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("upright", [True, False])
def test_the_locks_are_let_go_only_at_upright_rest_and_after_settling(mode: Mode, upright: bool) -> None:
    fresh = view(mode, upright=upright)
    fresh = later(fresh, 100.0, watch=replace(fresh.f.watch, upright_since_s=55.5))
    settled = later(fresh, 100.0, watch=replace(fresh.f.watch, upright_since_s=55.0))
    free = {Mode.IDLE, Mode.RELEASE}
    assert show(fresh).release_locks == (upright and mode in free)
    assert show(settled).release_locks == (upright and mode in free | {Mode.STOPPED, Mode.FAULT, Mode.RESCUE})


@pytest.mark.req("TP11", "SR1")
@pytest.mark.parametrize("mode", [Mode.STOPPED, Mode.FAULT])
def test_a_latch_at_upright_rest_lights_release_ok_when_settled_and_keeps_its_fault_lamp(mode: Mode) -> None:
    lamps = panel.lamps(mode, refused=False, broken=False, ladder=0, released=True)
    assert (lamps.release_ok, lamps.fault) == (Lamp.ON, Lamp.ON)
    assert panel.lamps(mode, refused=False, broken=False, ladder=0, released=False) == LOOKS[mode].lamps


@pytest.mark.req("PU2")
def test_what_is_left_of_a_hold_a_rest_and_the_settling_is_shown() -> None:
    assert show(view(Mode.HOLDING, hold_left_s=185.0)).screen.lines[0].endswith(" 3:05")
    resting = view(Mode.RESTING, angle_deg=30.0)
    assert show(resting).rest_left_s == 12.0
    assert show(resting).screen.lines[0] == "Rest             0:12"
    assert show(view(Mode.SETTLING)).screen.lines[0] == "Stay standing    0:40"  # five of 45 seconds have passed
    assert show(view(Mode.RETURNING, angle_deg=-3.2)).screen.lines[0] == "Coming up         -3°"
    assert show(view(Mode.RETURNING, angle_known=False)).screen.lines[0] == "Coming up          ?°"


@pytest.mark.req("PU2")
@pytest.mark.parametrize(
    ("seconds", "shown", "said"),
    [(0, "0:00", "0 seconds"), (1, "0:01", "1 second"), (60, "1:00", "1 minute"), (125, "2:05", "2 minutes 5 seconds")],
)
def test_times_are_shown_and_spoken_plainly(seconds: int, shown: str, said: str) -> None:
    assert panel.clock(seconds) == shown
    assert panel.spoken(seconds) == said


def test_a_text_that_does_not_fit_says_so_with_a_dot() -> None:
    assert panel.fit("x" * 21) == "x" * 21
    assert panel.fit("x" * 22) == "x" * 20 + "."
