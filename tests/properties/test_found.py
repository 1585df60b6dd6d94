"""What random histories found, kept as sentences: smallest history, no seed, no drawing."""

from __future__ import annotations

import pytest

from controller.core.model import Mode
from tests.properties.histories import Deed, History
from tests.properties.judges import Judge
from tests.properties.person import comes_up
from tests.properties.phases import PHASES, Phase, begin
from tests.properties.properties import always_stops, can_always_come_up, never_on_its_own, never_past, never_skipped
from tests.properties.table import Table


@pytest.mark.req("SR1", "PU2")
def test_channels_that_differed_are_told_until_the_mushroom_was_pressed_again() -> None:
    """The mushroom was out, the board waited for both channels to cycle, and the display said: release the mushroom, hold RETURN."""
    table = begin(Phase("week 3", "resting"))
    table.world.inject("estop_wire_open")
    table.run(1.0)
    table.world.clear("estop_wire_open")
    table.run(1.0)
    table.press("return")
    table.run(4.0)
    assert str(table.mode) == str(Mode.STOPPED)
    first = table.pi.disk.outputs.reasons[0]
    assert "Press it in again" in first.way_back
    table.press("return", pressed=False)
    table.world.estop()
    table.run(1.0)
    table.world.estop(pressed=False)
    table.run(1.0)
    from_deg = table.now.angle_deg
    table.press("return")
    table.run(20.0)
    assert table.mode is Mode.RESCUE
    assert table.now.angle_deg < from_deg - 3.0


@pytest.mark.req("SR1", "SR14")
def test_with_the_pi_dead_and_channels_that_differed_the_person_still_comes_up_by_mushroom_and_return() -> None:
    """Nobody told them to press the mushroom once more: the display was dark, and the manual did not say so."""
    table = begin(Phase("week 5", "resting"))
    Judge(table, rested=False)
    table.world.inject("estop_wire_open")
    table.run(0.3)
    table.world.clear("estop_wire_open")
    table.pi.crash()
    table.run(1.0)
    assert comes_up(table, 300.0)


DOWN = Deed(
    0.6, "order", "FOLLOW", 0.3, {"rate_dps": 1.5, "permitted_deg": 90.0, "session": 1.0, "unasked": 0.0, "half_rate": 0.0, "warn": 0.0}
)


def moment(case: str, name: str) -> Phase:
    return next(phase for phase in PHASES if (phase.case, phase.name) == (case, name))


@pytest.mark.req("SR10")
def test_mains_that_blinks_for_a_tick_ends_no_descent() -> None:
    """Fault 82 gives 50 ms; the judge called 20 ms a loss."""
    never_skipped(History(moment("longest", "descending before the gate"), (DOWN, Deed(1.0, "mains", "", 0.02)), 5.0))


@pytest.mark.req("SR10", "SR11")
def test_mains_lost_while_the_first_degree_is_under_way_is_a_controlled_stop() -> None:
    """The judge took the stop's own way for leaving upright rest without mains."""
    never_on_its_own(History(moment("week 5", "proof test"), (DOWN, Deed(1.0, "mains", "", 1.0)), 2.0))


@pytest.mark.req("SR15", "SR13")
@pytest.mark.parametrize(
    ("at", "deeds", "left"),
    [
        (("week 1", "proof test"), (Deed(6.71, "freeze", "", 0.04), Deed(0.12, "fault", "board_brownout", 0.04)), ""),
        (
            ("week 5", "descending head-up"),
            (Deed(0.5, "reset", "", 0.3, {"cause": 4.0}), Deed(1.4, "reset", "", 0.3, {"cause": 2.0})),
            "imu_stuck",
        ),
    ],
    ids=["proof test", "with a dead tilt sensor"],
)
def test_ok_ends_the_wait_of_a_board_that_was_reset_and_knows_of_no_return(at: tuple[str, str], deeds: tuple[Deed, ...], left: str) -> None:
    """It takes OK only in a return; the display said OK or RETURN, and whoever kept to OK was never brought up."""
    can_always_come_up(History(moment(*at), deeds, 1.0), left)


