"""The loop: sense, step, act, publish in that order, once per tick, and nothing caught on the way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller import service
from controller.core.model import Host, Inputs, Latches, Mode, Outputs
from tests.core.ideal import GOOD, LIMITS, Ideal


class Table:
    """All five ports at once, writing down who was called."""

    storage_ok = True

    def __init__(self) -> None:
        self.world, self.calls, self.said = Ideal(), [], []  # type: tuple[Ideal, list[str], list[str]]
        self.failing = False

    def sense(self) -> Inputs:
        self.calls.append("sense")
        if self.failing:
            raise OSError("the bus has gone")
        self.world.now_s += 0.02
        return replace(self.world.inputs(), host=Host(temperature_c=40.0, storage_ok=True, config_ok=True))

    def act(self, outputs: Outputs) -> None:
        self.calls.append("act")
        self.world.out = outputs

    def wait_for_tick(self) -> None:
        self.calls.append("wait")

    def put(self, inputs: Inputs, outputs: Outputs) -> None:  # noqa: ARG002  # the port's signature
        self.calls.append("put")

    def latches(self) -> Latches:
        return GOOD

    def say(self, phrase: str, urgent: bool) -> None:  # noqa: ARG002  # the port's signature
        self.said.append(phrase)

    def ready(self) -> None:
        self.calls.append("ready")

    def beat(self, status: str) -> None:  # noqa: ARG002  # the port's signature
        self.calls.append("beat")

    def stopping(self) -> None:
        self.calls.append("stopping")


@pytest.mark.req("SR7")
def test_each_tick_senses_decides_acts_and_only_then_publishes() -> None:
    table, ticks = Table(), iter([False, False, True])
    service.run(table, table, table, table, LIMITS, lambda: next(ticks))
    assert table.calls == ["ready", *["wait", "sense", "act", "put", "beat"] * 2, "stopping"]


@pytest.mark.req("PU2")
def test_the_voice_says_each_phrase_once() -> None:
    table, ticks = Table(), iter([False] * 400 + [True])
    service.run(table, table, table, table, LIMITS, lambda: next(ticks))
    assert table.world.out.mode is Mode.IDLE
    assert table.said == ["Ready."]


@pytest.mark.req("SR7", "SR13")
def test_a_failure_ends_the_loop_so_that_the_board_takes_over() -> None:
    table = Table()
    table.failing = True
    with pytest.raises(OSError, match="the bus has gone"):
        service.run(table, table, table, table, LIMITS, lambda: False)
    assert "act" not in table.calls
