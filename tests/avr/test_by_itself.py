"""What the flashed binary does by itself: the return with its rest, half rate when degraded, the wait at level, OK and RETURN heard.

One session runs to its hold at 40 degrees; each test goes on from there in a forked copy, with every monitor watching the true state.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest

from sim.agenda import Agenda
from sim.cli import SHIPPED
from sim.copies import in_a_copy
from sim.runner import Run
from sim.scenario_loader import load_scenario
from sim.trace import Row

LEVEL_DEG = (-5.0, -1.0)
WARNING, HELP = 1, 3
Happens = Callable[[Run], None]


@dataclass
class Hold:
    """A session on the binary, at rest in its hold."""

    run: Run
    agenda: Agenda
    row: Row

    def go_on(self, seconds: float, *, until: Callable[[Row], bool] | None = None) -> list[Row]:
        rows: list[Row] = []
        while len(rows) < round(seconds * 50) and not (until is not None and rows and until(rows[-1])):
            self.run.tick(self.agenda, self.row)
            self.row = self.run.recorder.row()
            self.run.watch.feed(self.row)
            rows.append(self.row)
        return rows


@pytest.fixture(scope="module")
def hold() -> Hold:
    run = Run(load_scenario(SHIPPED / "sessions" / "short.toml"), "fast", 1, lambda _moment: None, "avr")
    begun = Hold(run, Agenda(run.scenario, run), run.recorder.row())
    run.habits.begin()
    while begun.row.pi_mode != "HOLDING" or begun.row.board_mode != "BRAKED":
        begun.go_on(0.02)
        run.habits.live(begun.row)
    begun.go_on(0.5)
    assert begun.row.angle_deg > 39.0
    return begun


UPRIGHT_DEG = -75.0
MOST_PRESSES = 4


@dataclass(frozen=True)
class Told:
    """Of one branch."""

    first_up_s: float  # when it began to rise
    warned: bool  # sounded before
    rest_s: float  # at rest in the gate
    sunk_deg: float  # the most that it went down again
    fastest_dps: float  # once it was known that a sensor is lost
    waited: bool  # stood at level with the help ladder heard for 15 s
    rose_after_answer: bool
    board_modes: frozenset[str]
    violations: tuple[str, ...]


def branch(hold: Hold, happens: Happens, button: str, presses_return: bool) -> Told:
    """`happens`, then nobody presses anything (but RETURN once, if that is how it goes on) until the table has waited at level."""
    run, began_s = hold.run, hold.row.t_s
    happens(run)
    rows = hold.go_on(4.0)
    if presses_return:
        run.button("RETURN", pressed=True)
        rows += hold.go_on(0.3)
        run.button("RETURN", pressed=False)
    rows += hold.go_on(150.0, until=lambda row: row.angle_deg < LEVEL_DEG[1] and row.peak_rate_dps < 0.1)
    waits = hold.go_on(15.0)
    run.button(button, pressed=True)
    hold.go_on(0.3)
    run.button(button, pressed=False)
    after = hold.go_on(8.0)
    rising = next((row.t_s for row in rows if row.rate_dps < -0.2), began_s)
    slowed = next((row.t_s + 1.5 for row in rows if "angle_disagree" in row.board_reasons), rising)
    return Told(
        first_up_s=rising - began_s,
        warned=any(row.board_buzzer == WARNING for row in rows if row.t_s < rising),
        rest_s=sum(0.02 for row in rows if 28.0 <= row.angle_deg <= 32.0 and row.peak_rate_dps < 0.1),
        sunk_deg=max(
            row.angle_deg - min(each.angle_deg for each in rows[: place + 1]) for place, row in enumerate(rows) if place % 10 == 0
        ),
        fastest_dps=max(abs(row.peak_rate_dps) for row in rows if row.t_s > max(rising, slowed)),
        waited=all(LEVEL_DEG[0] < row.angle_deg < LEVEL_DEG[1] for row in waits) and all(row.board_buzzer == HELP for row in waits[50:]),
        rose_after_answer=after[-1].angle_deg < LEVEL_DEG[0] - 1.0,
        board_modes=frozenset(row.board_mode for row in [*rows, *waits]),
        violations=tuple(str(violation) for violation in run.watch.violations),
    )


def pi_silent(run: Run) -> None:
    run.pi("crash")


def mains_lost(run: Run) -> None:
    run.mains(present=False)
    run.pi("crash")


def imu_gone(run: Run) -> None:
    run.inject("imu_nak", {})
    run.pi("crash")


def pot_stuck(run: Run) -> None:
    run.inject("pot_stuck_moving", {})
    run.pi("crash")


def encoder_stuck(run: Run) -> None:
    run.inject("encoder_stuck", {})
    run.pi("crash")


def reset(run: Run) -> None:
    run.pi("crash")
    run.reset_board("watchdog")


@pytest.mark.req("SR3", "SR7", "SR8", "SR10", "SR13", "SR15")
@pytest.mark.parametrize(
    ("happens", "button"),
    [(pi_silent, "OK"), (mains_lost, "RETURN"), (imu_gone, "OK"), (reset, "RETURN")],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_the_board_alone_brings_the_person_to_level_and_waits(hold: Hold, happens: Happens, button: str) -> None:
    told = in_a_copy(partial(branch, hold, happens, button, presses_return=False))
    assert told.violations == ()
    assert 1.9 < told.first_up_s < 6.5, "two seconds of silence and two of warning"
    assert told.warned
    assert told.rest_s >= 11.9
    assert told.fastest_dps < 1.7
    assert told.waited
    assert told.rose_after_answer
    assert "ASCENT" in told.board_modes
    assert "FAULT" not in told.board_modes


@pytest.mark.req("SR3", "SR8", "SR15")
def test_with_a_stuck_potentiometer_and_no_pi_it_comes_to_level_at_half_rate_and_no_higher(hold: Hold) -> None:
    """Two sensors of its own that disagree and no third witness: only one of them moves, so level is the end of it."""
    told = in_a_copy(partial(branch, hold, pot_stuck, "OK", presses_return=False))
    assert told.violations == ()
    assert told.rest_s >= 11.9
    assert told.fastest_dps < 0.95
    assert told.waited
    assert not told.rose_after_answer


@dataclass(frozen=True)
class Climbed:
    """Of somebody who presses RETURN each time the board stands in FAULT."""

    presses: int
    rest_s: float  # at rest in the gate
    sunk_deg: float  # the most that it went down again
    fastest_dps: float
    ended_deg: float


def climb(hold: Hold, happens: Happens) -> Climbed:
    """RETURN once 4 s after `happens`, and again whenever it has stopped for a fault: what display and voice ask for."""
    happens(hold.run)
    rows, presses = hold.go_on(4.0), 0
    while hold.row.angle_deg > UPRIGHT_DEG + 1.0 and presses < MOST_PRESSES:
        hold.run.button("RETURN", pressed=True)
        rows += hold.go_on(0.3)
        hold.run.button("RETURN", pressed=False)
        presses += 1
        rows += hold.go_on(1.0)
        rows += hold.go_on(200.0, until=lambda row: row.board_mode == "FAULT" or row.angle_deg < UPRIGHT_DEG + 1.0)
        rows += hold.go_on(5.0)
    known = next((row.t_s + 1.5 for row in rows if "angle_disagree" in row.board_reasons), rows[0].t_s)
    return Climbed(
        presses=presses,
        rest_s=sum(0.02 for row in rows if 28.0 <= row.angle_deg <= 32.0 and row.peak_rate_dps < 0.1),
        sunk_deg=max(
            row.angle_deg - min(each.angle_deg for each in rows[: place + 1]) for place, row in enumerate(rows) if place % 10 == 0
        ),
        fastest_dps=max(abs(row.peak_rate_dps) for row in rows if row.t_s > known),
        ended_deg=hold.row.angle_deg,
    )


@pytest.mark.req("SR8", "SR9")
def test_with_a_stuck_encoder_and_no_pi_it_stops_and_comes_up_for_return_alone(hold: Hold) -> None:
    """The rate is then the noisy potentiometer's: it speeds up and stops less smoothly than it should, and may stop for a fault
    once more on the way (docs/fault-results.md, F90).  RETURN is an answer: whoever presses it is brought to upright rest."""
    climbed = in_a_copy(partial(climb, hold, encoder_stuck))
    assert climbed.ended_deg == pytest.approx(UPRIGHT_DEG, abs=1.0)
    assert climbed.rest_s >= 11.9
    assert climbed.fastest_dps < 1.5
    assert climbed.sunk_deg < 0.3


@pytest.mark.req("SR8", "SR9")
def test_with_its_potentiometer_torn_off_it_stops_and_comes_up_for_return_alone(hold: Hold) -> None:
    """Catalogue F3: the emergency-stop reaction, then RETURN once, at half rate on the encoder."""

    def torn_off(run: Run) -> None:
        run.inject("pot_open", {})
        run.pi("crash")

    told = in_a_copy(partial(branch, hold, torn_off, "RETURN", presses_return=True))
    assert told.violations == ()
    assert told.first_up_s > 4.0
    assert told.rest_s >= 11.9
    assert told.fastest_dps < 0.95
    assert {"FAULT", "ASCENT"} <= told.board_modes


@pytest.mark.req("SR13", "SR14")
@pytest.mark.parametrize(
    ("fault", "within_s"),
    [("board_ram_flip", 0.1), ("board_stack_overflow", 0.1), ("board_register_altered", 0.1), ("board_flash_corrupt", 10.0)],
)
def test_a_board_that_finds_itself_broken_stops_and_calls_for_help_at_once(hold: Hold, fault: str, within_s: float) -> None:
    """F45 to F47 and F49, in the processor itself: it moves nobody again before a reset, so only the lever is left."""

    def broken() -> tuple[float, str, float, tuple[str, ...]]:
        before_deg = hold.row.angle_deg
        hold.run.inject(fault, {})
        rows = hold.go_on(within_s, until=lambda row: "self_check" in row.board_reasons and row.board_buzzer == HELP)
        found_s, mode = len(rows) * 0.02, hold.row.board_mode
        after = hold.go_on(3.0)
        assert all(row.board_buzzer == HELP for row in after[5:])
        return found_s, mode, hold.row.angle_deg - before_deg, tuple(str(violation) for violation in hold.run.watch.violations)

    found_s, mode, moved_deg, violations = in_a_copy(broken)
    assert found_s <= within_s
    assert hold.row.board_buzzer != HELP
    assert mode == ("STOPPED" if fault == "board_ram_flip" else "FAULT")
    assert moved_deg == pytest.approx(0.0, abs=0.1)
    assert violations == ()


@pytest.mark.req("SR13")
def test_after_a_reset_off_upright_rest_nothing_goes_down(hold: Hold) -> None:
    """Brake, sensors read again, return only: the Pi asks to follow downwards all the while."""

    def reset_under_a_driving_pi() -> tuple[float, bool]:
        before_deg = hold.row.angle_deg
        hold.run.reset_board("brown_out")
        rows = hold.go_on(12.0)
        return max(row.peak_angle_deg for row in rows) - before_deg, any(row.brake_set for row in rows[3:20])

    sunk_deg, braked = in_a_copy(reset_under_a_driving_pi)
    assert sunk_deg < 0.1
    assert braked