def ordered(after_s: float, rate_dps: float, lie_deg: float | None = None) -> Deed:
    """FOLLOW at that rate, as a mad Pi sends it until it sends something else."""
    values = {"rate_dps": rate_dps, "permitted_deg": 90.0, "session": 1.0, "unasked": 0.0, "half_rate": 0.0, "warn": 0.0}
    return Deed(after_s, "order", "FOLLOW", 0.3, values | ({} if lie_deg is None else {"lie_deg": lie_deg}))


@pytest.mark.req("SR3", "SR13")
def test_rest_taken_in_the_gate_after_a_reset_counts_where_it_was_taken() -> None:
    """The table stood at 31.5 degrees for 12.5 s; the judge filed the rest under 33.5, which it had only passed, and forgot it."""
    history = (ordered(0.02, 1.5), ordered(0.02, -0.75, lie_deg=5.0), Deed(7.75, "reset", "", 0.3, {"cause": 2.0}))
    never_skipped(History(moment("week 3", "descending before the gate"), history, 9.96))


@pytest.mark.req("SR3", "SR14")
def test_the_lever_let_go_while_the_rotor_still_turns_throws_nobody_and_loses_no_rest() -> None:
    """The simulated gear took hold with 9.9 degrees a second out of nothing; the board rightly called it overspeed."""
    history = (
        Deed(0.02, "body", "", 0.3, {"balance_m": 0.0}),
        Deed(6.57, "lever", "", 1.1),
        Deed(0.0, "body", "", 0.3, {"arms_overhead": 1.0}),
        Deed(2.0, "crash", "", 0.5),
    )
    can_always_come_up(History(moment("week 5", "descending head-up"), history, 1.2), "a Pi that descends")


@pytest.mark.req("SR4", "SR8")
@pytest.mark.parametrize(
    ("name", "deeds"),
    [
        ("returning before the gate", (Deed(1.0, "press", "dizzy", 0.11), Deed(1.0, "fault", "encoder_stuck", 0.1))),
        ("returning before the gate", (Deed(0.1, "fault", "encoder_stuck", 4.0),)),
        ("time nearly up", (Deed(13.46, "fault", "encoder_stuck", 3.2),)),
    ],
)
def test_a_rate_that_reads_nothing_all_of_a_sudden_speeds_nobody_up(name: str, deeds: tuple[Deed, ...]) -> None:
    """Until the two sensors are a degree apart the rate loop took a dead encoder for a table held fast: 2.3 degrees a second squared."""
    always_stops(History(moment("longest", name), deeds, 0.5), 0.3, (), 1.0)


@pytest.mark.req("SR9", "SR3")
def test_with_a_stuck_encoder_no_brake_is_called_weak_and_no_motor_pushes_against_it() -> None:
    """The potentiometer's slow rate told of the stop after the brake had bitten; eight seconds of push turned the table in its rest."""
    table = begin(moment("longest", "returning before the gate"))
    table.world.inject("encoder_stuck")
    pushed_s: list[float] = [0.0]

    def watch(seen: Table) -> None:
        against = seen.now.duty != 0 and not seen.now.brake_released_asked
        pushed_s.append(pushed_s[-1] + 0.02 if against else 0.0)

    assert comes_up(table, 400.0, watch)
    assert max(pushed_s) < 0.1


@pytest.mark.req("SR4", "SR9")
def test_a_trip_and_the_way_back_after_it_are_two_changes_of_rate() -> None:
    """A mad Pi tripped the board, RETURN brought the table up at once; the judge added what the brake took to what the motor gave."""
    trip = Deed(
        1.75,
        "order",
        "TRIP",
        0.3,
        {"rate_dps": -0.05, "permitted_deg": 90.0, "session": 1.0, "unasked": 1.0, "half_rate": 0.0, "warn": 0.0},
    )
    never_past(History(moment("longest", "descending before the gate"), (trip, Deed(0.02, "press", "return", 1.0)), 2.0))


