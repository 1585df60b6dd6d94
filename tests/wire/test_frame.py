"""Frames: the same on both ends; damage costs the frame it hits and nothing else; nothing that arrives can do more (faults 26-34)."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hardware.drive.frame import Decoder, decode, encode
from tests.wire.native import CDecoder, c_encode
from tests.wire.streams import GARBAGE, PAYLOAD

PAYLOADS = st.lists(PAYLOAD, min_size=1, max_size=6)


@given(data=PAYLOAD)
def test_both_ends_put_the_same_twenty_bytes_on_the_wire(data: bytes) -> None:
    wire = encode(data)
    assert wire == c_encode(data)
    assert (len(wire), wire.count(0), wire[-1]) == (20, 1, 0)


@given(payloads=PAYLOADS, chunk=st.integers(1, 50))
def test_frames_come_out_in_order_however_the_bytes_are_cut(payloads: list[bytes], chunk: int) -> None:
    wire = b"".join(encode(data) for data in payloads)
    for decoder in (Decoder(), CDecoder()):
        got = [data for at in range(0, len(wire), chunk) for data in decoder.feed(wire[at : at + chunk])]
        assert got == payloads
        assert decoder.bad == 0


@given(
    pieces=st.lists(st.one_of(GARBAGE, PAYLOAD.map(encode), PAYLOAD.map(lambda data: encode(data)[:-3])), max_size=8),
    chunk=st.integers(1, 64),
)
def test_both_ends_judge_every_stream_alike(pieces: list[bytes], chunk: int) -> None:
    stream = b"".join(pieces)
    ours, boards = Decoder(), CDecoder()
    for at in range(0, len(stream), chunk):
        part = stream[at : at + chunk]
        assert ours.feed(part) == boards.feed(part)
    assert ours.bad == boards.bad


@pytest.mark.req("SR7")
@given(garbage=GARBAGE, lost=PAYLOAD, data=PAYLOAD)
def test_the_second_frame_after_any_garbage_is_heard(garbage: bytes, lost: bytes, data: bytes) -> None:
    """Resynchronised within one frame: the zero of the first ends whatever went before."""
    for decoder in (Decoder(), CDecoder()):
        assert decoder.feed(garbage + encode(lost) + encode(data))[-1] == data


@pytest.mark.req("SR7")
@given(before=PAYLOAD, hit=PAYLOAD, after=PAYLOAD, place=st.integers(0, 18), flip=st.integers(1, 255))
def test_a_damaged_byte_costs_its_own_frame_and_no_other(before: bytes, hit: bytes, after: bytes, place: int, flip: int) -> None:
    """Fault 27, any byte but the closing zero (whose loss takes the next frame along)."""
    wire = bytearray(encode(hit))
    wire[place] ^= flip
    for decoder in (Decoder(), CDecoder()):
        got = decoder.feed(encode(before) + bytes(wire) + encode(after))
        assert got == [before, after]
        assert decoder.bad >= 1


@pytest.mark.req("SR7")
@given(hit=PAYLOAD, after=PAYLOAD, last=PAYLOAD, value=st.integers(1, 255))
def test_a_damaged_closing_zero_costs_two_frames_and_no_third(hit: bytes, after: bytes, last: bytes, value: int) -> None:
    wire = encode(hit)[:-1] + bytes((value,)) + encode(after) + encode(last)
    for decoder in (Decoder(), CDecoder()):
        assert decoder.feed(wire) == [last]


@given(data=PAYLOAD, keep=st.integers(0, 18))
def test_a_frame_cut_short_is_dropped(data: bytes, keep: int) -> None:
    assert decode(encode(data)[:keep]) is None
    for decoder in (Decoder(), CDecoder()):
        assert decoder.feed(encode(data)[:keep] + b"\0") == []


@given(coded=st.lists(st.sampled_from([0, 1, 2, 17, 18, 19, 20, 255]), min_size=19, max_size=19).map(bytes))
def test_nineteen_bytes_of_anything_are_judged_in_the_end(coded: bytes) -> None:
    """Also with a zero inside, which a decoder never hands on."""
    assert decode(coded) is None or encode(decode(coded) or b"")[:-1] == coded


@given(data=PAYLOAD, extra=st.binary(min_size=1, max_size=3).filter(lambda extra: 0 not in extra))
def test_a_frame_with_bytes_too_many_is_dropped(data: bytes, extra: bytes) -> None:
    assume(extra)
    for decoder in (Decoder(), CDecoder()):
        assert decoder.feed(extra + encode(data)) == []
        assert decoder.feed(encode(data)) == [data]


@given(data=PAYLOAD, extra=st.integers(1, 600), cut=st.booleans())
def test_a_frame_that_others_run_into_is_dropped_however_long_the_run(data: bytes, extra: int, cut: bool) -> None:
    """Also when it runs over a counter of eight bits, and also when the bytes come in two pieces."""
    noise = b"\x55" * extra
    for stream in (noise + encode(data), encode(data)[:-1] + noise + b"\0"):
        for decoder in (Decoder(), CDecoder()):
            parts = (stream[:-1], stream[-1:]) if cut else (stream,)
            assert [found for part in parts for found in decoder.feed(part)] == []
            assert decoder.bad == 1


def test_256_bytes_of_noise_before_a_frame_do_not_look_like_none() -> None:
    for decoder in (Decoder(), CDecoder()):
        assert decoder.feed(b"\x55" * 256 + encode(bytes(16))) == []


def test_a_line_that_is_held_or_never_ends_a_frame_fills_nothing() -> None:
    """Fault 33 and 34: a break reads as zeros, a flood never ends; neither keeps memory nor harms the frame after it."""
    for decoder in (Decoder(), CDecoder()):
        assert decoder.feed(bytes(5000)) == []
        assert decoder.bad == 0
        assert decoder.feed(b"\x55" * 5000) == []
        assert decoder.feed(b"\0" + encode(bytes(16))) == [bytes(16)]
        assert decoder.bad == 1
    ours = Decoder()
    for _ in range(100):
        ours.feed(b"\x55" * 500)
    assert max(len(value) for value in vars(ours).values() if isinstance(value, bytes)) <= 20


def test_the_board_counts_refused_frames_without_wrapping_to_none() -> None:
    decoder = CDecoder()
    decoder.feed(b"\x01\0" * 70_000)
    assert decoder.bad == 0xFFFF


@pytest.mark.parametrize("size", [0, 15, 17])
def test_only_sixteen_data_bytes_make_a_frame(size: int) -> None:
    with pytest.raises(ValueError, match="16 data bytes, not"):
        encode(bytes(size))
