"""A potentiometer that is the only witness and sees the table fall, on both sides of every bound (SR4, SR9, F79)."""

from __future__ import annotations

import pytest

from tests.firmware.parts import TURN_MS, Value
from tests.firmware.test_vote_parts import JUMP_MS, angle, imu, moved, vote

ALONE = [{"encoder_out": True}, {"disputed": True}]


@pytest.mark.req("SR4", "SR9")
@pytest.mark.parametrize("state", ALONE)
@pytest.mark.parametrize(
    ("pot", "since_ms", "falls"),
    [
        (40, 1, True),
        (-40, 1, True),
        (39, 1, False),
        (-39, 1, False),
        (40, 98, True),
        (39, 98, False),
        (-39, 98, False),
        (40, 99, True),
        (39, 99, False),
        (-39, 99, False),
        (40, 0, True),
    ],
)
def test_four_tenths_of_a_degree_in_a_tenth_of_a_second_are_a_fall(state: dict[str, Value], pot: int, since_ms: int, falls: bool) -> None:
    """4 deg/s by the only witness there is: the drive turns a table that hangs on it with 1.5, and no limit is over 3."""
    parts = vote(angle(pot_raw_cdeg=pot + 300, pot_cdeg=pot + 300, fall_cdeg=300, check_pot_cdeg=pot + 300, fall_ms=since_ms, **state))
    assert bool(parts.get("angle.falls")) is falls
    assert parts.read("angle.fall_ms angle.fall_cdeg") == ((0, pot + 300) if falls or since_ms == 99 else (since_ms + 1, 300))
    assert not vote(parts).get("angle.falls"), "named once: the next fall is a fault of its own"


@pytest.mark.req("SR4", "SR9")
def test_what_takes_longer_is_a_table_that_turns() -> None:
    parts = vote(angle(pot_raw_cdeg=39, pot_cdeg=39, check_pot_cdeg=39, fall_ms=99, encoder_out=True))
    assert parts.read("angle.falls angle.fall_ms angle.fall_cdeg") == (False, 0, 39)


@pytest.mark.req("SR8", "SR9")
@pytest.mark.parametrize(
    "unlike",
    [{"encoder_out": False}, {"disputed": True, "encoder_out": False, **imu(0)}, {"pot_raw_cdeg": 101}],
    ids=["believed", "a third is there", "a jump"],
)
def test_no_fall_is_what_another_witness_can_judge_nor_a_jump(unlike: dict[str, Value]) -> None:
    about = {"pot_raw_cdeg": 40, "pot_cdeg": 40, "check_pot_cdeg": 40, "encoder_cdeg": 40, "check_encoder_cdeg": 40, "encoder_out": True}
    assert vote(angle(**about)).get("angle.falls")
    assert not vote(angle(**{**about, **unlike})).get("angle.falls")


