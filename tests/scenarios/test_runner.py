"""The runner judges: what must fail does fail, what happens is told, the same seed gives the same bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim import trace
from sim.monitors import MONITORS
from sim.runner import Result, run_scenario
from sim.scenario_loader import parse_scenario

SHORT = 'title = "t"\nprotocol = "first"\nseed = 7\n'


def run(text: str, depth: str = "fast") -> Result:
    return run_scenario(parse_scenario(SHORT + text, Path("here.toml")), depth=depth)


REFUSED = 'ends_when = "t > 9"\n[routine]\nspotter = "never"\n'

WRONG: tuple[tuple[str, str], ...] = (
    ('reach = "HOLDING"', "HOLDING"),
    ('reach = "IDLE"\nby = "10ms"', "IDLE"),
    ('never = "IDLE"', "IDLE at"),
    ('modes = ["IDLE", "STARTING"]', "STARTING IDLE"),
    ('modes = ["IDLE"]\nexact = true', "STARTING IDLE"),
    ('refused = "SR6"', "TP8"),
    ('refused = "TP8"\nsays = "it rains"', "TP8"),
    ('reason = "stall"', "never a reason"),
    ('angle_at = "2s"\nmin = 0', "-75"),
    ('angle_at = "900s"\nmin = 0', "ended"),
    ('angle_at = "HOLDING+1s"\nmin = 0', "never came"),
    ("deepest = -80", "deepest"),
    ("reaches_deg = 10", "deepest"),
    ('level_by = "HOLDING+1s"', "never came"),
    ("rest_at_gate = 10", "0.00 s"),
    ('ended = "HOLDING"', "IDLE"),
    ('ladder = "on"', "help ladder"),
    ('said = "no such phrase at all"', "said"),
    ('lamp = "moving"\nis = "flash"', "lamp"),
    ('always = "angle > 0"', "not at"),
    ('ever = "mode == HOLDING"', "HOLDING"),
)


@pytest.mark.req("SE4")
@pytest.mark.parametrize(("expect", "told"), WRONG, ids=[expect.splitlines()[0] for expect, _told in WRONG])
def test_an_expectation_that_does_not_hold_fails_the_run_and_says_what_was_measured(expect: str, told: str) -> None:
    result = run(REFUSED + "[[expect]]\n" + expect)
    assert not result.ok
    assert told in result.failures()[0]


@pytest.fixture(scope="module")
def session() -> Result:
    return run("")


@pytest.mark.req("PU2")
def test_the_story_of_a_good_session_tells_of_nothing_broken_not_even_while_it_starts(session: Result) -> None:
    assert session.rows[2].board_reasons != ""  # nobody has spoken to the board yet
    assert [moment.text for moment in session.timeline if moment.kind in ("reason", "cleared")] == []


@pytest.mark.req("PU2", "SR7")
def test_what_is_still_broken_after_the_start_is_in_the_story_once() -> None:
    told = [m for m in run('ends_when = "t > 9"\n[[event]]\nat = "0s"\nmains = "off"\n').timeline if m.kind == "reason"]
    assert sorted(m.text.split(":")[1].strip() for m in told) == ["mains_lost", "mains_lost"]  # by the Pi and by the board


MOVED: tuple[str, ...] = (
    'still_after = "0s"',
    'no_descent_after = "0s"',
    "deepest = 10",
    'level_by = "HOLDING+20s"\nafter = "HOLDING"',
    'upright_by = "HOLDING+40s"\nafter = "HOLDING"',
)


@pytest.mark.req("SE4")
def test_a_whole_session_fails_what_a_whole_session_must_fail() -> None:
    expects = "".join(f"[[expect]]\n{expect}\n" for expect in MOVED)
    result = run(expects)
    assert [ok for _name, ok, _figure in result.judged()] == [False] * len(MOVED)
    assert result.violations == []


def test_an_event_whose_moment_never_comes_fails_the_run() -> None:
    events = '[[event]]\nat = "HOLDING+1s"\npress = "RETURN"\n[[event]]\nwhen = "angle > 50"\npress = "OK"\n'
    result = run('ends_when = "t > 2"\n' + events)
    assert [figure for _name, ok, figure in result.judged() if not ok] == ["its moment never came"] * 2


@pytest.mark.req("SE5")
def test_a_scenario_that_breaks_a_rule_fails_whatever_its_author_expected() -> None:
    """A shove no drive of this size can hold takes the table past its permitted angle; nobody expected anything, the monitor did."""
    lever = '[[event]]\nwhen = "mode == HOLDING"\nlever = "pull"\n'
    shove = '[[event]]\nat = "HOLDING+1s"\npush_nm = 300\nfor = "20s"\n'
    result = run('ends_when = "t > 150"\n' + lever + shove)
    assert "angle" in {violation.monitor for violation in result.violations}
    assert not result.ok


@pytest.mark.req("SE5")
def test_all_monitors_watched(session: Result) -> None:
    assert session.failures() == []
    assert len(MONITORS) >= 16


@pytest.mark.req("SE4")
def test_the_trace_is_fifty_hertz_truth_and_both_beliefs(session: Result) -> None:
    steps = [after.t_s - before.t_s for before, after in zip(session.rows, session.rows[1:], strict=False)]
    assert max(steps) < 0.0201
    holding = [row for row in session.rows if row.pi_mode == "HOLDING"]
    assert holding
    for row in holding:
        assert row.pi_angle_deg is not None
        assert abs(row.pi_angle_deg - row.angle_deg) < 0.5  # control error of SR8
        assert abs(row.board_angle_deg - row.angle_deg) < 0.5


@pytest.mark.req("SE3")
def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    def written(seed: int) -> bytes:
        scenario = parse_scenario(SHORT + 'ends_when = "t > 40"', Path("here.toml"))
        trace.write_csv(run_scenario(scenario, seed=seed).rows, tmp_path / "t.csv")
        return (tmp_path / "t.csv").read_bytes()

    assert written(1) == written(1)
    assert written(1) != written(2)


def test_the_timeline_names_phases_presses_events_refusals_and_reasons() -> None:
    result = run(REFUSED + '[[event]]\nat = "7.5s"\nestop = "press"\nname = "stop"\n')
    told = [(moment.kind, moment.text) for moment in result.timeline]
    assert ("mode", "IDLE at -75.0 deg") in told
    assert ("button", "START") in told
    assert ("action", "estop press (stop)") in told
    assert any(kind == "refusal" for kind, _text in told)
    assert any(kind == "reason" and "estop" in text for kind, text in told)


def test_a_person_who_never_answers_never_presses_ok() -> None:
    result = run('ends_when = "t > 30"\n[routine]\nanswers = "never"\nlevel = "never"\n')
    assert not any(row.ok for row in result.rows)


def test_a_crashed_process_is_dead_until_it_is_started_and_remembers_only_its_disk() -> None:
    result = run('ends_when = "t > 12"\n[routine]\nstart = "never"\n[[event]]\nat = "3s"\npi = "crash"\nfor = "4s"\n')
    dead = [row for row in result.rows if not row.pi_alive]
    assert 3.9 < len(dead) * 0.02 < 4.1
    assert {row.pi_mode for row in dead} == {"DEAD"}
    assert {row.request for row in dead} == {""}
    assert result.modes[-2:] == ["STARTING", "IDLE"]
    assert result.rows[-1].pi_starts == 2
