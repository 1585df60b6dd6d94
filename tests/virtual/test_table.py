"""The virtual table behind its page: orders become contacts of the world, a press lasts as on a table, time keeps to the speed asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event as Pause
from zoneinfo import ZoneInfo

import pytest

from controller.core.model import Event
from controller.programme.model import SetUpItem
from controller.records.store import opened
from controller.requests import ConfirmSetUp, Sent, encode
from controller.telemetry import Telemetry
from controller.therapy import protocols_of
from sim.virtual import orders
from sim.virtual.calendar import Calendar
from sim.virtual.cast import CAST
from sim.virtual.clinic import Clinic
from sim.virtual.command import SETTINGS
from sim.virtual.look import Look
from sim.virtual.table import FINGER_S, FRAME_S, VirtualTable

EVENING = datetime(2026, 11, 25, 18, 30, tzinfo=UTC)
PATIENCE_S = 20.0


class Watched:
    """A virtual table whose wall clock stands in the test's hand; its records are a real folder, written at their own pace."""

    def __init__(self, folder: Path, ratio: float, fresh: orders.Fresh) -> None:
        self.wall_s = 100.0
        self.looks: list[Look] = []
        self.messages: list[Telemetry] = []
        self.notes: list[str] = []
        self.anew = 0
        calendar = Calendar(EVENING, ZoneInfo("Europe/Berlin"))
        self.clinic = Clinic(folder, SETTINGS, protocols_of(SETTINGS), calendar.moment)
        self.table = VirtualTable(self.clinic, calendar, SETTINGS.limits, fresh, self.publish, ratio=ratio, clock=lambda: self.wall_s)

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

    def until(self, true: Callable[[Look], bool]) -> Look:
        """Frames until it is so; the records' own thread is waited for by the real clock."""
        until_s, pause = time.monotonic() + PATIENCE_S, Pause()
        while not true(shown := self.run(FRAME_S)):
            assert time.monotonic() < until_s, shown
            pause.wait(0.005)
        return shown

    def known(self) -> Look:
        """Until the loop has been told about whoever lies there."""
        return self.until(lambda look: look.person.protocol != "")

    def mode(self, name: str) -> Look:
        """Until the service is in that mode."""
        return self.until(lambda _: bool(self.messages) and self.messages[-1].mode.value == name)

    def locks(self, *, closed: bool) -> None:
        self.run(0.1, orders.Ankle(side="left", closed=closed), orders.Ankle(side="right", closed=closed))

    def said(self) -> list[str]:
        return [event.text for message in self.messages for event in message.events]


Watch = Callable[..., Watched]


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    """Makes tables, each with records of its own."""
    made: list[Watched] = []

    def make(ratio: float = 1.0, **fresh: object) -> Watched:
        folder = tmp_path / f"records-{len(made)}"
        folder.mkdir(mode=0o700)
        made.append(Watched(folder, ratio, orders.Fresh(**fresh)))  # type: ignore[arg-type]  # the order's own fields
        return made[-1]

    yield make
    for each in made:
        each.table.close()


def press(button: orders.ButtonName, *, down: bool = True) -> orders.Press:
    return orders.Press(button=button, down=down)


@pytest.mark.parametrize("ratio", [1.0, 5.0, 60.0])
def test_time_keeps_to_the_speed_that_is_asked(watch: Watch, ratio: float) -> None:
    watched = watch(ratio)
    assert watched.run(2.0).now_s == pytest.approx(2.0 * ratio, abs=0.05)


def test_no_speed_is_a_table_that_stands_still(watch: Watch) -> None:
    watched = watch(5.0)
    before = watched.run(1.0).now_s
    assert watched.run(1.0, orders.Speed(ratio=0.0)).now_s == before


@pytest.mark.req("PU6")
def test_a_tap_at_sixty_times_life_is_no_button_held_for_minutes(watch: Watch) -> None:
    watched = watch(60.0)
    before_s = watched.run(1.0).now_s
    pressed = watched.run(0.4, press("spotter"))
    assert pressed.down == ("spotter",)
    assert pressed.now_s - before_s < 0.5
    assert watched.run(0.5, press("spotter", down=False)).down == ()
    assert watched.said().count("SPOTTER") == 1
    assert not [text for text in watched.said() if "held too long" in text]


@pytest.mark.req("PU6")
def test_a_finger_that_is_no_longer_heard_of_has_let_go(watch: Watch) -> None:
    watched = watch()
    watched.run(1.0, press("return"))
    assert watched.run(FINGER_S - 1.5).down == ("return",)
    assert watched.run(1.0).down == ()


def test_a_finger_that_says_so_again_stays(watch: Watch) -> None:
    watched = watch()
    for _ in range(8):
        assert watched.run(1.0, press("return")).down == ("return",)


