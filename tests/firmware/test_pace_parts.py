"""The board's clock against the Pi's, command by command: a drift shows within a second, a line's delays never do (SR7, fault 44)."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest

from tests.firmware.test_link_parts import Line

TICK_MS = 20.0
AGREE_MS = 3_000
FTDI_MS = 16.0
"""What a serial adapter's latency timer holds back at most."""

Delay = Callable[[float], float]


def at_once(_sent_ms: float) -> float:
    return 0.0


def arrivals(*, until_ms: float, drift: float, delay: Delay, from_ms: float = AGREE_MS) -> Iterator[tuple[float, int, int]]:
    """(true time in ms, the Pi's stamp, the board's clock) of each command; the board's clock runs at 1 + `drift` from `from_ms` on."""
    sent_ms = arrived_ms = 0.0
    while sent_ms < until_ms:
        arrived_ms = max(arrived_ms + 0.8, sent_ms + delay(sent_ms))  # 20 bytes at 250 kBd, one after another
        own_ms = arrived_ms + drift * max(0.0, arrived_ms - from_ms)
        yield arrived_ms, round(sent_ms), int(own_ms)
        sent_ms += TICK_MS


def steered(*, until_ms: float, drift: float = 0.0, delay: Delay = at_once) -> list[tuple[float, bool]]:
    """Whether the Pi was obeyed, after each command."""
    line = Line()
    seen: list[tuple[float, bool]] = []
    for number, (true_ms, pi_ms, own_ms) in enumerate(arrivals(until_ms=until_ms, drift=drift, delay=delay), start=1):
        wire = line.encoded(line.packed(seq=number & 0xFF, tick_ms=pi_ms & 0xFFFF))
        line.parts.seen.rx = wire + bytes(40 - len(wire))
        line.parts.seen.rx_count = len(wire)
        line.lib.link_update(line.link, line.parts.seen, own_ms & 0xFFFF)
        seen.append((true_ms, bool(line.link.fresh)))
    return seen


def polled(every_ms: float) -> Delay:
    """A device that hands on what it has at its own beat."""
    return lambda sent_ms: -sent_ms % every_ms


def any_of(most_ms: float, seed: int) -> Delay:
    dice = random.Random(seed)
    return lambda _sent_ms: dice.uniform(0.0, most_ms)


def steps(high_ms: float, *, each_ms: float) -> Delay:
    """A delay that comes and goes."""
    return lambda sent_ms: high_ms if sent_ms // each_ms % 2 else 0.0


@pytest.mark.req("SR7")
@pytest.mark.parametrize("delay", [at_once, any_of(2.0, 1), polled(1.0)], ids=["at_once", "two_ms", "usb_frames"])
@pytest.mark.parametrize("drift", [0.021, -0.021, 0.03, -0.03, 0.1, -0.1, 0.2, -0.2])
def test_a_clock_two_per_cent_off_ends_the_pis_steering_within_a_second(drift: float, delay: Delay) -> None:
    seen = steered(until_ms=AGREE_MS + 6_000, drift=drift, delay=delay)
    assert all(obeyed for when_ms, obeyed in seen if when_ms < AGREE_MS)
    assert not any(obeyed for when_ms, obeyed in seen if when_ms > AGREE_MS + 1_000)


@pytest.mark.req("SR7")
@pytest.mark.parametrize(
    "delay",
    [
        *(any_of(FTDI_MS, seed) for seed in (1, 2, 3)),
        any_of(40.0, 4),
        polled(FTDI_MS),
        polled(FTDI_MS + 0.03),
        polled(10.0),
        steps(FTDI_MS, each_ms=300.0),
        steps(FTDI_MS, each_ms=90.0),
        steps(60.0, each_ms=1_000.0),
    ],
    ids=[
        "up_to_16",
        "up_to_16_b",
        "up_to_16_c",
        "up_to_40",
        "timer_16",
        "timer_near_16",
        "timer_10",
        "steps_16",
        "quick_steps",
        "steps_60",
    ],
)
@pytest.mark.parametrize("drift", [0.0, 0.002, -0.002])
def test_no_delay_that_comes_and_goes_is_taken_for_a_clock_that_drifts(delay: Delay, drift: float) -> None:
    """Twenty times what two crystals may differ, a minute each."""
    assert all(obeyed for _, obeyed in steered(until_ms=60_000, drift=drift, delay=delay))


@pytest.mark.req("SR7")
def test_clocks_that_agree_again_are_believed_after_a_second_of_it() -> None:
    line = Line()
    obeyed: list[bool] = []
    for number in range(1, 301):  # 2 s of a board 3 per cent fast, then 4 s of one that is right
        own_ms = number * 20 + int(min(number, 100) * 0.6)
        line.now_ms = own_ms - 20
        obeyed.append(line.command(seq=number & 0xFF, tick_ms=number * 20))
    assert not any(obeyed[55:145])
    assert all(obeyed[165:])


@pytest.mark.req("SR7")
def test_a_pause_in_the_commands_begins_the_comparison_anew() -> None:
    """What passed while nobody was heard says nothing: seven blocks of drift, silence, and seven more are no run of eight."""
    line = Line()
    number = 0
    for _ in range(2):
        line.link.fresh = line.link.pace_running = False
        for _ in range(5 * 7 + 2):
            number += 1
            line.now_ms = number * 20 + int(number * 0.6) - 20
            assert line.command(seq=number & 0xFF, tick_ms=number * 20)
