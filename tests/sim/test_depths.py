"""The fast depth and the bus depth tell the same story: the whole service on the Machine seam, and on the real drivers."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from controller.core.limits import Limits
from controller.core.model import Latches, Outputs, Permission, SessionPlan, Stage
from controller.core.state import State
from controller.core.step import step
from controller.ports import Machine
from hardware import pins
from sim.bus_machine import BusMachine, bus_machine
from sim.machine import SimMachine
from sim.world import World

PLAN = SessionPlan(name="depths", title="depths", ceiling_deg=40.0, stages=(Stage(angle_deg=38.0, hold_s=15.0),))
HANDS = {1000: ("locks", True), 7000: ("start", True), 7200: ("start", False), 132000: ("ok", True), 132400: ("ok", False)}
SESSION_S = 270


class Programme:
    def permission(self, selection: int, at_upright: bool) -> Permission:  # noqa: ARG002  # the port's signature
        return Permission(plan=PLAN, spotter_required=False)


@dataclass
class Story:
    """What a session was: modes in order with their times, true angles, the last decision."""

    modes: list[tuple[str, float]] = field(default_factory=list)
    angles_deg: list[float] = field(default_factory=list)
    outputs: Outputs = field(default_factory=Outputs)

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.modes]


def act_hands(world: World, hands: dict[int, tuple[str, bool]]) -> None:
    who, level = hands.get(world.now_ms, ("", False))
    if who == "locks":
        world.close_ankles(closed=level)
    elif who == "estop":
        world.estop(pressed=level)
    elif who:
        world.press(who, pressed=level)


def tell(world: World, machine: Machine, seconds: float, hands: dict[int, tuple[str, bool]]) -> Story:
    story, state, limits = Story(), State.initial(Latches(inspection_due=False, clean_shutdown=True)), Limits()
    while world.now_ms < seconds * 1000.0:
        machine.wait_for_tick()
        act_hands(world, hands)
        state, story.outputs = step(state, machine.sense(), limits)
        machine.act(story.outputs)
        mode = story.outputs.mode.value
        if not story.modes or story.modes[-1][0] != mode:
            story.modes.append((mode, world.now_ms * 1e-3))
        story.angles_deg.append(world.truth().angle_deg)
    return story


def both(seconds: float, hands: dict[int, tuple[str, bool]], seed: int = 1) -> tuple[Story, Story]:
    fast, bus = World(seed), World(seed)
    return tell(fast, SimMachine(fast, Programme()), seconds, hands), tell(bus, bus_machine(bus, Programme()), seconds, hands)


@pytest.mark.req("SE2", "SE1")
def test_a_whole_session_is_the_same_story_at_both_depths() -> None:
    """Same modes in the same order, each within 0.5 s, true angles within 0.75 deg (half a second at the normal rate)."""
    fast, bus = both(SESSION_S, HANDS)
    assert fast.names == bus.names
    assert {"PROOF_TEST", "DESCENDING", "HOLDING", "RETURNING", "RESTING", "SETTLING"} <= set(fast.names)
    assert all(abs(a[1] - b[1]) <= 0.5 for a, b in zip(fast.modes, bus.modes, strict=True))
    assert max(abs(a - b) for a, b in zip(fast.angles_deg, bus.angles_deg, strict=True)) <= 0.75
    assert max(fast.angles_deg) == pytest.approx(38.0, abs=0.6)
    assert fast.angles_deg[-1] == pytest.approx(-75.0, abs=0.6)


@pytest.mark.req("SE2", "SR1")
def test_an_emergency_stop_is_the_same_story_at_both_depths() -> None:
    hands = HANDS | {30000: ("estop", True), 34000: ("estop", False), 36000: ("return", True), 41000: ("return", False)}
    fast, bus = both(44.0, hands)
    assert fast.names == bus.names
    assert {"STOPPED", "RESCUE"} <= set(fast.names)
    assert max(abs(a - b) for a, b in zip(fast.angles_deg, bus.angles_deg, strict=True)) <= 0.5


@pytest.mark.req("SE2")
def test_the_bus_depth_lights_the_lamps_of_the_decision() -> None:
    world = World(1)
    machine = bus_machine(world, Programme())
    tell(world, machine, 24.0, HANDS)
    lit = {bcm for _, bcm, level in machine.pins.log if level}
    assert {pins.LAMP_READY.bcm, pins.LAMP_MOVING.bcm} <= lit


@pytest.mark.req("SR7", "SE2")
def test_a_crash_darkens_the_pins_silences_the_line_and_starts_afresh_at_both_depths() -> None:
    for depth in (SimMachine, bus_machine):
        world = World(1)
        machine: SimMachine | BusMachine = depth(world, Programme())
        tell(world, machine, 24.0, HANDS)
        frames = world.instruments().rx_frames
        world.inject("service_crash", down_s=1.0)
        before_ms = world.now_ms
        machine.wait_for_tick()
        assert world.now_ms - before_ms >= 1000
        assert world.instruments().rx_frames - frames <= 1  # one was still on the wire
        assert machine.restarts == 1
        assert machine.outputs.command is None
        if isinstance(machine, BusMachine):
            assert not any(machine.pins.level(pin.bcm) for pin in pins.OUTPUTS)


@pytest.mark.req("SR7", "SE2")
@pytest.mark.parametrize("depth", ["fast", "bus"])
def test_a_stalled_process_ticks_late_once_and_does_not_catch_up(depth: str) -> None:
    world = World(1)
    machine: Machine = SimMachine(world, Programme()) if depth == "fast" else bus_machine(world, Programme())
    tell(world, machine, 2.0, {})
    world.inject("process_stopped", stall_s=1.0)
    before_ms = world.now_ms
    machine.wait_for_tick()
    assert world.now_ms - before_ms == 1020
    assert machine.sense().host.late_s == pytest.approx(1.0)
    machine.wait_for_tick()
    assert machine.sense().host.late_s == 0.0
    assert world.now_ms - before_ms == 1040
