"""Random histories of people, faults and a mad Pi on the real code: always stops, always comes up, never past, never skipped."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.world import Truth
from tests.firmware.bench import DOWN, HOLD, UP, Bench, BoardMode, Order, Request

ANGLES = st.sampled_from([5.0, 15.0, 27.5, 29.0, 30.0, 31.5, 34.0, 45.0])
ORDERS = st.builds(
    Order,
    request=st.sampled_from([0, 1, 1, 2, 2, 3, 4, 6]),
    rate_dps=st.sampled_from([-3.0, -1.5, -0.3, -0.05, 0.0, 0.2, 1.5, 3.0]),
    flags=st.sampled_from([0, 8, 8, 10, 12, 14, 40]),
    imu=st.booleans(),
)
DEEDS = st.one_of(
    st.tuples(st.just("order"), ORDERS, st.floats(0.1, 15.0)),
    st.tuples(st.just("press"), st.sampled_from(["return", "ok", "start"]), st.floats(0.04, 4.0)),
    st.tuples(st.just("estop"), st.none(), st.floats(0.02, 2.0)),
    st.tuples(st.just("ankle"), st.sampled_from(["left", "right"]), st.floats(0.02, 3.0)),
    st.tuples(st.just("mains"), st.none(), st.floats(0.1, 4.0)),
    st.tuples(st.just("silent"), st.none(), st.floats(0.05, 8.0)),
    st.tuples(st.just("reset"), st.none(), st.floats(0.2, 1.0)),
    st.tuples(st.just("trip"), st.none(), st.floats(0.04, 0.2)),
)
HISTORIES = st.lists(DEEDS, min_size=1, max_size=5)
LAST_PI = st.one_of(st.none(), st.just(HOLD), st.just(DOWN), st.just(UP), ORDERS)


@dataclass
class Watch:
    """The limits every tick: numbers restated by hand, true physics only."""

    bench: Bench
    rest_s: float = 0.0
    gate_ahead: bool = False  # has been clearly at or before the gate; 28 itself is past it or not by the sensor's last digit
    estop: bool = False
    story: list[str] = field(default_factory=list)

    def __call__(self, now: Truth) -> None:
        resting_s = self.rest_s
        if now.angle_deg > 32.3:
            self.rest_s = 0.0
        elif now.angle_deg > 27.7 and now.peak_rate_dps < 0.1:
            self.rest_s += 0.02
        elif now.angle_deg < 27.0:
            self.rest_s = 0.0
        crossed = self.gate_ahead and now.angle_deg < 27.5
        assert not (crossed and resting_s < 10.0), f"gate skipped after {resting_s} s: {self.told()}"
        self.gate_ahead = now.angle_deg > 28.3 or (self.gate_ahead and not crossed)
        assert abs(now.peak_rate_dps) < 3.0, self.told()
        assert -75.6 < now.angle_deg < 90.5, self.told()
        if not (now.estop_a_closed and now.estop_b_closed):
            assert now.duty == 0, self.told()
            assert not now.brake_released_asked, self.told()
            self.estop = True
        if self.estop and now.rate_dps < -0.15 and now.duty != 0:
            assert now.return_pressed or self.bench.mode() is BoardMode.RESCUE, self.told()

    def told(self) -> str:
        return f"{self.story} -> {self.bench.story()}"


def live(bench: Bench, watch: Watch, deed: tuple[str, object, float]) -> None:
    kind, what, seconds = deed
    watch.story.append(f"{kind} {what} {seconds:.2f}")
    world, order = bench.world, bench.order
    if kind == "order":
        assert isinstance(what, Order)
        bench.run(seconds, what, watch=watch)
    elif kind == "press":
        world.press(str(what))
        bench.run(seconds, order, watch=watch)
        world.press(str(what), pressed=False)
    elif kind == "estop":
        world.estop()
        bench.run(seconds, order, watch=watch)
        world.estop(pressed=False)
    elif kind == "ankle":
        world.set_ankle(str(what), closed=False)
        bench.run(seconds, order, watch=watch)
        world.set_ankle(str(what), closed=True)
    elif kind == "mains":
        world.set_mains(False)
        bench.run(seconds, order, watch=watch)
        world.set_mains(True)
    elif kind == "silent":
        bench.run(seconds, None, watch=watch)
    elif kind == "reset":
        world.reset_board()
        bench.run(seconds, order, watch=watch)
    else:
        bench.run(seconds, Order(request=int(Request.TRIP)), watch=watch)
    bench.run(0.1, bench.order, watch=watch)


def person_wants_up(bench: Bench, watch: Watch, order: Order | None) -> bool:
    """Presses RETURN, or holds it after an emergency stop, again and again; True when upright."""
    for _ in range(14):
        held = bench.mode() in (BoardMode.STOPPED, BoardMode.RESCUE)
        bench.world.press("return")
        bench.run(20.0 if held else 0.2, order, watch=watch)
        bench.world.press("return", pressed=False)
        bench.run(0.5 if held else 15.0, order, watch=watch)
        if bench.upright():
            return True
    return False


@pytest.mark.req("SR1", "SR3", "SR4", "SR5", "SR7", "SR13", "SR14", "SR15")
@settings(max_examples=25)
@given(angle_deg=ANGLES, history=HISTORIES, pi=LAST_PI, seed=st.integers(1, 1000))
def test_whatever_happened_and_whatever_the_pi_does_the_person_comes_up_within_every_limit(
    angle_deg: float, history: list[tuple[str, object, float]], pi: Order | None, seed: int
) -> None:
    bench = Bench(seed=seed)
    bench.at(angle_deg)
    watch = Watch(bench)
    for deed in history:
        live(bench, watch, deed)
    assert person_wants_up(bench, watch, pi), watch.told()


@pytest.mark.req("SR11", "SR12")
@settings(max_examples=20)
@given(
    orders=st.lists(st.tuples(ORDERS, st.floats(0.02, 3.0)), min_size=1, max_size=12),
    presses=st.lists(st.sampled_from(["ok", "return"]), max_size=3),
)
def test_a_mad_pi_never_leaves_upright_rest_without_start(orders: list[tuple[Order, float]], presses: list[str]) -> None:
    bench = Bench()
    bench.lie_down()
    for button in presses:
        bench.press(button)
    for order, seconds in orders:
        bench.run(seconds, order)
        assert bench.now.angle_deg < -74.9, bench.story()


@pytest.mark.req("SR3", "SR5", "SR2")
@settings(max_examples=20)
@given(angle_deg=ANGLES, orders=st.lists(st.tuples(ORDERS, st.floats(0.02, 12.0)), min_size=3, max_size=12))
def test_a_mad_pi_cannot_skip_the_rest_or_pass_a_limit(angle_deg: float, orders: list[tuple[Order, float]]) -> None:
    bench = Bench()
    bench.at(angle_deg)
    watch = Watch(bench)
    for order, seconds in orders:
        watch.story.append(str(order))
        bench.run(seconds, order, watch=watch)


@pytest.mark.req("SR8", "SR14")
@settings(max_examples=20)
@given(
    angle_deg=ANGLES,
    fault=st.sampled_from(
        [
            ("pot_frozen", 1.0),
            ("pot_rail", 1.0),
            ("pot_bias_deg", 4.0),
            ("pot_bias_deg", -6.0),
            ("pot_noise_factor", 7.0),
            ("pot_inverted", 1.0),
        ]
    ),
    moving=st.sampled_from([HOLD, DOWN, UP]),
    after_s=st.floats(0.1, 9.0),
)
def test_with_one_angle_sensor_lost_the_person_comes_up_through_the_rest(
    angle_deg: float, fault: tuple[str, float], moving: Order, after_s: float
) -> None:
    bench = Bench()
    bench.at(angle_deg)
    watch = Watch(bench, story=[str(fault)])
    bench.run(1.0, moving, watch=watch)
    bench.world.set_fault(*fault)
    bench.run(after_s, moving, watch=watch)
    assert person_wants_up(bench, watch, HOLD), watch.told()
