"""Angle and its witnesses on a board ticked by hand: calibrations, ends of the scale, the lever, what is believed at the start (SR8)."""

from __future__ import annotations

import pytest

from tests.firmware.parts import SPAN_COUNTS, ZERO_COUNTS, Parts, Value, Whole

SETTLED_MS = 80


@pytest.mark.req("SR8")
@pytest.mark.parametrize(
    ("member", "value", "believed"),
    [
        ("pot_zero_counts", 1000, False), ("pot_zero_counts", 1001, True), ("pot_zero_counts", 3099, True),
        ("pot_zero_counts", 3100, False),
        ("pot_span_counts", 1299, False), ("pot_span_counts", 1300, True), ("pot_span_counts", 2300, True),
        ("pot_span_counts", 2301, False),
        ("pot_span_counts", -1299, False), ("pot_span_counts", -1300, True), ("pot_span_counts", 0, False),
        ("encoder_span_counts", 19, False), ("encoder_span_counts", 20, True), ("encoder_span_counts", 2000, True),
        ("encoder_span_counts", 2001, False), ("encoder_span_counts", -20, True), ("encoder_span_counts", 0, False),
        ("calibrated", False, False),
    ],
)  # fmt: skip
def test_a_calibration_beyond_reason_is_none(member: str, value: Value, believed: bool) -> None:
    assert bool(Whole(**{member: value}).get("angle.calibrated")) is believed


@pytest.mark.req("SR8")
@pytest.mark.parametrize(("zero_counts", "pot_counts", "ends_at_cdeg"), [(1001, 3887, 14_000), (3099, 205, -14_000)])
def test_an_angle_beyond_any_place_of_the_table_ends_where_sixteen_bits_hold_two(
    zero_counts: int, pot_counts: int, ends_at_cdeg: int
) -> None:
    board = Whole(pot_zero_counts=zero_counts, pot_span_counts=1300)
    board.set({"in.pot_counts": pot_counts}).ticks(SETTLED_MS)
    assert board.get("angle.pot_cdeg") == ends_at_cdeg


@pytest.mark.req("SR8")
@pytest.mark.parametrize(("counts", "ends_at_cdeg"), [(10_000_000, 9500), (-10_000_000, -14_000)])
def test_an_encoder_that_counts_without_end_is_held_a_hundred_and_seventy_degrees_from_its_reference(
    counts: int, ends_at_cdeg: int
) -> None:
    board = Whole().ticks(SETTLED_MS)
    assert board.get("angle.ready")
    board.set({"in.encoder_counts": counts}).ticks(4)
    assert board.get("angle.encoder_cdeg") == pytest.approx(ends_at_cdeg, abs=6)


@pytest.mark.req("SR8")
@pytest.mark.parametrize(
    ("said_cdeg", "taken_cdeg"),
    [(18_000, 14_000), (14_001, 14_000), (13_999, 13_999), (-13_999, -13_999), (-14_001, -14_000), (-18_000, -14_000)],
)
def test_the_pis_angle_too_ends_where_sixteen_bits_hold_the_difference_of_two(said_cdeg: int, taken_cdeg: int) -> None:
    board = Whole().ticks(SETTLED_MS)
    board.set({"link.command.imu_angle_cdeg": said_cdeg}).ticks(4)
    assert board.get("angle.imu_cdeg") == taken_cdeg


@pytest.mark.req("SR8")
def test_a_potentiometer_that_drops_out_while_it_settles_delays_nothing_and_one_that_is_dead_is_never_ready() -> None:
    board = Whole().ticks(8)
    board.set({"in.pot_counts": 0}).ticks(SETTLED_MS)
    assert board.get("angle.ready")
    dead = Whole().set({"in.pot_counts": 0})
    assert not dead.ticks(500).get("angle.ready")


def drift(**more: Value) -> int:
    """How far the encoder is drawn to a potentiometer 0.3 degrees from it in a tenth of a second at upright rest."""
    board = Whole().ticks(1000)
    board.set({"in.pot_counts": board.seen.pot_counts + 6}).ticks(300)
    before = board.get("angle.encoder_reference_q16")
    board.set({name.replace("__", "."): value for name, value in more.items()}).ticks(100)
    return int(board.get("angle.encoder_reference_q16") - before)


@pytest.mark.req("SR8")
def test_at_upright_rest_the_encoder_is_drawn_to_the_potentiometer() -> None:
    assert drift() > 0


@pytest.mark.req("SR8")
@pytest.mark.parametrize(
    "unlike", [{"session__session_open": True}, {"angle__pot_out": True}, {"angle__encoder_out": True}, {"angle__disputed": True}]
)
def test_but_not_in_a_session_nor_by_a_sensor_that_is_voted_out(unlike: dict[str, Value]) -> None:
    assert drift(**unlike) == 0


@pytest.mark.req("SR8")
@pytest.mark.parametrize(("apart_cdeg", "drawn"), [(40, True), (100, False)])
def test_nor_by_one_that_is_half_a_degree_away(apart_cdeg: int, drawn: bool) -> None:
    board = Whole().ticks(400)
    for name in ("encoder_reference_q16", "encoder_q16", "position_q16"):
        board.set({f"angle.{name}": board.get(f"angle.{name}") - apart_cdeg * 65536})
    board.set({"angle.check_encoder_cdeg": board.get("angle.check_encoder_cdeg") - apart_cdeg})
    before = board.get("angle.encoder_reference_q16")
    board.ticks(8)
    assert not board.get("angle.disputed")
    assert (board.get("angle.encoder_reference_q16") > before) is drawn


@pytest.mark.req("SR8")
def test_while_both_are_believed_first_and_last_are_the_angle_and_while_they_are_doubted_the_lesser_and_the_greater() -> None:
    parts = Parts().set({"angle.angle_cdeg": 1000, "angle.pot_cdeg": 900, "angle.encoder_cdeg": 1200})
    angle = parts.ffi.addressof(parts.board, "angle")
    assert (parts.lib.angle_first_cdeg(angle), parts.lib.angle_last_cdeg(angle)) == (1000, 1000)
    parts.set({"angle.disputed": True})
    assert (parts.lib.angle_first_cdeg(angle), parts.lib.angle_last_cdeg(angle)) == (900, 1200)


@pytest.mark.req("SR8", "SR14")
@pytest.mark.parametrize("pot_out", [False, True])
def test_after_the_lever_the_encoder_learns_the_place_from_a_potentiometer_that_is_believed(pot_out: bool) -> None:
    board = Whole(angle_deg=20.0).ticks(200)
    board.set({"in.release_pulled": True}).ticks(8)
    assert board.get("angle.declutched")
    board.set({"in.pot_counts": round(ZERO_COUNTS - 10.0 * SPAN_COUNTS / 100.0)}).ticks(400)
    board.set({"angle.pot_out": pot_out, "in.release_pulled": False}).ticks(8)
    assert not board.get("angle.declutched")
    assert board.get("angle.encoder_cdeg") == pytest.approx(2000 if pot_out else -1000, abs=15)


@pytest.mark.req("SR8", "SR14")
def test_a_lost_angle_is_nowhere_not_even_at_upright_rest() -> None:
    board = Whole().ticks(200)
    assert board.get("angle.at_upright")
    board.set({"angle.pot_out": True, "angle.encoder_out": True}).ticks(8)
    assert board.get("angle.lost")
    assert not board.get("angle.at_upright")
