"""Points confirmed with the panel's own buttons: only while idle, only by short presses of OK alone, and they never move anything (TP3)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.core.asking import Asking, Confirmed, Question
from controller.core.model import Latches, Mode
from tests.core.ideal import Ideal


def question(key: str, *, with_locks: bool = False) -> Question:
    return Question(key=key, title=key, shows=f"You have {key}.", says=f"Say {key}.", with_locks=with_locks)


SOCKS, CLICKS, PHONE = question("socks"), question("clicks", with_locks=True), question("phone")
CHECKLIST = Asking(occasion="ada/3", rule="TP3", questions=(SOCKS, CLICKS, PHONE))
PEOPLE = Asking(occasion="", rule="TP15", questions=(question("ada"), question("bob")), one=True, done="Chosen.")


def asked(asking: Asking | None = CHECKLIST, *, latches: Latches | None = None) -> Ideal:
    """A table that stands ready and has something to ask."""
    world = Ideal() if latches is None else Ideal(latches=latches)
    world.ready()
    return ask(world, asking)


def ask(world: Ideal, asking: Asking | None) -> Ideal:
    world.extra = lambda inputs: replace(inputs, permission=replace(inputs.permission, asking=asking))
    return world.run(0.1)


def answers(world: Ideal, *buttons: str, for_s: float = 0.3) -> list[Confirmed]:
    """Everything that the presses confirm."""
    found: list[Confirmed] = []
    for button in buttons:
        world.panel = replace(world.panel, **{button: True})
        for pressed_s in (for_s, 0.3):
            for _ in range(round(pressed_s / 0.02)):
                confirmed = world.tick().confirmed
                found += [confirmed] if confirmed is not None else []
            world.panel = replace(world.panel, **{button: False})
    return found


def shown(world: Ideal) -> str:
    return world.out.lines[0]


@pytest.mark.req("TP3", "PU2")
def test_ok_opens_the_list_each_point_is_shown_and_spoken_and_the_last_ok_confirms_all_of_them_once() -> None:
    world = asked()
    titles = []
    found: list[Confirmed] = []
    for _ in range(4):
        found += answers(world, "ok")
        titles.append(shown(world))
    assert titles[:3] == ["1/3 socks", "2/3 clicks", "3/3 phone"]
    assert titles[3].startswith("Ready")
    assert [phrase for phrase in world.phrases if phrase.startswith(("Say", "Conf"))] == [
        "Say socks.",
        "Say clicks.",
        "Say phone.",
        "Confirmed.",
    ]
    assert found == [Confirmed(occasion="ada/3", keys=("socks", "clicks", "phone"))]
    assert [(event.text, event.rule) for event in world.seen if event.kind == "confirmed"] == [("Confirmed.", "TP3")]
    assert world.out.mode is Mode.IDLE


@pytest.mark.req("TP3")
def test_the_text_of_a_point_runs_through_the_second_line_from_its_beginning() -> None:
    world = asked()
    answers(world, "ok")
    assert world.out.lines[1] == "You have socks. OK: y"
    lines = [world.run(1.0).out.lines[1] for _ in range(12)]
    assert any("SELECT: another" in line for line in lines)
    assert any("RETURN: leave." in line for line in lines)


@pytest.mark.req("TP3")
def test_select_goes_round_the_points_and_none_is_confirmed_by_being_looked_at() -> None:
    world = asked()
    answers(world, "ok", "ok")
    assert shown(world) == "2/3 clicks"
    answers(world, "select_minus")
    assert shown(world) == "1/3 socks yes"
    answers(world, "select_minus")
    assert shown(world) == "3/3 phone"
    assert answers(world, "ok") == []
    assert shown(world) == "2/3 clicks"
    assert answers(world, "ok") == [Confirmed(occasion="ada/3", keys=("socks", "clicks", "phone"))]


@pytest.mark.req("TP3")
def test_while_points_are_gone_through_select_chooses_no_other_session() -> None:
    world = asked()
    before = world.out.selection
    answers(world, "ok", "select_plus", "select_plus")
    assert world.out.selection == before
    answers(world, "return_", "select_plus")
    assert world.out.selection == before + 1


@pytest.mark.req("TP3", "SR6")
def test_that_the_locks_have_clicked_is_confirmed_only_while_they_are_closed() -> None:
    world = asked()
    world.ankles_closed = False
    answers(world, "ok", "ok", "ok", "ok")
    assert shown(world) == "2/3 clicks"
    assert world.phrases[-1] == "Close both ankle locks until they click, then press OK."
    world.ankles_closed = True
    answers(world, "ok")
    assert shown(world) == "3/3 phone"


@pytest.mark.req("SR1", "TP3")
def test_ok_that_is_held_is_the_reset_and_confirms_nothing() -> None:
    world = asked()
    answers(world, "ok")
    assert answers(world, "ok", for_s=1.2) == []
    assert shown(world) == "1/3 socks"
    closed = asked()
    answers(closed, "ok", for_s=3.5)
    assert shown(closed).startswith("Ready")


@pytest.mark.req("SR6", "TP3")
def test_ok_with_another_button_opens_and_confirms_nothing_and_an_inspection_stays_one() -> None:
    world = asked(latches=Latches(inspection_due=True, load_refused=False, clean_shutdown=True))
    world.press("ok", "spotter", for_s=0.3).run(0.3)
    assert shown(world).startswith("Ready")
    world.press("ok", "spotter", for_s=5.3).run(0.3)
    assert "Inspection recorded." in world.phrases
    assert shown(world).startswith("Ready")


@pytest.mark.req("TP3")
@pytest.mark.parametrize("leaves", ["return_", "waits"])
def test_whoever_leaves_has_confirmed_nothing_and_begins_again(leaves: str) -> None:
    world = asked()
    answers(world, "ok", "ok")
    if leaves == "waits":
        world.run(59.0)
        assert shown(world) == "2/3 clicks"
        world.run(1.5)
    else:
        answers(world, leaves)
    assert shown(world).startswith("Ready")
    assert world.phrases[-1] == "Left. Nothing is recorded."
    answers(world, "ok")
    assert shown(world) == "1/3 socks"


@pytest.mark.req("TP3", "TP15")
def test_another_person_or_session_is_another_list_and_the_same_one_told_anew_goes_on() -> None:
    world = asked()
    answers(world, "ok", "ok")
    ask(world, replace(CHECKLIST))
    assert shown(world) == "2/3 clicks"
    ask(world, replace(CHECKLIST, occasion="ada/4"))
    assert shown(world).startswith("Ready")
    assert answers(world, "ok", "ok", "ok") == []


@pytest.mark.req("TP3")
def test_with_nothing_to_ask_ok_does_nothing() -> None:
    world = asked(None)
    assert answers(world, "ok", "ok") == []
    assert shown(world).startswith("Ready")


@pytest.mark.req("SR1", "SR15", "TP3")
def test_an_emergency_stop_closes_it_and_afterwards_nothing_is_left_of_it() -> None:
    world = asked()
    answers(world, "ok", "ok")
    world.estop_pressed = True
    world.run(0.2)
    assert (world.out.mode, shown(world)[:14]) == (Mode.STOPPED, "EMERGENCY STOP")
    assert answers(world, "ok", "ok", "ok") == []


@pytest.mark.req("SR11", "SR15", "TP3")
def test_start_is_obeyed_over_an_open_list_and_in_the_session_ok_means_what_it_always_does() -> None:
    world = asked()
    answers(world, "ok")
    world.press("start")
    assert world.out.mode is Mode.PROOF_TEST
    assert shown(world).startswith("Testing")
    world.until(Mode.HOLDING)
    assert answers(world, "ok", "ok", "ok", "ok") == []
    assert world.modes[-1].value == "HOLDING"


@pytest.mark.req("SR12", "TP3")
def test_no_press_of_it_ever_asks_the_board_to_move() -> None:
    world = asked()
    begins = len(world.commands)
    answers(world, "ok", "select_plus", "ok", "select_minus", "ok", "return_", "ok", "ok", "ok", "ok")
    rates = {command.rate_dps for _, _, command in world.commands[begins:] if command is not None}
    assert rates == {0.0}
    assert world.angle_deg == -75.0


@pytest.mark.req("TP15")
def test_of_people_one_is_chosen_and_the_others_are_not_asked() -> None:
    world = asked(PEOPLE)
    assert answers(world, "ok", "select_plus") == []
    assert shown(world) == "2/2 bob"
    assert answers(world, "ok") == [Confirmed(occasion="", keys=("bob",))]
    assert world.phrases[-1] == "Chosen."
