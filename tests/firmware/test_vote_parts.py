"""Who of the witnesses is believed, on both sides of every bound: motion, place, noise, jumps, a third witness, the drive (SR8)."""

from __future__ import annotations

import pytest

from tests.firmware.parts import TURN_MS, Parts, Value

SLIP_MS = JUMP_MS = 4
NEVER_MS = 0
VERDICT = "angle.pot_out angle.encoder_out angle.disputed"
NOBODY, POT, ENCODER, DOUBT = (False, False, False), (True, False, False), (False, True, False), (False, False, True)


def angle(**members: Value) -> Parts:
    """Everybody at level and believed, the checkpoint there too."""
    return Parts().set({"angle.angle_cdeg": 0, **{f"angle.{name}": value for name, value in members.items()}})


def vote(parts: Parts, driven: int = 0, times: int = 1) -> Parts:
    for _ in range(times):
        parts.lib.vote_update(parts.ffi.addressof(parts.board, "angle"), driven)
    return parts


def moved(pot: int, encoder: int, driven: int = 0, **members: Value) -> Parts:
    """Since the checkpoint at level, for long enough to count."""
    about = {"pot_raw_cdeg": pot, "pot_cdeg": pot, "encoder_cdeg": encoder, "slip_ms": SLIP_MS - TURN_MS}
    return vote(angle(**{**about, **members}), driven)


def imu(now: int, before: int = 0) -> dict[str, Value]:
    return {"imu_valid": True, "imu_cdeg": now, "check_imu_cdeg": before, "check_imu_valid": True}


# ------------------------------------------------------------ motion since a checkpoint


@pytest.mark.req("SR8")
@pytest.mark.parametrize(("pot", "encoder"), [(51, 0), (-51, 0), (0, 51), (0, -51), (20, -31)])
def test_half_a_degree_of_unlike_motion_is_a_dispute(pot: int, encoder: int) -> None:
    assert moved(pot, encoder).read(VERDICT) == DOUBT


@pytest.mark.req("SR8")
@pytest.mark.parametrize(("pot", "encoder"), [(50, 0), (-50, 0), (0, 50), (0, -50), (400, 350)])
def test_less_is_none(pot: int, encoder: int) -> None:
    parts = moved(pot, encoder)
    assert parts.read(VERDICT) == NOBODY
    assert parts.get("angle.slip_ms") == 0


@pytest.mark.req("SR8")
def test_a_dispute_takes_more_than_a_moment() -> None:
    assert moved(51, 0, slip_ms=SLIP_MS - 2 * TURN_MS if SLIP_MS > TURN_MS else 0).read(VERDICT) == NOBODY


@pytest.mark.req("SR8")
@pytest.mark.parametrize(
    ("pot", "encoder", "third", "verdict"),
    [
        (100, 0, 65, ENCODER), (100, 0, 64, DOUBT), (0, 100, 65, POT), (0, 100, 64, DOUBT), (0, 100, 35, ENCODER),
        (100, 1, 65, DOUBT), (-100, 0, -65, ENCODER),
        (51, 0, 51, ENCODER), (51, 0, 0, POT), (100, 0, 135, ENCODER), (100, 0, 136, DOUBT),
    ],
)  # fmt: skip
def test_a_third_witness_decides_if_it_moved_like_one_and_clearly_unlike_the_other(
    pot: int, encoder: int, third: int, verdict: tuple[bool, ...]
) -> None:
    assert moved(pot, encoder, **imu(third)).read(VERDICT) == verdict
    assert moved(pot, encoder, **imu(third + 5, 5)).read(VERDICT) == verdict, "its motion counts, not its place"


@pytest.mark.req("SR8")
@pytest.mark.parametrize("unlike", [{"imu_valid": False}, {"check_imu_valid": False}])
def test_a_third_witness_that_was_not_there_at_the_checkpoint_or_is_not_now_decides_nothing(unlike: dict[str, Value]) -> None:
    assert moved(100, 0, **{**imu(100), **unlike}).read(VERDICT) == DOUBT


@pytest.mark.req("SR8")
@pytest.mark.parametrize(
    ("pot", "encoder", "driven", "verdict"),
    [
        (66, 14, 1, ENCODER), (66, 15, 1, DOUBT), (-66, -14, -1, ENCODER), (-66, -15, -1, DOUBT), (66, 14, 0, DOUBT), (66, 14, -1, DOUBT),
        (15, -36, 1, ENCODER), (14, -37, 1, DOUBT), (-15, 36, -1, ENCODER), (-14, 37, -1, DOUBT), (0, 60, 1, DOUBT),
    ],
)  # fmt: skip
def test_without_a_third_the_drive_speaks_for_the_potentiometer_and_never_for_the_encoder(
    pot: int, encoder: int, driven: int, verdict: tuple[bool, ...]
) -> None:
    assert moved(pot, encoder, driven).read(VERDICT) == verdict


