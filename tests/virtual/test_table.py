"""The virtual table behind its page: orders become contacts of the world, a press lasts as on a table, time keeps to the speed asked."""

from __future__ import annotations

import pytest

from controller.core.limits import Limits
from controller.core.model import Event
from controller.programme.protocols import builtin_protocols
from controller.telemetry import Telemetry
from sim.virtual import orders
from sim.virtual.look import Look
from sim.virtual.table import FINGER_S, FRAME_S, VirtualTable


class Watched:
    """A virtual table whose wall clock stands in the test's hand."""

    def __init__(self, ratio: float = 1.0) -> None:
        self.wall_s = 100.0
        self.looks: list[Look] = []
        self.messages: list[Telemetry] = []
        self.notes: list[str] = []
        self.anew = 0
        limits = Limits()
        protocols = list(builtin_protocols(limits))
        self.table = VirtualTable(protocols, limits, orders.Fresh(), self.publish, ratio=ratio, clock=lambda: self.wall_s)

    def publish(self, message: Telemetry | None, look: Look, notes: tuple[Event, ...], anew: bool) -> None:
        self.looks.append(look)
        self.messages += [message] if message is not None else []
        self.notes += [note.text for note in notes]
        self.anew += anew

    def run(self, wall_s: float, *wanted: orders.AnyOrder) -> Look:
        for order in wanted:
            assert self.table.order(order)
        for _ in range(round(wall_s / FRAME_S)):
            self.table.frame(FRAME_S)
            self.wall_s += FRAME_S
        return self.looks[-1]

    def said(self) -> list[str]:
        return [event.text for message in self.messages for event in message.events]


def press(button: orders.ButtonName, *, down: bool = True) -> orders.Press:
    return orders.Press(button=button, down=down)


@pytest.mark.parametrize("ratio", [1.0, 5.0, 60.0])
def test_time_keeps_to_the_speed_that_is_asked(ratio: float) -> None:
    watched = Watched(ratio)
    assert watched.run(2.0).now_s == pytest.approx(2.0 * ratio, abs=0.05)


def test_no_speed_is_a_table_that_stands_still() -> None:
    watched = Watched(5.0)
    before = watched.run(1.0).now_s
    assert watched.run(1.0, orders.Speed(ratio=0.0)).now_s == before


@pytest.mark.req("PU6")
def test_a_tap_at_sixty_times_life_is_no_button_held_for_minutes() -> None:
    watched = Watched(60.0)
    before_s = watched.run(1.0).now_s
    pressed = watched.run(0.4, press("spotter"))
    assert pressed.down == ("spotter",)
    assert pressed.now_s - before_s < 0.5
    assert watched.run(0.5, press("spotter", down=False)).down == ()
    assert watched.said().count("SPOTTER") == 1
    assert not [text for text in watched.said() if "held too long" in text]


@pytest.mark.req("PU6")
def test_a_finger_that_is_no_longer_heard_of_has_let_go() -> None:
    watched = Watched()
    watched.run(1.0, press("return"))
    assert watched.run(FINGER_S - 1.5).down == ("return",)
    assert watched.run(1.0).down == ()


def test_a_finger_that_says_so_again_stays() -> None:
    watched = Watched()
    for _ in range(8):
        assert watched.run(1.0, press("return")).down == ("return",)


@pytest.mark.req("SR1", "PU3")
def test_the_mushroom_stays_in_until_it_is_twisted_out_and_reaches_the_board_by_its_own_wires() -> None:
    watched = Watched(10.0)
    watched.run(0.5)
    assert watched.run(0.5, orders.Mushroom(pushed=True)).board_mode == "STOPPED"
    assert watched.run(0.5, orders.Mushroom(pushed=True)).mushroom_in  # a second push changes nothing
    after = watched.run(0.5, orders.Mushroom(pushed=False))
    assert (after.mushroom_in, after.board_mode) == (False, "STOPPED")  # released is not reset


def test_the_lamps_shown_are_the_levels_of_the_pis_pins() -> None:
    watched = Watched()
    watched.run(6.0)
    lit = {look.lit["ready"] for look in watched.looks[-40:]}
    assert watched.messages[-1].lamps.ready.value == "blink"
    assert lit == {True, False}
    assert watched.run(0.2, orders.Pi(runs=False)).lit == dict.fromkeys(("ready", "moving", "release_ok", "fault"), False)


@pytest.mark.req("SR7")
def test_a_killed_pi_says_nothing_and_a_started_one_begins_again() -> None:
    watched = Watched(5.0)
    watched.run(1.0)
    watched.run(0.1, orders.Pi(runs=False))
    count = len(watched.messages)
    assert not watched.run(1.0).pi_runs
    assert len(watched.messages) == count
    watched.run(1.5, orders.Pi(runs=True))
    assert len(watched.messages) > count
    assert watched.notes == ["controller killed", "controller started again"]


@pytest.mark.parametrize(("name", "active"), [("imu_stuck", ("imu_stuck",)), ("F11", ("imu_stuck",)), ("cable_out", ("cable_out",))])
def test_a_fault_of_the_catalogue_comes_and_goes(name: str, active: tuple[str, ...]) -> None:
    watched = Watched()
    assert watched.run(0.1, orders.FaultOrder(name=name, on=True)).faults == active
    assert watched.run(0.1, orders.FaultOrder(name=name, on=True)).faults == active
    assert watched.run(0.1, orders.FaultOrder(name=name, on=False)).faults == ()


def test_what_makes_no_sense_is_said_and_changes_nothing() -> None:
    watched = Watched()
    watched.run(0.1, orders.FaultOrder(name="nonsense", on=True), orders.Fresh(protocol="week_99"))
    assert watched.notes[0].startswith("no fault 'nonsense'")
    assert watched.notes[1].startswith("no session 'week_99'; there are first, week_1")
    assert watched.anew == 1  # the beginning, and no other table since


def test_another_person_is_another_table() -> None:
    watched = Watched(10.0)
    watched.run(1.0, orders.Ankle(side="left", closed=True))
    look = watched.run(0.1, orders.Fresh(mass_kg=132.0, height_m=1.85, protocol="week_5"))
    assert (look.now_s < 2.0, look.left_closed, look.person.mass_kg) == (True, False, 132.0)
    watched.run(1.0)
    plan = watched.messages[-1].plan
    assert plan is not None
    assert plan.ceiling_deg > 30.0


def test_too_many_orders_are_refused_rather_than_kept() -> None:
    table = Watched().table
    assert [table.order(press("ok")) for _ in range(201)][-2:] == [True, False]


@pytest.mark.req("PU3")
def test_the_demonstration_presses_a_whole_session_and_gives_the_table_back() -> None:
    watched = Watched(60.0)
    watched.run(0.2, orders.Fresh(protocol="first"), orders.Demo(on=True))
    for _ in range(20):
        if not watched.run(0.5).demo:
            break
    modes = [event.text for message in watched.messages for event in message.events if event.kind == "mode"]
    assert modes == ["IDLE", "PROOF_TEST", "DESCENDING", "HOLDING", "RETURNING", "SETTLING", "RELEASE", "IDLE"]
    assert watched.looks[-1].demo == ""