@pytest.mark.req("SR1", "PU3")
def test_the_mushroom_stays_in_until_it_is_twisted_out_and_reaches_the_board_by_its_own_wires(watch: Watch) -> None:
    watched = watch(10.0)
    watched.run(0.5)
    assert watched.run(0.5, orders.Mushroom(pushed=True)).board_mode == "STOPPED"
    assert watched.run(0.5, orders.Mushroom(pushed=True)).mushroom_in  # a second push changes nothing
    after = watched.run(0.5, orders.Mushroom(pushed=False))
    assert (after.mushroom_in, after.board_mode) == (False, "STOPPED")  # released is not reset


def test_the_lamps_shown_are_the_levels_of_the_pis_pins(watch: Watch) -> None:
    watched = watch()
    watched.until(lambda _: watched.messages != [] and watched.messages[-1].lamps.ready.value == "blink")
    watched.run(6.0)
    lit = {look.lit["ready"] for look in watched.looks[-40:]}
    assert lit == {True, False}
    assert watched.run(0.2, orders.Pi(runs=False)).lit == dict.fromkeys(("ready", "moving", "release_ok", "fault"), False)


@pytest.mark.req("SR7")
def test_a_killed_pi_says_nothing_and_a_started_one_begins_again(watch: Watch) -> None:
    watched = watch(5.0)
    watched.run(1.0)
    watched.run(0.1, orders.Pi(runs=False))
    count = len(watched.messages)
    assert not watched.run(1.0).pi_runs
    assert len(watched.messages) == count
    watched.run(1.5, orders.Pi(runs=True))
    assert len(watched.messages) > count
    assert watched.notes == ["controller killed", "controller started again"]


@pytest.mark.parametrize(("name", "active"), [("imu_stuck", ("imu_stuck",)), ("F11", ("imu_stuck",)), ("cable_out", ("cable_out",))])
def test_a_fault_of_the_catalogue_comes_and_goes(watch: Watch, name: str, active: tuple[str, ...]) -> None:
    watched = watch()
    assert watched.run(0.1, orders.FaultOrder(name=name, on=True)).faults == active
    assert watched.run(0.1, orders.FaultOrder(name=name, on=True)).faults == active
    assert watched.run(0.1, orders.FaultOrder(name=name, on=False)).faults == ()


def test_what_makes_no_sense_is_said_and_changes_nothing(watch: Watch) -> None:
    watched = watch()
    watched.run(0.1, orders.FaultOrder(name="nonsense", on=True), orders.Fresh(who="ghost"), orders.Lift(name="the_moon"))
    assert watched.notes[0].startswith("no fault 'nonsense'")
    assert watched.notes[1].startswith("nobody is called 'ghost'; there are ida, nils")
    assert watched.notes[2] == "nobody is chosen, or the controller does not run"
    assert watched.anew == 1  # the beginning, and no other table since
    watched.known()
    watched.run(0.1, orders.Lift(name="the_moon"))
    assert watched.notes[3] == "the moon: no paper lifts this"


def test_another_person_is_another_table_with_their_own_weight_and_past(watch: Watch) -> None:
    watched = watch(10.0)
    watched.run(1.0, orders.Ankle(side="left", closed=True))
    look = watched.run(0.1, orders.Fresh(who="omar"))
    assert (look.now_s < 2.0, look.left_closed, look.person.mass_kg) == (True, False, 100.0)
    assert watched.known().person.protocol == "week_5"
    watched.run(0.1)
    plan = watched.messages[-1].plan
    assert plan is not None
    assert plan.ceiling_deg == 70.0


def test_too_many_orders_are_refused_rather_than_kept(watch: Watch) -> None:
    table = watch().table
    assert [table.order(press("ok")) for _ in range(201)][-2:] == [True, False]


def opened_names(look: Look) -> set[str]:
    return {each.name for each in look.open}


@pytest.mark.req("TP15", "TP4")
@pytest.mark.parametrize("week", [1, 2, 3, 5, 8, 40])
def test_a_person_put_into_a_week_is_in_that_week_of_the_programme(watch: Watch, week: int) -> None:
    watched = watch(who="greta", week=week)
    watched.known()
    verdict = watched.clinic.programme.verdict
    assert verdict is not None
    assert verdict.week == week
    assert verdict.spotter_required is (week < 2)


@pytest.mark.req("TP6")
@pytest.mark.parametrize("who", [each.key for each in CAST])
def test_whatever_papers_can_lift_is_lifted_by_the_act_that_stands_beside_it(watch: Watch, who: str) -> None:
    watched = watch(who=who)
    names = opened_names(watched.known())
    liftable = [each.name for each in watched.looks[-1].open if each.offer]
    watched.run(0.1, *(orders.Lift(name=name) for name in liftable))
    left = watched.until(lambda look: look.person.protocol != "" and not any(each.offer for each in look.open))
    assert opened_names(left) == names - set(liftable)
    stays = {"rosa": {"day_used_up"}, "vera": {"week_used_up"}, "bert": {"too_heavy"}, "tim": {"too_tall"}}
    assert opened_names(left) == stays.get(who, set())