@pytest.mark.req("SR8")
def test_the_drive_does_not_speak_for_a_potentiometer_that_has_just_jumped() -> None:
    assert moved(66, 14, 1, pot_raw_cdeg=66 + 61).read(VERDICT) == DOUBT
    assert moved(66, 14, 1, pot_raw_cdeg=66 + 60).read(VERDICT) == ENCODER


END_CDEG = 14_000
"""As far as an angle goes, either way."""


@pytest.mark.req("SR8")
@pytest.mark.parametrize(("pot", "encoder"), [(16_384, -16_384), (-16_384, 16_384), (28_000, -28_000), (-28_000, 28_000)])
def test_sensors_that_jump_from_end_to_end_are_far_apart_and_no_sixteen_bits_wrap_that_round(pot: int, encoder: int) -> None:
    assert from_end_to_end(pot, encoder, imu_valid=False).read(VERDICT) == DOUBT


@pytest.mark.req("SR8")
@pytest.mark.parametrize(
    ("pot", "encoder", "third", "verdict"),
    [
        (16_384, -8000, -16_384, DOUBT), (-16_384, 8000, 16_384, DOUBT), (8000, -16_384, 16_384, DOUBT),
        (28_000, -28_000, -28_000, POT), (28_000, -28_000, 28_000, ENCODER),
    ],
)  # fmt: skip
def test_nor_the_way_from_one_of_them_to_the_third_witness(pot: int, encoder: int, third: int, verdict: tuple[bool, ...]) -> None:
    third_began = -END_CDEG if third > 0 else END_CDEG
    about: dict[str, Value] = {"imu_valid": True, "check_imu_valid": True, "check_imu_cdeg": third_began, "imu_cdeg": third_began + third}
    assert from_end_to_end(pot, encoder, **about).read(VERDICT) == verdict


def from_end_to_end(pot: int, encoder: int, **members: Value) -> Parts:
    """Moved so far since the checkpoint, each beginning at the end it moved away from."""
    pot_began, encoder_began = (-END_CDEG if moved_cdeg > 0 else END_CDEG for moved_cdeg in (pot, encoder))
    about: dict[str, Value] = {"check_pot_cdeg": pot_began, "check_encoder_cdeg": encoder_began, "pot_raw_cdeg": pot_began + pot}
    about |= {"pot_cdeg": pot_began + pot, "encoder_cdeg": encoder_began + encoder, "slip_ms": SLIP_MS - TURN_MS}
    return vote(angle(**about, **members))


CHECK = "angle.check_pot_cdeg angle.check_encoder_cdeg angle.check_imu_cdeg angle.check_imu_valid"


@pytest.mark.req("SR8")
@pytest.mark.parametrize(
    ("pot", "encoder", "taken"),
    [
        (99, 99, False), (100, 50, True), (50, 100, True), (-100, -50, True), (-50, -100, True), (99, 49, False), (101, 50, False),
        (49, 100, False),
    ],
)  # fmt: skip
def test_a_new_checkpoint_is_taken_after_a_degree_of_agreed_motion(pot: int, encoder: int, taken: bool) -> None:
    parts = moved(pot, encoder, slip_ms=NEVER_MS, imu_cdeg=7, imu_valid=True)
    assert parts.read(CHECK) == ((pot, encoder, 7, True) if taken else (0, 0, 0, False))


@pytest.mark.req("SR8")
def test_a_dispute_begins_a_new_checkpoint_and_a_new_count() -> None:
    parts = moved(60, 0, imu_cdeg=7, imu_valid=True)
    assert parts.read(CHECK) == (60, 0, 7, True)
    assert parts.get("angle.slip_ms") == 0


@pytest.mark.req("SR8")
@pytest.mark.parametrize(("pot", "verdict"), [(51, ENCODER), (50, DOUBT)])
def test_what_began_a_dispute_does_not_count_again(pot: int, verdict: tuple[bool, ...]) -> None:
    """Neither for a fall nor for the drive's word: from there on it takes the next motion."""
    parts = moved(60, 0, fall_cdeg=60)
    assert parts.read("angle.disputed angle.falls") == (True, False)
    assert vote(parts, driven=1).read(VERDICT) == DOUBT
    on = {"angle.pot_raw_cdeg": 60 + pot, "angle.pot_cdeg": 60 + pot}
    assert vote(parts.set(on), driven=1).read(VERDICT) == verdict