@pytest.mark.req("SR4", "SR8")
@pytest.mark.parametrize(
    ("at", "deeds"),
    [
        (
            ("longest", "descending head-up"),
            (Deed(0.5, "fault", "encoder_stuck", 23.88), Deed(0.5, "press", "dizzy", 1.0), Deed(0.0, "press", "return")),
        ),
        (("week 5", "descending past level"), (Deed(1.0, "fault", "encoder_stuck", 3.8),)),
        (
            ("rocking", "holding"),
            (Deed(0.02, "fault", "encoder_stuck", 3.2), Deed(0.73, "body", "", 0.3, {"arms_overhead": 1.0}), Deed(1.0, "press", "dizzy")),
        ),
    ],
    ids=["descending", "the encoder turns again", "rocking"],
)
def test_once_the_encoder_has_stood_still_half_rate_is_taken_up_hardly_quicker_than_ever(
    at: tuple[str, str], deeds: tuple[Deed, ...]
) -> None:
    """On the potentiometer's slow rate alone, which it has until upright rest, the board took it up within 0.93 deg/s in half a second."""
    can_always_come_up(History(moment(*at), deeds, 3.0), "")


@pytest.mark.req("SR11", "PU6")
def test_a_start_contact_that_closes_by_itself_and_opens_again_is_a_press_like_any_other() -> None:
    """F69 on the right button at the right moment, SPOTTER just pressed: the judge knew fingers only, and called it a motion of its own."""
    sticks = Deed(1.85, "fault", "button_stuck", 0.3)
    never_on_its_own(History(moment("rocking", "ready"), (Deed(3.7, "press", "spotter", 1.0), sticks), 2.0))


@pytest.mark.req("SR8", "SR9", "SR7")
@pytest.mark.parametrize(
    "at",
    [
        *[(case, f"descending {part}") for case in ("rocking", "longest") for part in ("head-up", "past level", "before the gate")],
        *[(case, f"returning {part}") for case in ("week 3", "longest") for part in ("past the gate", "head-up")],
        ("longest", "returning before the gate"),
    ],
    ids=": ".join,
)
def test_a_gear_that_breaks_while_the_pi_is_silent_drops_nobody(at: tuple[str, str]) -> None:
    """Without a third witness the board went on by the encoder's word, or waited for the potentiometer's rate: up to 125 deg/s (F79)."""
    never_past(History(moment(*at), (Deed(0.5, "freeze", "", 3.0), Deed(0.2, "fault", "gear_slips", 2.69)), 2.0))


@pytest.mark.req("SR8", "SR9", "SR7")
def test_a_gear_that_breaks_in_the_boards_own_return_as_the_pi_comes_back_drops_nobody() -> None:
    """The IMU came back at more than 15 deg/s, and that was taken for a knock."""
    deeds = (Deed(0.02, "ankle", "left both", 0.15), Deed(6.32, "freeze", "", 0.15), Deed(0.0, "fault", "gear_slips", 2.69))
    never_past(History(moment("rocking", "descending before the gate"), (*deeds, Deed(2.0, "reset", "", 0.3, {"cause": 4.0})), 2.0))


@pytest.mark.req("SR3", "SR14")
def test_rest_before_the_lever_does_not_count_three_degrees_further_up() -> None:
    opens = Deed(1.0, "ankle", "right primary", 1.0)
    deeds = (Deed(0.01, "freeze", "", 4.89), opens, Deed(0.02, "lever", "", 2.05), opens, opens)
    can_always_come_up(History(moment("week 3", "descending head-up"), deeds, 2.0), "mains")


@pytest.mark.req("SR6", "SR11")
def test_a_mad_pi_that_overlooks_its_own_ankle_switches_is_held_to_the_boards() -> None:
    """Only a primary switch was open: the board has the secondary ones, and no wire to the others."""
    mad = Deed(2.0, "order", "FOLLOW", 0.3, {**DOWN.values, "warn": 1.0, "lie_deg": 5.0})
    opens, closes = Deed(7.94, "ankle", "right primary", 2.1), Deed(7.18, "press", "return+start")
    deeds = (mad, opens, Deed(0.1, "press", "start", 0.79), Deed(7.18, "press", "spotter", 0.5), closes)
    never_skipped(History(moment("week 1", "ready"), deeds, 1.0))
