"""A dead or reversed encoder on the board's C code alone, undefined behaviour aborting, on a table of a few lines (SR8)."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from cffi import FFI

ROOT = Path(__file__).resolve().parents[2]
DECLARATIONS = """
typedef struct { uint16_t pot_counts, current_counts, battery_counts, mains_counts, bandgap_counts; int32_t encoder_counts;
  bool estop_a_closed, estop_b_closed, end_stop_up_closed, end_stop_down_closed, ankle_left_closed, ankle_right_closed,
  start_pressed, return_pressed, ok_pressed, release_pulled, overcurrent_latched, self_check_ok;
  uint8_t rx_count; uint8_t rx[40]; } board_in_t;
typedef struct { int16_t duty; bool brake_released, contactor_closed; uint8_t buzzer; bool save_memory;
  uint8_t tx_count; uint8_t tx[16]; } board_out_t;
typedef struct { bool estop_latched, fault_latched, level_wait, estop_cycle_due; uint16_t inverted_ds, boot_count; bool calibrated;
  uint16_t pot_zero_counts; int16_t pot_span_counts, encoder_span_counts; } board_memory_t;
void board_start(void *, const board_memory_t *, uint8_t);
void board_tick(void *, const board_in_t *, board_out_t *);
"""
HEALTHY = (
    *("estop_a_closed", "estop_b_closed", "end_stop_up_closed", "end_stop_down_closed"),
    *("ankle_left_closed", "ankle_right_closed", "self_check_ok"),
)


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> tuple[FFI, Any]:
    folder = tmp_path_factory.mktemp("board")
    subprocess.run(["make", "-s", "-C", str(ROOT / "firmware"), f"BUILD={folder}", "ubsan"], check=True, timeout=300)
    ffi = FFI()
    ffi.cdef(DECLARATIONS)
    return ffi, ffi.dlopen(str(folder / "libboard-ubsan.so"))


def come_up(board: tuple[FFI, Any], counts: float, seconds: int, counts_per_a: float = 20.48) -> tuple[float, float, float]:
    """Silent Pi, a person at 40 degrees who presses RETURN every 20 s; from 4 s on the encoder counts `counts` times the truth.

    (last angle in degrees, greatest rate in deg/s, seconds at rest within 28..32 degrees)
    """
    ffi, lib = board
    state = ffi.new("char[1024]")
    memory = ffi.new("board_memory_t *", {"calibrated": True, "pot_zero_counts": 2046, "pot_span_counts": 1925, "encoder_span_counts": 222})
    lib.board_start(state, memory, 1)
    seen, does = ffi.new("board_in_t *", dict.fromkeys(HEALTHY, True)), ffi.new("board_out_t *")
    seen.current_counts, seen.battery_counts, seen.mains_counts, seen.bandgap_counts = 512, 774, 774, 225
    angle, rate, encoder, free_ms, peak, rest_s = 40.0, 0.0, 0.0, 0, 0.0, 0.0
    for ms in range(seconds * 1000):
        free_ms = min(free_ms + 1, 50) if does.brake_released else 0
        rate = rate + (does.duty * 0.0067 - rate) / 30.0 if free_ms >= 50 else 0.0
        angle += rate * 0.001
        seen.current_counts = 512 + round(counts_per_a * 45.0 * (does.duty * 0.001 - rate / 6.7)) if does.brake_released else 512
        encoder += rate * 0.222 * (counts if ms > 4000 else 1.0)
        seen.encoder_counts, seen.pot_counts = int(encoder), int(2046.5 + 19.25 * angle)
        seen.return_pressed = ms > 8000 and ms % 20000 < 200
        lib.board_tick(state, seen, does)
        peak = max(peak, abs(rate))
        rest_s += 0.001 if 28.0 < angle < 32.0 and rate == 0.0 else 0.0
        if angle < -74.0:
            break
    return angle, peak, rest_s


@pytest.mark.req("SR8", "SR3", "SR4")
@pytest.mark.parametrize("counts", [1.0, 0.0, -1.0], ids=["good", "frozen", "reversed"])
def test_whatever_the_encoder_counts_the_person_comes_up_slowly_and_through_the_rest(board: tuple[FFI, Any], counts: float) -> None:
    angle_deg, peak_dps, rest_s = come_up(board, counts, 400)
    assert angle_deg < -74.0
    assert peak_dps < 3.0
    assert rest_s > 11.9


@pytest.mark.req("SR8", "SR9")
@pytest.mark.parametrize("counts", [1.0, 0.0], ids=["good", "frozen"])
def test_a_current_sense_that_is_dead_stops_the_way_up_three_times_and_no_more(board: tuple[FFI, Any], counts: float) -> None:
    """What acceleration needs is missing in the reading: that looks like a load that has changed."""
    angle_deg, peak_dps, rest_s = come_up(board, counts, 300, counts_per_a=0.0)
    assert angle_deg < -74.0
    assert peak_dps < 3.0
    assert rest_s > 11.9
