"""The dead man on another host (SR14): its two pure halves in virtual time, on a network that loses, repeats and forges."""

from __future__ import annotations

from itertools import count

import pytest

from controller.core.model import Mode, Outputs
from hardware.remote.caller import Caller
from hardware.remote.line import word
from hardware.remote.message import Message, Says, pack, unpack
from hardware.remote.watcher import CALLING, SILENT, WELL_AGAIN, Watcher

KEY = b"k" * 32
TABLE = "the table upstairs"


class Wire:
    """A table, its watcher, and what lies between."""

    def __init__(self) -> None:
        self.now_s = 100.0
        numbers = count(1)
        self.caller = Caller(KEY, TABLE)
        self.watcher = Watcher(KEY, lambda: f"{next(numbers):016x}")
        self.says: Says | None = Says.UPRIGHT
        self.through = True
        self.recorded: list[bytes] = []
        self.notices: list[tuple[float, str]] = []

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds * 10)):
            self.now_s += 0.1
            if self.says is not None:
                self.caller.tell(self.says, self.now_s)
            sent = self.caller.next(self.now_s)
            if sent is not None and self.through:
                self.recorded.append(sent)
                answer = self.watcher.hear(sent, self.now_s)
                assert answer is not None
                self.caller.hear(answer, self.now_s)
            self.notices += [(self.now_s, text) for text in self.watcher.notices(self.now_s)]

    @property
    def told(self) -> list[str]:
        return [text for _, text in self.notices]


@pytest.mark.req("SR14")
def test_it_is_armed_within_a_second_and_a_session_that_ends_well_raises_nothing() -> None:
    wire = Wire()
    wire.run(3.0)
    assert wire.caller.state(wire.now_s) == "reachable"
    wire.says = Says.ARMED
    wire.run(1.0)
    assert wire.caller.state(wire.now_s) == "armed"
    wire.run(600.0)
    wire.says = Says.UPRIGHT
    wire.run(1.5)
    wire.says = None
    wire.run(3600.0)
    assert wire.told == []


@pytest.mark.req("SR14")
def test_a_crashed_service_cannot_cancel_it_the_notice_comes_at_thirty_seconds_and_each_minute() -> None:
    wire = Wire()
    wire.says = Says.ARMED
    wire.run(20.0)
    died_s, wire.says = wire.now_s, None
    wire.run(200.0)
    assert wire.told == [f"{TABLE} {SILENT}"] * 3
    first, second, third = (at_s for at_s, _ in wire.notices)
    assert 29.0 < first - died_s < 32.5
    assert second - first == pytest.approx(60.0, abs=0.2)
    assert third - second == pytest.approx(60.0, abs=0.2)


@pytest.mark.req("SR14")
def test_a_cut_network_is_silence_too_and_its_return_goes_on_where_it_was() -> None:
    wire = Wire()
    wire.says = Says.ARMED
    wire.run(5.0)
    wire.through = False
    wire.run(6.0)
    assert wire.caller.state(wire.now_s) == "unreachable"
    wire.run(40.0)
    assert len(wire.told) == 1
    wire.through = True
    wire.run(3.0)
    assert wire.caller.state(wire.now_s) == "armed"
    wire.says = Says.UPRIGHT
    wire.run(3.0)
    assert wire.told[-1] == f"{TABLE} {WELL_AGAIN}"


@pytest.mark.req("SR14")
def test_short_losses_raise_nothing() -> None:
    wire = Wire()
    wire.says = Says.ARMED
    for _ in range(20):
        wire.through = True
        wire.run(3.0)
        wire.through = False
        wire.run(25.0)
    assert wire.told == []


@pytest.mark.req("SR14")
def test_the_help_ladders_call_is_told_at_once() -> None:
    wire = Wire()
    wire.says = Says.ARMED
    wire.run(5.0)
    wire.says = Says.CALLING
    wire.run(0.5)
    assert wire.told == [f"{TABLE} {CALLING}"]