@pytest.mark.req("TP6")
def test_a_used_up_day_is_over_on_the_next_one(watch: Watch) -> None:
    watched = watch(who="rosa", ratio=10.0)
    assert [(each.name, each.offer, each.next_day) for each in watched.known().open] == [("day_used_up", "", True)]
    watched.mode("IDLE")
    assert watched.run(0.1, orders.NextDay()).today.startswith("Thu 26 Nov")
    watched.until(lambda look: "day_used_up" not in opened_names(look))


@pytest.mark.req("TP5")
def test_the_session_that_was_asked_for_is_shown_first(watch: Watch) -> None:
    watched = watch(who="maks", protocol="muscle_spasm_3", ratio=10.0)
    look = watched.until(lambda look: look.person.protocol == "muscle_spasm_3")
    assert opened_names(look) == {"not_prepared_heat"}
    watched.run(0.1, orders.Fresh(who="ida", protocol="muscle_spasm_3"))
    watched.until(lambda _: "Ida is not offered the session muscle_spasm_3" in watched.notes)


@pytest.mark.req("TP15")
def test_nobody_chosen_is_nobody_who_may_start(watch: Watch) -> None:
    watched = watch(10.0, who="nobody")
    watched.mode("IDLE")
    assert watched.messages[-1].plan is None
    assert {"Nobody is chosen.", "No session is chosen."} <= {refusal.says for refusal in watched.messages[-1].refusals}


@pytest.mark.req("SR10")
def test_a_worn_battery_is_seen_as_soon_as_it_has_to_carry_the_table(watch: Watch) -> None:
    watched = watch(10.0)
    watched.mode("IDLE")
    watched.run(0.5, orders.Battery(worn=True), orders.Mains(present=False))
    assert "Battery below two full returns." in {refusal.says for refusal in watched.messages[-1].refusals}
    watched.run(0.5, orders.Battery(worn=False))
    assert "Battery below two full returns." not in {refusal.says for refusal in watched.messages[-1].refusals}


@pytest.mark.req("TP3", "SR12")
def test_a_request_of_the_page_is_recorded_and_answered(watch: Watch) -> None:
    watched = watch(10.0, who="lena")
    assert opened_names(watched.known()) == {"set_up_unconfirmed"}
    watched.mode("IDLE")
    wanted = ConfirmSetUp(person="lena", session=17, confirmed=frozenset(SetUpItem))
    sent = encode(Sent(token="a-token-of-a-page", made_s=time.monotonic(), request=wanted))
    watched.clinic.fetch = lambda: sent
    watched.until(lambda look: look.open == ())
    answer = watched.messages[-1].answer
    assert answer is not None
    assert (answer.accepted, answer.says) == (True, "The set-up is recorded for session 17.")


@pytest.mark.req("PU3", "TP12")
def test_the_demonstration_confirms_the_papers_presses_a_whole_session_and_gives_the_table_back(watch: Watch) -> None:
    watched = watch(60.0, who="paul")
    watched.run(0.2, orders.Demo(on=True))
    watched.until(lambda look: not look.demo)
    modes = [event.text for message in watched.messages for event in message.events if event.kind == "mode"]
    assert modes == ["IDLE", "PROOF_TEST", "DESCENDING", "HOLDING", "RETURNING", "SETTLING", "RELEASE", "IDLE"]
    watched.until(lambda look: opened_names(look) == {"felt_missing", "rating_after_missing", "set_up_unconfirmed"})
    watched.table.close()
    with opened(watched.clinic.folder) as store:
        (session,) = store.history("paul").sessions
    assert (session.protocol, session.ending.value, session.spotter_confirmed) == ("first", "completed", True)


@pytest.mark.req("SR13", "TP6")
def test_a_pi_killed_in_a_session_comes_back_to_the_same_person_and_to_one_session_more(watch: Watch) -> None:
    watched = watch(10.0)
    watched.known()
    watched.locks(closed=True)
    watched.run(0.5, press("spotter"), press("spotter", down=False))
    watched.run(1.0, press("start"), press("start", down=False))
    watched.until(lambda look: look.angle_deg > -60.0)
    assert watched.run(0.5, orders.Pi(runs=False)).open == ()
    watched.run(0.5, orders.Pi(runs=True))
    watched.mode("RELEASE")
    watched.locks(closed=False)
    watched.until(lambda look: "felt_missing" in opened_names(look))
    assert watched.looks[-1].person.who == "ida"