@pytest.mark.req("SR8", "SR9")
@pytest.mark.parametrize("state", ALONE)
@pytest.mark.parametrize("ahead", [61, -61])
def test_a_jump_is_no_fall_from_its_first_millisecond_on_and_the_next_fall_is_counted_from_where_it_ended(
    state: dict[str, Value], ahead: int
) -> None:
    """Fault 6: the filter takes its time to a place where the potentiometer has been from the first moment on."""
    parts = vote(angle(pot_raw_cdeg=ahead, fall_cdeg=10, fall_ms=5, **state))
    assert parts.read("angle.jump_ms angle.falls angle.fall_ms angle.fall_cdeg") == (1, False, 0, 0)
    jumped = vote(parts, times=JUMP_MS // TURN_MS - 1)
    assert jumped.read("angle.falls angle.pot_cdeg angle.fall_cdeg angle.fall_ms") == (False, ahead, ahead, 0)
    assert vote(jumped).read("angle.jump_ms angle.falls angle.fall_ms") == (0, False, 1), "over, and nothing has fallen"


@pytest.mark.req("SR8", "SR9")
def test_what_is_no_jump_leaves_the_count_alone() -> None:
    parts = vote(angle(pot_raw_cdeg=60, fall_cdeg=10, fall_ms=5, encoder_out=True))
    assert parts.read("angle.jump_ms angle.falls angle.fall_ms angle.fall_cdeg") == (0, False, 6, 10)


@pytest.mark.req("SR8", "SR9")
@pytest.mark.parametrize(
    ("pot", "encoder", "parted"),
    [
        (51, 25, True),
        (51, -25, True),
        (-51, 25, True),
        (-51, -25, True),
        (50, 0, False),
        (-50, 0, False),
        (51, 26, False),
        (51, -26, False),
    ],
)
def test_half_a_degree_of_the_potentiometer_and_less_than_half_of_it_of_the_encoder_are_a_table_that_has_parted(
    pot: int, encoder: int, parted: bool
) -> None:
    """However slowly it went: a gear that is broken lets the table creep before it falls (F79), and no Pi is there to say so."""
    parts = vote(angle(pot_raw_cdeg=pot, pot_cdeg=pot, fall_cdeg=pot, encoder_cdeg=encoder, disputed=True))
    assert bool(parts.get("angle.falls")) is parted
    assert parts.get("angle.check_pot_cdeg") == (pot if parted else 0)


BROKEN = {"imu_valid": True, "check_imu_valid": True}


@pytest.mark.req("SR8", "SR9")
@pytest.mark.parametrize(
    ("pot", "driven", "rate_cdps", "parts"),
    [
        (100, 1, 21, True), (100, 1, -21, True), (100, 1, 20, False), (100, 1, -20, False), (100, 1, 0, False),
        (-100, -1, -21, True), (-100, -1, -20, False), (-100, -1, 0, False),
        (100, -1, 0, True), (-100, 1, 0, True),
        (100, 0, 150, False), (-100, 0, 150, False),
    ],
)  # fmt: skip
def test_a_motor_that_turns_or_a_table_that_comes_back_on_it_has_parted_and_a_dead_encoder_has_not(
    pot: int, driven: int, rate_cdps: int, parts: bool
) -> None:
    """F79 and F90 are alike to the vote, two witnesses against the encoder; with a dead one nothing is seen to turn and the table obeys."""
    found = moved(pot, 0, driven, rate_cdps=rate_cdps, imu_cdeg=pot, fall_cdeg=pot, **BROKEN)
    assert found.read("angle.encoder_out angle.falls") == (True, parts)
    assert not vote(found, driven).get("angle.falls"), "named once"


@pytest.mark.req("SR8", "SR9")
@pytest.mark.parametrize(
    ("pot", "driven", "parts"), [(1, -1, True), (0, -1, False), (-1, -1, False), (-1, 1, True), (0, 1, False), (1, 1, False)]
)
def test_any_way_back_on_its_motor_is_one(pot: int, driven: int, parts: bool) -> None:
    found = moved(pot, 100 * driven, driven, imu_cdeg=pot, fall_cdeg=pot, **BROKEN)
    assert found.read("angle.encoder_out angle.falls") == (True, parts)


@pytest.mark.req("SR8", "SR9")
@pytest.mark.parametrize(
    ("pot", "encoder", "third"), [(0, 100, 100), (100, 0, 64), (50, 0, 50)], ids=["the other lies", "nobody knows", "agreed"]
)
def test_who_was_not_voted_out_has_parted_from_nothing(pot: int, encoder: int, third: int) -> None:
    found = moved(pot, encoder, 1, rate_cdps=150, imu_cdeg=third, fall_cdeg=pot, **BROKEN)
    assert found.read("angle.encoder_out angle.falls") == (False, False)


@pytest.mark.req("SR9")
@pytest.mark.parametrize("falls", [True, False])
def test_a_fall_is_overspeed(falls: bool) -> None:
    parts = angle(falls=falls)
    assert bool(parts.lib.rules_overspeed(parts.board, parts.seen)) is falls