@pytest.mark.req("SR8", "SR3")
@pytest.mark.parametrize(("pot", "encoder", "inverted"), [(-299, -200, True), (-300, -200, False), (-200, -299, True), (-200, -300, False)])
def test_a_dispute_remembers_whether_both_said_head_down(pot: int, encoder: int, inverted: bool) -> None:
    parts = moved(pot, encoder, leg=2, check_pot_cdeg=-100, check_encoder_cdeg=-60)
    parts = parts if parts.get("angle.disputed") else moved(pot, encoder, leg=2, check_pot_cdeg=pot - 60, check_encoder_cdeg=encoder)
    assert parts.read("angle.disputed angle.leg angle.first_began_inverted") == (True, 0, inverted)


# ------------------------------------------------------------ places


def apart(cdeg: int, **members: Value) -> Parts:
    about = {"pot_raw_cdeg": cdeg, "pot_cdeg": cdeg, "check_pot_cdeg": cdeg, "apart_ms": 100}
    return vote(angle(**{**about, **members}))


@pytest.mark.req("SR8")
@pytest.mark.parametrize(("cdeg", "verdict"), [(151, DOUBT), (-151, DOUBT), (150, NOBODY), (-150, NOBODY)])
def test_a_degree_and_a_half_apart_for_longer_than_a_tenth_of_a_second_is_a_dispute(cdeg: int, verdict: tuple[bool, ...]) -> None:
    parts = apart(cdeg)
    assert parts.read(VERDICT) == verdict
    assert parts.get("angle.apart_ms") == 0
    assert apart(cdeg, apart_ms=100 - TURN_MS).read(VERDICT) == NOBODY


@pytest.mark.req("SR8")
@pytest.mark.parametrize(
    ("pot", "encoder", "third", "verdict"),
    [
        (151, 0, 0, POT), (151, 0, 1, DOUBT), (0, 30, -150, ENCODER), (0, 29, -150, DOUBT), (1, 31, -150, DOUBT), (0, 151, 0, ENCODER),
        (0, 151, 1, DOUBT), (30, 0, -150, POT), (-151, 0, 0, POT),
    ],
)  # fmt: skip
def test_a_dispute_is_settled_by_a_third_witness_near_one_and_clearly_not_near_the_other(
    pot: int, encoder: int, third: int, verdict: tuple[bool, ...]
) -> None:
    about = {"pot_raw_cdeg": pot, "pot_cdeg": pot, "encoder_cdeg": encoder, "check_pot_cdeg": pot, "check_encoder_cdeg": encoder}
    parts = vote(angle(**about, disputed=True, leg=1, imu_valid=True, imu_cdeg=third))
    assert parts.read(VERDICT) == verdict
    assert parts.get("angle.leg") == (1 if verdict == DOUBT else 0)


@pytest.mark.req("SR8")
@pytest.mark.parametrize(("pot", "driven", "verdict"), [(51, 1, ENCODER), (50, 1, DOUBT), (51, 0, DOUBT), (-51, -1, ENCODER)])
def test_or_by_the_next_motion_that_the_drive_asks_for(pot: int, driven: int, verdict: tuple[bool, ...]) -> None:
    assert vote(angle(pot_raw_cdeg=pot, pot_cdeg=pot, disputed=True), driven).read(VERDICT) == verdict
    elsewhere = {"pot_raw_cdeg": pot + 400, "pot_cdeg": pot + 400, "check_pot_cdeg": 400, "encoder_cdeg": -90, "check_encoder_cdeg": -90}
    assert vote(angle(**elsewhere, disputed=True), driven).read(VERDICT) == verdict


# ------------------------------------------------------------ opposite directions


