"""The check value: Hamming distance 6 at 16 data bytes, by trying every error pattern; what is left after COBS, by damaging frames."""

from __future__ import annotations

import subprocess
from math import comb
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.drive import frame, protocol
from tests.wire.native import codec, compile_library
from tests.wire.residual import forged_of, per_frame

DATA_BITS = 16 * 8
CODE_BITS = DATA_BITS + 16
CCITT = 0x1021
PRODUCT = 0x90D9


def syndromes_of(polynomial: int) -> list[int]:
    """Remainder of each single bit, by division on paper, independent of the product's table.

    A CRC register that has taken in a whole code word has divided it times x^16, hence the 16 steps before the first.
    """
    remainders, remainder = [], 1
    for _ in range(CODE_BITS + 16):
        remainders.append(remainder)
        remainder <<= 1
        remainder ^= (0x10000 | polynomial) if remainder & 0x10000 else 0
    return remainders[16:]


def product_syndromes() -> list[int]:
    """What the product's own CRC says to each single flipped bit of a whole code word."""
    good = bytes(16) + frame.crc16(bytes(16)).to_bytes(2, "big")
    return [frame.crc16((int.from_bytes(good, "big") ^ (1 << bit)).to_bytes(18, "big")) for bit in range(CODE_BITS)]


def unseen(syndromes: list[int], weight: int) -> int:
    ffi, lib = codec()
    return int(lib.campaign_undetected(ffi.new("uint16_t[]", syndromes), len(syndromes), weight))


@pytest.mark.req("SR7")
@pytest.mark.parametrize("weight", [1, 2, 3, 4, 5])
def test_no_error_of_up_to_five_bits_in_a_frame_of_sixteen_data_bytes_passes(weight: int) -> None:
    """Every one of the (144 over weight) patterns is tried, 481 million of five bits."""
    assert unseen(product_syndromes(), weight) == 0


def test_the_count_is_a_real_one() -> None:
    """With every bit alike, each even pattern passes: the counter must find exactly so many."""
    assert [unseen([1] * CODE_BITS, weight) for weight in (1, 2, 3, 4)] == [0, comb(CODE_BITS, 2), 0, comb(CODE_BITS, 4)]


@pytest.mark.parametrize("polynomial", [CCITT, 0x21B3])
def test_ccitt_and_the_mistaken_translation_of_ours_let_four_flipped_bits_pass(polynomial: int) -> None:
    """0x21B3 is what one gets by taking 0x90D9 for Koopman's notation (which leaves out the lowest term instead of the highest)."""
    assert unseen(syndromes_of(polynomial), 4) > 0


def test_the_products_crc_is_the_polynomial_0x90d9() -> None:
    assert protocol.CRC_POLYNOMIAL == PRODUCT
    assert product_syndromes() == syndromes_of(PRODUCT)


@pytest.mark.req("SR7")
@given(data=st.binary(min_size=16, max_size=16), weight=st.integers(1, 2))
def test_the_boards_decoder_refuses_every_one_and_two_bit_error_whatever_the_data(data: bytes, weight: int) -> None:
    _, lib = codec()
    assert lib.campaign_through_decoder(data, weight) == 0


def test_the_boards_decoder_refuses_every_three_bit_error() -> None:
    _, lib = codec()
    assert lib.campaign_through_decoder(bytes(range(16)), 3) == 0


def test_the_campaign_delivers_what_is_not_damaged() -> None:
    """Otherwise its zeros above and below would mean nothing."""
    ffi, lib = codec()
    result = ffi.new("campaign_t *")
    lib.campaign_flips(1, 1000, 0, result)
    assert (result.delivered, result.forged) == (1000, 0)


def test_a_longer_frame_does_not_compile(tmp_path: Path) -> None:
    """17 data bytes would leave what is proven; 135 bits is where the distance ends, and the fields are whole bytes."""
    with pytest.raises(subprocess.CalledProcessError):
        compile_library(tmp_path, "-include", str(_header_with(tmp_path, "#define PROTOCOL_FRAME_BYTES 17U")), "-DPROTOCOL_H")


def test_the_header_trick_of_the_test_above_compiles_with_sixteen(tmp_path: Path) -> None:
    compile_library(tmp_path, "-include", str(_header_with(tmp_path, "#define PROTOCOL_FRAME_BYTES 16U")), "-DPROTOCOL_H")


def _header_with(folder: Path, define: str) -> Path:
    """The generated header with another frame length, read instead of the real one."""
    real = Path(__file__).resolve().parents[2] / "firmware/core/protocol.h"
    text = real.read_text(encoding="utf-8").replace("#ifndef PROTOCOL_H\n#define PROTOCOL_H", "#ifndef OTHER_H\n#define OTHER_H")
    changed = text.replace("#define PROTOCOL_FRAME_BYTES 16U", define)
    assert define in changed
    path = folder / "other.h"
    path.write_text(changed, encoding="utf-8")
    return path


@pytest.mark.req("SR7")
def test_a_bad_line_forges_nothing_in_two_hundred_thousand_damaged_frames() -> None:
    """Faults 26 and 27: 2 % of bytes flipped, 2 % lost, some doubled; whatever still comes through is what was sent."""
    ffi, lib = codec()
    result = ffi.new("campaign_t *")
    lib.campaign_noise(7, 400_000, 20_000, 20_000, 2_000, result)
    assert result.damaged >= 200_000
    assert result.delivered > 100_000
    assert (result.forged, result.forged_messages) == (0, 0)


def test_the_measure_of_what_is_left_counts_what_it_should() -> None:
    """One flipped bit in a million frames forges none; the mean over error rates is a plain binomial."""
    assert forged_of(1, 100_000) == (0, 0)
    assert per_frame([0.0, 1.0], 1e-6) == pytest.approx(160e-6, rel=1e-3)
    assert per_frame([0.0, 0.0, 0.0], 0.5) == 0.0