@pytest.mark.req("SR14", "SR12")
def test_a_recorded_upright_sent_again_disarms_nothing() -> None:
    wire = Wire()
    wire.run(5.0)
    old = list(wire.recorded)
    wire.says = Says.ARMED
    wire.run(5.0)
    wire.says = None
    for _ in range(20):
        for datagram in old:
            wire.watcher.hear(datagram, wire.now_s)
        wire.run(2.0)
    assert wire.told == [f"{TABLE} {SILENT}"]


@pytest.mark.req("SR14", "SR12")
def test_who_has_not_the_key_is_not_answered_and_changes_nothing() -> None:
    wire = Wire()
    wire.says = Says.ARMED
    wire.run(5.0)
    forged = pack(b"x" * 32, Message(Says.UPRIGHT, TABLE, 9, "0000000000000001"))
    assert wire.watcher.hear(forged, wire.now_s) is None
    assert wire.watcher.hear(b"", wire.now_s) is None
    assert wire.watcher.hear(b"\xff" * 2000, wire.now_s) is None
    wire.caller.hear(pack(b"x" * 32, Message(Says.HEARD, TABLE, 5, "1", armed=True)), wire.now_s)
    wire.says = None
    wire.run(40.0)
    assert len(wire.told) == 1


@pytest.mark.req("SR12")
def test_an_answer_to_another_message_or_from_another_table_is_not_believed() -> None:
    caller = Caller(KEY, TABLE)
    caller.tell(Says.ARMED, 1.0)
    assert caller.next(1.0) is not None
    for wrong in (
        Message(Says.HEARD, TABLE, 2, "c", armed=True),
        Message(Says.HEARD, "other", 1, "c", armed=True),
        Message(Says.ARMED, TABLE, 1, "c", armed=True),
    ):
        caller.hear(pack(KEY, wrong), 1.1)
        assert caller.state(1.1) == "unreachable"
    caller.hear(pack(KEY, Message(Says.HEARD, TABLE, 1, "c", armed=True)), 1.1)
    assert caller.state(1.1) == "armed"


@pytest.mark.parametrize(
    "field",
    [
        {"table": ""},
        {"table": "x" * 41},
        {"table": "bell\a"},
        {"number": -1},
        {"number": True},
        {"challenge": 7},
        {"armed": 1},
        {"more": 1},
    ],
)
def test_a_message_of_another_form_is_none(field: dict[str, object]) -> None:
    whole = Message(Says.ARMED, TABLE, 1, "c")
    assert unpack(KEY, pack(KEY, whole)) == whole

    class Odd(Message):
        def _asdict(self) -> dict[str, object]:
            return {**super()._asdict(), **field}

    assert unpack(KEY, pack(KEY, Odd(*whole))) is None


@pytest.mark.req("SR14")
def test_the_service_arms_it_with_the_proof_test_and_disarms_it_when_idle_again() -> None:
    says: Says | None = None
    for mode, expected in (
        (Mode.STARTING, None), (Mode.IDLE, Says.UPRIGHT), (Mode.PROOF_TEST, Says.ARMED), (Mode.HOLDING, Says.ARMED),
        (Mode.STOPPED, Says.ARMED),
        (Mode.SETTLING, Says.ARMED), (Mode.RELEASE, Says.ARMED), (Mode.IDLE, Says.UPRIGHT), (Mode.STOPPED, Says.ARMED),
    ):  # fmt: skip
        says = word(says, Outputs(mode=mode))
        assert says is expected, mode
    assert word(Says.UPRIGHT, Outputs(mode=Mode.STOPPED, angle_deg=-74.9)) is Says.UPRIGHT  # pressed for the night
    assert word(Says.ARMED, Outputs(mode=Mode.STOPPED, angle_deg=-74.9)) is Says.ARMED
    assert word(Says.ARMED, Outputs(mode=Mode.LEVEL_WAIT, ladder=3)) is Says.CALLING
    assert word(Says.ARMED, Outputs(mode=Mode.LEVEL_WAIT, ladder=2)) is Says.ARMED