@pytest.mark.req("SR8", "SR9")
@pytest.mark.parametrize("state", [{"disputed": True}, {"pot_out": True}, {"encoder_out": True}])
@pytest.mark.parametrize(
    ("pot", "encoder", "opposite"),
    [(30, -30, True), (-30, 30, True), (29, -30, False), (30, -29, False), (-29, 30, False), (-30, 29, False), (30, 30, False)],
)
def test_of_two_that_are_doubted_three_tenths_each_way_are_opposite(
    state: dict[str, Value], pot: int, encoder: int, opposite: bool
) -> None:
    about = {"pot_raw_cdeg": pot, "pot_cdeg": pot, "encoder_cdeg": encoder, "opposite_ms": SLIP_MS - TURN_MS, **state}
    assert vote(angle(**about)).read("angle.opposite angle.opposite_ms") == (opposite, SLIP_MS if opposite else 0)
    begun = {
        "pot_raw_cdeg": pot + 400,
        "pot_cdeg": pot + 400,
        "check_pot_cdeg": 400,
        "encoder_cdeg": encoder - 90,
        "check_encoder_cdeg": -90,
    }
    assert bool(vote(angle(**{**about, **begun})).get("angle.opposite")) is opposite, "from wherever the checkpoint was"
    assert not vote(angle(**{**about, "opposite_ms": 0}), times=SLIP_MS // TURN_MS - 1).get("angle.opposite")


@pytest.mark.req("SR8")
def test_of_two_that_are_believed_none_is_opposite_and_what_was_found_stays() -> None:
    assert not moved(20, -30, opposite_ms=SLIP_MS, slip_ms=NEVER_MS).get("angle.opposite")
    assert vote(angle(encoder_out=True, opposite=True)).get("angle.opposite")


@pytest.mark.req("SR8")
@pytest.mark.parametrize(
    ("pot", "encoder", "raw", "taken"),
    [(99, 0, 99, False), (100, 0, 100, True), (-100, 0, -100, True), (0, 100, 0, True), (0, -100, 0, True), (0, 99, 0, False),
     (30, -30, 91, True)],
)  # fmt: skip
def test_doubted_motion_is_judged_from_a_checkpoint_taken_after_a_degree_or_a_jump(pot: int, encoder: int, raw: int, taken: bool) -> None:
    parts = vote(angle(pot_raw_cdeg=raw, pot_cdeg=pot, encoder_cdeg=encoder, encoder_out=True, opposite_ms=SLIP_MS - TURN_MS))
    assert (parts.read(CHECK)[:2] == (pot, encoder)) is taken
    assert not parts.get("angle.opposite"), "a jump or one way alone is not opposite"


# ------------------------------------------------------------ noise, drops, jumps


@pytest.mark.req("SR8")
@pytest.mark.parametrize(("off", "verdict"), [(14, POT), (13, NOBODY), (-14, POT), (-13, NOBODY)])
def test_a_mean_deviation_of_thirteen_hundredths_is_a_good_potentiometers(off: int, verdict: tuple[bool, ...]) -> None:
    assert vote(angle(pot_raw_cdeg=off), times=1200 // TURN_MS).read(VERDICT) == verdict


@pytest.mark.req("SR8")
@pytest.mark.parametrize(("noisy_ms", "verdict"), [(60 - TURN_MS, POT), (60 - 2 * TURN_MS, NOBODY)])
def test_noise_counts_after_sixty_milliseconds(noisy_ms: int, verdict: tuple[bool, ...]) -> None:
    parts = vote(angle(pot_raw_cdeg=30, encoder_out=True), times=1200 // TURN_MS)
    assert parts.read(VERDICT) == ENCODER, "the last one left is kept, however poor"
    assert vote(parts.set({"angle.encoder_out": False, "angle.noisy_ms": noisy_ms})).read(VERDICT) == verdict


@pytest.mark.req("SR8", "SR9")
def test_in_a_dispute_noise_speaks_for_nobody() -> None:
    """The smoothing lags behind a table that falls by as much as noise would (F79), and it is the potentiometer that tells of the fall."""
    noisy: dict[str, Value] = {"pot_raw_cdeg": 30, "pot_noise_q6": 30 * 64, "noisy_ms": 60}
    assert vote(angle(**noisy)).read(VERDICT) == POT
    assert vote(angle(**noisy, disputed=True)).read(VERDICT) == DOUBT


@pytest.mark.req("SR8")
def test_three_times_a_good_ones_noise_is_found_within_a_tenth_of_a_second() -> None:
    """A mean over 64 ms passes 13 of 30 after 40 ms; then sixty more."""
    parts, passed_ms = angle(pot_raw_cdeg=30), 0
    while not parts.get("angle.pot_out") and passed_ms < 500:
        vote(parts)
        passed_ms += TURN_MS
    assert 90 <= passed_ms <= 115


@pytest.mark.req("SR8")
@pytest.mark.parametrize(("off", "counts"), [(900, 900), (901, 900), (-900, 900), (-901, 900), (899, 899), (-899, 899)])
def test_one_reading_counts_nine_degrees_at_most(off: int, counts: int) -> None:
    parts = vote(angle(pot_raw_cdeg=off, encoder_out=True))
    noise = next(name for name in dir(parts.board.angle) if name.startswith("pot_noise"))
    assert parts.get(f"angle.{noise}") == counts


@pytest.mark.req("SR8")
@pytest.mark.parametrize(("drops", "verdict"), [(3, POT), (2, NOBODY)])
def test_three_dropouts_a_second_are_a_bad_potentiometer(drops: int, verdict: tuple[bool, ...]) -> None:
    parts = vote(angle(pot_drops=drops, pot_cdeg=20, pot_raw_cdeg=20))
    assert parts.read(VERDICT) == verdict
    assert parts.get("angle.check_pot_cdeg") == (20 if drops == 3 else 0)


@pytest.mark.req("SR8")
@pytest.mark.parametrize(
    ("off", "jump_ms", "verdict", "place"),
    [
        (61, JUMP_MS - TURN_MS, POT, 61),
        (-61, JUMP_MS - TURN_MS, POT, -61),
        (60, JUMP_MS - TURN_MS, NOBODY, 0),
        (61, JUMP_MS - 2 * TURN_MS, NOBODY, 0),
        (-60, JUMP_MS, NOBODY, 0),
    ],
)
def test_a_potentiometer_that_is_ahead_of_its_own_filter_has_jumped(off: int, jump_ms: int, verdict: tuple[bool, ...], place: int) -> None:
    parts = vote(angle(pot_raw_cdeg=off, jump_ms=jump_ms))
    assert parts.read(VERDICT) == verdict
    assert parts.read("angle.pot_cdeg angle.check_pot_cdeg angle.pot_q16") == (place, place, place * 65536)


@pytest.mark.req("SR8")
@pytest.mark.parametrize("state", [{"encoder_out": True}, {"pot_out": True}])
def test_a_jump_of_the_only_one_left_is_no_motion_and_no_verdict(state: dict[str, Value]) -> None:
    parts = vote(angle(pot_raw_cdeg=61, jump_ms=JUMP_MS - TURN_MS, **state))
    assert parts.read(VERDICT) == (bool(state.get("pot_out")), bool(state.get("encoder_out")), False)
    assert parts.get("angle.pot_cdeg") == 61


# ------------------------------------------------------------ trusted, lost

THIRD_NEAR_POT, THIRD_NEAR_ENCODER, THIRD_NEAR_NONE, NO_THIRD = 0, 400, 200, None


@pytest.mark.req("SR8")
@pytest.mark.parametrize(
    ("state", "third", "trusted", "lost"),
    [
        ({}, NO_THIRD, True, False),
        ({}, THIRD_NEAR_NONE, True, False),
        ({"ready": False}, THIRD_NEAR_POT, False, True),
        ({"disputed": True}, NO_THIRD, False, False),
        ({"disputed": True}, THIRD_NEAR_POT, False, False),
        ({"disputed": True}, THIRD_NEAR_ENCODER, False, False),
        ({"disputed": True}, THIRD_NEAR_NONE, False, True),
        ({"disputed": True}, 150, False, False),
        ({"disputed": True}, 151, False, True),
        ({"disputed": True}, 250, False, False),
        ({"disputed": True}, 249, False, True),
        ({"pot_out": True}, NO_THIRD, False, False),
        ({"pot_out": True}, THIRD_NEAR_ENCODER, True, False),
        ({"pot_out": True}, THIRD_NEAR_POT, False, False),
        ({"encoder_out": True}, NO_THIRD, False, False),
        ({"encoder_out": True}, THIRD_NEAR_POT, True, False),
        ({"encoder_out": True}, THIRD_NEAR_ENCODER, False, False),
        ({"encoder_out": True, "ready": False}, THIRD_NEAR_POT, False, True),
        ({"declutched": True}, THIRD_NEAR_POT, True, False),
        ({"declutched": True}, NO_THIRD, False, False),
        ({"pot_out": True, "encoder_out": True}, THIRD_NEAR_POT, False, True),
        ({"pot_out": True, "declutched": True}, THIRD_NEAR_ENCODER, False, True),
    ],
)
def test_two_witnesses_that_agree_are_trusted_and_with_none_the_angle_is_lost(
    state: dict[str, Value], third: int | None, trusted: bool, lost: bool
) -> None:
    parts = angle(encoder_cdeg=400, imu_valid=third is not None, imu_cdeg=third or 0, lost_ms=50, **state)
    parts.lib.vote_trust(parts.ffi.addressof(parts.board, "angle"))
    assert parts.read("angle.trusted angle.lost angle.lost_ms") == (trusted, lost, 50 + TURN_MS if lost else 0)
