"""The count of the rest tick by tick, on both sides of its bounds: where it counts, what it takes, what clears it (SR3)."""

from __future__ import annotations

import pytest

from tests.firmware.parts import PAIR_MS, Parts, Value, Whole

BEFORE, GATE, PAST = 0, 1, 2


def table(angle_cdeg: int, **more: Value) -> Parts:
    """At rest with the brake set; the zone already known from one tick there."""
    parts = Parts().set({"angle.angle_cdeg": angle_cdeg, "rest.place_cdeg": angle_cdeg, "rest.low_cdeg": 9000})
    return parts.set({name.replace("__", "."): value for name, value in more.items()})


def run(parts: Parts, ms: int = PAIR_MS, angle_cdeg: int | None = None) -> Parts:
    assert ms % PAIR_MS == 0, "counted in every second tick"
    for _ in range(ms // PAIR_MS):
        if angle_cdeg is not None:
            parts.set({"angle.angle_cdeg": angle_cdeg})
        parts.lib.rest_update(parts.board)
    return parts


def left_ms(parts: Parts) -> int:
    return int(parts.lib.rest_left_ms(parts.board))


@pytest.mark.req("SR3")
@pytest.mark.parametrize(
    ("angle_cdeg", "from_zone", "zone"),
    [
        (3201, BEFORE, BEFORE), (3200, BEFORE, BEFORE), (3191, BEFORE, BEFORE), (3190, BEFORE, GATE), (3000, BEFORE, GATE),
        (3200, GATE, GATE), (3201, GATE, BEFORE), (2800, GATE, GATE), (2799, GATE, PAST), (2800, PAST, PAST), (2809, PAST, PAST),
        (2810, PAST, GATE), (2799, BEFORE, PAST), (-7000, BEFORE, PAST), (3201, PAST, BEFORE),
        (3200, PAST, PAST), (2800, BEFORE, BEFORE),
    ],
)  # fmt: skip
def test_a_zone_ends_at_two_degrees_and_is_entered_a_tenth_inside(angle_cdeg: int, from_zone: int, zone: int) -> None:
    assert run(table(angle_cdeg, rest__zone=from_zone)).get("rest.zone") == zone


@pytest.mark.req("SR3")
@pytest.mark.parametrize(
    ("angle_cdeg", "asked_ms"), [(3000, 12_000), (3200, 12_000), (2800, 12_000), (2799, 10_000), (0, 10_000), (-7199, 10_000)]
)
def test_twelve_seconds_in_the_gate_and_ten_past_it_to_two_milliseconds(angle_cdeg: int, asked_ms: int) -> None:
    parts = table(angle_cdeg, rest__zone=GATE if angle_cdeg >= 2800 else PAST)
    run(parts, asked_ms - PAIR_MS)
    assert not parts.get("rest.done")
    assert left_ms(parts) == PAIR_MS
    run(parts)
    assert parts.get("rest.done")
    assert (parts.get("rest.done_cdeg"), parts.get("rest.low_cdeg")) == (angle_cdeg, angle_cdeg)
    assert left_ms(parts) == 0


@pytest.mark.req("SR3")
def test_before_the_gate_no_time_counts_as_the_rest() -> None:
    parts = run(table(3300), 20_000)
    assert not parts.get("rest.done")
    assert left_ms(parts) == 12_000


@pytest.mark.req("SR3")
def test_within_three_degrees_of_upright_rest_no_rest_is_asked() -> None:
    assert left_ms(table(-7200, rest__zone=PAST)) == 0
    assert left_ms(table(-7199, rest__zone=PAST)) == 10_000


@pytest.mark.req("SR3")
@pytest.mark.parametrize("moving", [{"angle__at_rest": False}, {"drive__brake_released": True}])
def test_only_standing_with_the_brake_set_counts(moving: dict[str, Value]) -> None:
    parts = run(table(3000, rest__zone=GATE, **moving), 13_000)
    assert not parts.get("rest.done")
    assert parts.get("rest.rest_ms") == 0


@pytest.mark.req("SR3")
def test_the_count_begins_again_more_than_two_degrees_away_past_the_gate() -> None:
    parts = run(table(1500, rest__zone=PAST), 5000)
    run(parts, PAIR_MS, 1700)
    assert parts.get("rest.rest_ms") == 5000 + PAIR_MS
    run(parts, PAIR_MS, 1701)
    assert parts.get("rest.rest_ms") == PAIR_MS
    assert parts.get("rest.place_cdeg") == 1701


@pytest.mark.req("SR3")
def test_past_the_gate_the_place_is_where_it_stands_not_where_it_last_passed() -> None:
    """Passing by, it noted a place every two degrees: 0.3 s at one end of such a stretch counted 2.9 degrees away."""
    parts = run(table(1500, rest__zone=PAST, angle__at_rest=False), 6)
    run(parts, 6, 1360)
    parts.set({"angle.at_rest": True})
    run(parts, 300, 1360)
    assert parts.read("rest.rest_ms rest.place_cdeg") == (300, 1360)
    run(parts, PAIR_MS, 1159)
    assert parts.get("rest.rest_ms") == PAIR_MS


@pytest.mark.req("SR3")
def test_inside_the_gate_two_degrees_either_way_are_the_same_place() -> None:
    parts = run(table(2850, rest__zone=GATE), 5000)
    run(parts, PAIR_MS, 3150)
    assert parts.get("rest.rest_ms") == 5000 + PAIR_MS


@pytest.mark.req("SR3")
def test_another_zone_begins_a_new_count() -> None:
    parts = run(table(3000, rest__zone=GATE), 5000)
    run(parts, PAIR_MS, 2700)
    assert (parts.get("rest.zone"), parts.get("rest.rest_ms"), parts.get("rest.place_cdeg")) == (PAST, PAIR_MS, 2700)


@pytest.mark.req("SR3")
def test_going_down_more_than_two_degrees_clears_what_was_taken_and_rising_does_not() -> None:
    parts = run(table(1000, rest__zone=PAST), 10_000)
    run(parts, PAIR_MS, 400)
    assert parts.get("rest.done")
    assert parts.get("rest.low_cdeg") == 400
    run(parts, PAIR_MS, 600)
    assert parts.get("rest.done")
    run(parts, PAIR_MS, 601)
    assert not parts.get("rest.done")


@pytest.mark.req("SR3")
def test_half_a_degree_back_over_the_edge_of_the_gate_is_before_it_and_clears_the_rest_too() -> None:
    parts = run(table(3150, rest__zone=GATE), 12_000)
    assert parts.get("rest.done")
    parts.set({"angle.angle_cdeg": 3201}).call("rest_update")
    assert not parts.get("rest.done")


@pytest.mark.req("SR3")
def test_what_was_taken_at_a_place_is_kept_there_however_low_the_table_was_before() -> None:
    parts = run(table(3000, rest__zone=GATE), 12_100)
    assert parts.get("rest.done")
    parts = run(table(1000, rest__zone=PAST, rest__low_cdeg=500), 10_100)
    assert parts.read("rest.done rest.low_cdeg") == (True, 1000)


@pytest.mark.req("SR3")
def test_a_new_zone_is_a_new_place_however_near() -> None:
    parts = run(table(2850, rest__zone=GATE))
    parts.set({"angle.angle_cdeg": 2700}).call("rest_update")
    assert parts.read("rest.zone rest.place_cdeg") == (PAST, 2700)


@pytest.mark.req("SR3")
def test_before_the_gate_nothing_taken_is_kept() -> None:
    parts = run(table(3000, rest__zone=GATE), 12_000)
    run(parts, PAIR_MS, 3201)
    assert not parts.get("rest.done")


@pytest.mark.req("SR3")
@pytest.mark.parametrize(
    ("angle_cdeg", "zone", "kept"), [(1200, PAST, True), (1201, PAST, False), (799, PAST, False), (800, PAST, True), (3000, GATE, True)]
)
def test_a_return_that_begins_elsewhere_past_the_gate_needs_a_rest_of_its_own(angle_cdeg: int, zone: int, kept: bool) -> None:
    parts = table(angle_cdeg, rest__zone=zone, rest__done=True, rest__done_cdeg=1000)
    parts.lib.rest_begin_return(parts.board)
    assert bool(parts.get("rest.done")) is kept


@pytest.mark.req("SR3", "SR8")
def test_with_no_angle_nothing_counts() -> None:
    parts = run(table(3000, rest__zone=GATE, angle__lost=True), 13_000)
    assert parts.get("rest.rest_ms") == 0
    assert not parts.get("rest.done")


@pytest.mark.req("SR3", "SR8")
def test_of_two_doubted_sensors_each_asks_for_its_own_rest() -> None:
    parts = run(table(3000, rest__zone=GATE, angle__disputed=True), 12_000 - PAIR_MS)
    assert parts.get("angle.leg") == 0
    run(parts)
    assert parts.get("angle.leg") == 1
    run(parts, 6)
    assert parts.get("angle.leg") == 2
    sure = run(table(3000, rest__zone=GATE), 12_010)
    assert sure.get("angle.leg") == 0


@pytest.mark.req("SR3")
def test_what_is_left_counts_down_where_the_table_stands() -> None:
    assert left_ms(run(table(3000, rest__zone=GATE), 4000)) == 8000
    assert left_ms(run(table(1000, rest__zone=PAST), 4000)) == 6000
    assert left_ms(table(1000, rest__zone=PAST, rest__rest_ms=10_000)) == 10_000, "taken, then cleared: all of it again"


@pytest.mark.req("SR3")
@pytest.mark.parametrize("ticks_before", [200, 201])
def test_in_the_boards_own_ticks_the_rest_counts_as_much_as_passes(ticks_before: int) -> None:
    board = Whole(angle_deg=30.0).ticks(ticks_before)
    counted_ms = board.get("rest.rest_ms")
    assert board.ticks(500).get("rest.rest_ms") == counted_ms + 500
