"""From the service to the hub: nothing waits for a listener, nothing is lost that fits, and what no one takes is counted."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller import telemetry
from controller.core.model import Event, Inputs, Mode, Outputs
from controller.panel import receive
from controller.panel.hub import KEPT_EVENTS, MOST_VIEWERS, Hub
from controller.telemetry import TelemetrySocket, Teller, decode, encode


def message(now_s: float = 1.0, *texts: str, mode: Mode = Mode.IDLE) -> telemetry.Telemetry:
    teller, inputs = Teller(), Inputs(now_s=now_s)
    events = tuple(Event(at_s=now_s, kind="button", text=text) for text in texts)
    outputs = Outputs(mode=mode, events=events)
    teller.gather(inputs, outputs)
    return teller.message(inputs, outputs)


def test_a_message_comes_out_as_it_went_in() -> None:
    sent = message(3.5, "START", mode=Mode.HOLDING)
    assert decode(encode(sent)) == sent


def test_what_happens_between_two_messages_is_in_the_next_one_once() -> None:
    teller = Teller()
    for tick in range(5):
        events = (Event(at_s=0.0, kind="button", text=str(tick)),)
        teller.gather(Inputs(now_s=tick * 0.02), Outputs(events=events, phrase="Ready." if tick == 2 else "", urgent=True))
    first = teller.message(Inputs(now_s=0.1), Outputs())
    assert [event.text for event in first.events] == ["0", "1", "2", "Ready.", "3", "4"]
    assert first.events[3].kind == "say now"
    assert teller.message(Inputs(now_s=0.2), Outputs()).events == ()


def test_the_trace_has_a_point_every_half_second() -> None:
    teller = Teller()
    for tick in range(101):
        teller.gather(Inputs(now_s=tick * 0.02), Outputs(angle_deg=-75.0 + tick))
    assert [point[0] for point in teller.message(Inputs(now_s=2.0), Outputs()).trace] == [0.0, 0.5, 1.0, 1.5, 2.0]


class Clock:
    def __init__(self) -> None:
        self.s = 0.0

    def now_s(self) -> float:
        return self.s


def test_ten_messages_a_second_and_none_of_them_waits_for_a_listener(tmp_path: Path) -> None:
    clock = Clock()
    sender = TelemetrySocket(tmp_path / "nobody", now_s=clock.now_s)
    for tick in range(50):
        clock.s = tick * 0.02
        sender.put(Inputs(now_s=clock.s), Outputs())
    assert 9 <= sender.dropped <= 11
    sender.close()


@pytest.mark.req("SR12")
def test_a_panel_that_stops_reading_costs_messages_and_nothing_else(tmp_path: Path) -> None:
    clock = Clock()
    asleep = receive.open_socket(tmp_path / "telemetry")
    sender = TelemetrySocket(tmp_path / "telemetry", now_s=clock.now_s)
    for tick in range(20_000):
        clock.s = tick * 0.1
        sender.put(Inputs(now_s=clock.s), Outputs())
    assert sender.dropped > 10_000
    newest = decode(asleep.recv(telemetry.MOST_BYTES))
    assert newest.number == 1  # the oldest that fitted; the rest was dropped, not queued for ever
    sender.close()
    asleep.close()


def test_a_session_of_events_fits_a_datagram() -> None:
    long = Event(at_s=12345.678, kind="reason", text="x" * 160, rule="SR16")
    teller = Teller()
    for _ in range(1000):
        teller.gather(Inputs(now_s=1.0), Outputs(events=(long,)))
    assert len(encode(teller.message(Inputs(now_s=1.0), Outputs(reasons=())))) < telemetry.MOST_BYTES


@given(st.binary(max_size=300))
def test_no_datagram_breaks_the_receiver(data: bytes) -> None:
    hub = Hub()
    receiver = receive.Receiver(hub)
    receiver.datagram_received(data, None)
    receiver.datagram_received(encode(message())[:-1] + data.replace(b"}", b""), None)  # never whole
    assert receiver.strange == 2
    assert hub.events.count == 0


def test_the_socket_takes_the_place_of_one_left_behind_and_lets_only_its_group_in(tmp_path: Path) -> None:
    path = tmp_path / "telemetry"
    for _ in range(2):
        bound = receive.open_socket(path)
        assert path.stat().st_mode & 0o777 == 0o660
        assert bound.type & socket.SOCK_DGRAM
        bound.close()


# ------------------------------------------------------------------ the hub


def told(frame: bytes) -> dict[str, object]:
    found: dict[str, object] = msgspec.json.decode(frame.partition(b"data: ")[2])
    return found


def texts(frame: bytes) -> list[str]:
    story = told(frame)["story"]
    assert isinstance(story, dict)
    return [event["text"] for event in story["events"]]


async def opened(hub: Hub) -> tuple[object, bytes]:
    stream = hub.stream()
    assert (await anext(stream)).startswith(b"retry")
    return stream, await anext(stream)


def test_a_viewer_gets_the_story_so_far_then_only_what_is_new() -> None:
    async def look() -> None:
        hub = Hub()
        hub.take(message(1.0, "a", "b"))
        stream, first = await opened(hub)
        assert texts(first) == ["a", "b"]
        hub.take(message(2.0, "c"))
        assert texts(await anext(stream)) == ["c"]  # type: ignore[call-overload]
        await stream.aclose()  # type: ignore[attr-defined]
        assert hub.viewers == set()

    asyncio.run(look())


@pytest.mark.req("PU4")
def test_a_viewer_that_looks_away_misses_only_what_is_old() -> None:
    async def look() -> None:
        hub = Hub()
        stream, _ = await opened(hub)
        for number in range(KEPT_EVENTS + 50):
            hub.take(message(2.0 + number, str(number)))
        assert texts(await anext(stream)) == [str(number) for number in range(50, KEPT_EVENTS + 50)]  # type: ignore[call-overload]
        await stream.aclose()  # type: ignore[attr-defined]

    asyncio.run(look())


def test_a_clock_that_begins_again_is_another_table() -> None:
    async def look() -> None:
        hub = Hub()
        hub.take(message(900.0, "before"))
        stream, first = await opened(hub)
        hub.take(message(1.0, "after"))
        frame = await anext(stream)  # type: ignore[call-overload]
        assert texts(frame) == ["after"]
        assert told(first)["story"]["age"] != told(frame)["story"]["age"]  # type: ignore[index]
        await stream.aclose()  # type: ignore[attr-defined]

    asyncio.run(look())


def test_there_is_an_end_to_viewers() -> None:
    async def look() -> None:
        hub = Hub()
        streams = [hub.stream() for _ in range(MOST_VIEWERS + 1)]
        for stream in streams[:-1]:
            await anext(stream)
        with pytest.raises(RuntimeError, match="viewers are the most"):
            await anext(streams[-1])
        hub.end()
        for stream in streams[:-1]:
            await stream.aclose()  # type: ignore[attr-defined]
        assert hub.viewers == set()

    asyncio.run(look())


def test_the_service_tells_what_it_decided() -> None:
    board = Inputs(now_s=1.0).board
    inputs = Inputs(now_s=1.0, board=replace(board, battery_mv=25_100, flags=0x101, reasons=0x41, age_s=0.02))
    told_ = Teller().message(inputs, Outputs(inverted_s=12.34))
    assert (told_.board.battery_mv, told_.board.brake_set, told_.board.mains, told_.board.heard) == (25_100, True, True, True)
    assert told_.board.reasons == ("emergency stop pressed or its wire open", "ankle lock open")
    assert told_.inverted_s == 12.3
