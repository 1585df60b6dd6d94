"""The scenario format: what is right is read, and every mistake is one line that names file, line, key and what would be right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.scenario import DEPTHS, Scenario, ScenarioError, TimeRef
from sim.scenario_loader import find_scenarios, load_scenario, parse_scenario

HERE = Path("here.toml")


def read(text: str) -> Scenario:
    return parse_scenario('title = "t"\n' + text, HERE)


def complaint(text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        read(text)
    says = str(caught.value)
    assert "\n" not in says
    return says


def test_a_title_is_enough() -> None:
    scenario = read("")
    assert scenario.depths == DEPTHS
    assert scenario.plan.name == "week_1"
    assert scenario.lasts_s == 900.0
    assert scenario.routine.start_at_s == 6.0


def test_durations_moments_and_references_are_read() -> None:
    scenario = read("""
[[event]]
at = "500ms"
press = "START"
name = "first"
[[event]]
at = "HOLDING#2-1.5s"
hold = "RETURN"
[[event]]
at = "first+2min"
release = "RETURN"
[[event]]
at = "board.ASCENT"
estop = "press"
""")
    assert [event.at for event in scenario.events] == [
        TimeRef(offset_s=0.5),
        TimeRef(offset_s=-1.5, phase="HOLDING", nth=2),
        TimeRef(offset_s=120.0, phase="first"),
        TimeRef(offset_s=0.0, phase="board.ASCENT"),
    ]


def test_stages_may_stand_in_the_scenario_itself() -> None:
    scenario = read("[[protocol.stages]]\nangle_deg = 12\nhold_s = 20\n")
    assert [stage.angle_deg for stage in scenario.plan.stages] == [12.0]


def test_a_protocol_file_beside_the_scenario_is_found(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text('name = "own"\ntitle = "Own"\n[[stages]]\nangle_deg = 25\nhold_s = 30\n')
    (tmp_path / "scenario.toml").write_text('title = "t"\nprotocol = "own.toml"\n')
    assert load_scenario(tmp_path / "scenario.toml").plan.ceiling_deg == 25.0


EVENT = '[[event]]\nat = "1s"\n'
EXPECT = "[[expect]]\n"

MISTAKES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("not TOML", "title = = 3", ("here.toml:2", "not TOML")),
    ("unknown key", 'sed = 3', ("here.toml:2: sed: unknown key", "did you mean seed?")),
    ("unknown table", "[persn]\nmass_kg = 3", ("here.toml:2: persn", "did you mean person?")),
    ("person key", "[person]\nmass = 80", ("here.toml:3: person.mass", "did you mean mass_kg?")),
    ("person out of range", "[person]\nmass_kg = 500", ("here.toml:3: person.mass_kg: is 500", "0 to 150")),
    ("number as text", '[person]\nmass_kg = "80"', ("here.toml:3: person.mass_kg", "not a number")),
    ("not a finite number", "[person]\nmass_kg = nan", ("here.toml:3: person.mass_kg", "not a number")),
    ("true as a number", "[person]\nmass_kg = true", ("here.toml:3: person.mass_kg", "not a number")),
    ("depth", 'depth = "deep"', ("here.toml:2: depth: is 'deep'", "bus", "fast")),
    ("board", 'board = "arduino"', ("here.toml:2: board: is 'arduino'", "avr", "native")),
    ("no depth", "depth = []", ("here.toml:2: depth", "empty")),
    ("rule", 'rules = ["SR99"]', ("here.toml:2: rules: has 'SR99'", "did you mean SR9")),
    ("limit unknown", "[limits]\nrate_dsp = 1.5", ("here.toml:3: limits.rate_dsp", "did you mean rate_dps?")),
    ("limit too loose", "[limits]\nrate_dps = 3.5", ("here.toml:3: limits.rate_dps: is 3.5", "1 to 3")),
    ("limit that cannot move", "[limits]\nstop_accel_dps2 = 9", ("here.toml:3: limits.stop_accel_dps2", "3 to 3")),
    ("protocol unknown", 'protocol = "week_2"', ("here.toml:2: protocol: is 'week_2'", "week_1")),
    ("protocol file missing", 'protocol = "nowhere.toml"', ("nowhere.toml", "cannot be read")),
    ("stage too deep", "[[protocol.stages]]\nangle_deg = 95\nhold_s = 3", ("here.toml:3", "95", "SR5")),
    ("stage key", "[[protocol.stages]]\nangle = 15\nhold_s = 3", ("here.toml:3", "angle_deg")),
    ("duration without unit", 'lasts = "900"', ("here.toml:2: lasts: is '900'", '"12.5s"')),
    ("duration as number", "lasts = 900", ("here.toml:2: lasts: is 900", '"12.5s"')),
    ("duration of years", 'lasts = "99999min"', ("here.toml:2: lasts", "120min")),
    ("event without time", '[[event]]\npress = "START"', ("here.toml:2: event", "has no time")),
    ("event with both", EVENT + 'when = "t > 1"\npress = "START"', ("here.toml:2: event", "both")),
    ("event without action", EVENT, ("here.toml:2: event", "no action", "press")),
    ("two actions", EVENT + 'press = "START"\nestop = "press"', ("here.toml:2: event", "press and estop")),
    ("name twice", 2 * (EVENT + 'press = "OK"\nname = "a"\n'), ("here.toml:9: event.name: is 'a', as an event above",)),
    ("angle without a bound", '[[expect]]\nangle_at = "5s"', ("here.toml:3: expect.angle_at: cannot fail; min or max",)),
    ("misspelt action", EVENT + 'pres = "START"', ("here.toml:4: event.pres", "did you mean press?")),
    ("button", EVENT + 'press = "STRT"', ("here.toml:4: event.press: is 'STRT'", "did you mean START?")),
    ("foot", EVENT + 'open_lock = "lefd"', ("here.toml:4: event.open_lock", "did you mean left?")),
    ("switch", EVENT + 'open_lock = "left"\nswitch = "third"', ("here.toml:5: event.switch", "primary")),
    ("fault", EVENT + 'fault = "imu_stuk"', ("here.toml:4: event.fault", "did you mean imu_stuck?")),
    ("fault parameter", EVENT + 'fault = "imu_bias"\nwith = { angel_deg = 3.0 }', ("here.toml:5: event.with", "angle_deg")),
    ("fault parameter range", EVENT + 'fault = "imu_bias"\nwith = { angle_deg = 300.0 }', ("here.toml:5: event.with", "60")),
    ("fault of another depth", EVENT + 'fault = "imu_nan"', ("here.toml:4: event.fault: imu_nan", "fast")),
    ("companion of another action", EVENT + 'hold = "START"\nfor = "1s"', ("here.toml:5: event.for", "unknown key")),
    ("push too hard", EVENT + "push_nm = 5000", ("here.toml:4: event.push_nm: is 5000", "-300 to 300")),
    ("moment of nowhere", '[[event]]\nat = "HOLDNG+5s"\npress = "OK"', ("here.toml:3: event.at", "did you mean HOLDING?")),
    ("moment that is none", '[[event]]\nat = "later"\npress = "OK"', ("here.toml:3: event.at", "later")),
    ("moment number zero", '[[event]]\nat = "HOLDING#0+1s"\npress = "OK"', ("here.toml:3: event.at", "not a moment")),
    ("condition name", '[[event]]\nwhen = "angel > 3"\npress = "OK"', ("here.toml:3: event.when", "did you mean angle?")),
    ("condition syntax", '[[event]]\nwhen = "angle >"\npress = "OK"', ("here.toml:3: event.when", "cannot be read")),
    ("condition call", "[[event]]\nwhen = \"__import__('os')\"\npress = \"OK\"", ("here.toml:3: event.when", "only comparisons")),
    ("condition attribute", '[[event]]\nwhen = "angle.real > 1"\npress = "OK"', ("here.toml:3: event.when", "only comparisons")),
    ("condition arithmetic", '[[event]]\nwhen = "angle + 1 > 2"\npress = "OK"', ("here.toml:3: event.when", "only comparisons")),
    ("condition of words and numbers", '[[event]]\nwhen = "mode > 3"\npress = "OK"', ("here.toml:3: event.when", "word with a number")),
    ("quantity alone", '[[event]]\nwhen = "angle"\npress = "OK"', ("here.toml:3: event.when", "compare it")),
    ("repeats with at", EVENT + 'press = "OK"\nrepeats = true', ("here.toml:5: event.repeats", "`when` only")),
    ("expectation without check", EXPECT + 'by = "3s"', ("here.toml:2: expect", "exactly one of")),
    ("misspelt check", EXPECT + 'reech = "HOLDING"', ("here.toml:3: expect.reech", "did you mean reach?")),
    ("two checks", EXPECT + 'reach = "HOLDING"\nladder = "on"', ("here.toml:2: expect", "reach and ladder")),
    ("phase", EXPECT + 'reach = "HOLDNG"', ("here.toml:3: expect.reach", "did you mean HOLDING?")),
    ("reason nobody gives", EXPECT + 'reason = "ankle_opn"', ("here.toml:3: expect.reason", "did you mean ankle_open?")),
    ("companion of another check", EXPECT + 'ladder = "on"\nmin = 3', ("here.toml:4: expect.min", "unknown key")),
    ("expectation about an unnamed event", EXPECT + 'still_after = "stop+1s"', ("here.toml:3: expect.still_after", "'stop'")),
    ("refusal rule", '[history]\nrefuse = [{ rule = "XX1", says = "a", way_back = "b" }]', ("here.toml:3: history.refuse.rule", "XX1")),
    ("habit", '[routine]\nanswers = "sometimes"', ("here.toml:3: routine.answers", "duration")),
)  # fmt: skip


@pytest.mark.req("SE4")
@pytest.mark.parametrize(("text", "parts"), [case[1:] for case in MISTAKES], ids=[case[0] for case in MISTAKES])
def test_a_mistake_is_one_line_with_its_place_and_what_would_be_right(text: str, parts: tuple[str, ...]) -> None:
    says = complaint(text)
    for part in parts:
        assert part in says


def test_a_missing_title_is_named() -> None:
    with pytest.raises(ScenarioError, match=r"here.toml:1: title: is missing"):
        parse_scenario("seed = 3", HERE)


def test_a_file_that_is_not_there_or_not_text_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="cannot be read"):
        load_scenario(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ScenarioError, match="not text"):
        load_scenario(tmp_path / "bytes.toml")


def test_folders_are_read_whole_and_in_order_and_an_empty_one_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("z.toml", "a.toml", "b/c.toml"):
        (tmp_path / name).write_text('title = "t"')
    assert [path.name for path in find_scenarios([tmp_path])] == ["a.toml", "c.toml", "z.toml"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(ScenarioError, match=r"no \*.toml"):
        find_scenarios([tmp_path / "empty"])


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('zone = "Mars/Olympus"', "programme.zone: is 'Mars/Olympus', no time zone; Europe/Berlin would be right"),
        ('now = "yesterday"', "programme.now: is 'yesterday', no local time; 2026-03-25 18:30 would be right"),
        ('expires = "soon"', "programme.expires: is 'soon', no date; 2026-06-01 would be right"),
        ('condition = "gout"', "programme.condition: "),
        ('protocol = "sciatica_1"', "programme.protocol: is 'sciatica_1'; this person is offered first, "),
        ("weeks = 4", "programme.weeks: "),
        ("rules = { weeks_1_2_angel_deg = 20 }", "programme.rules.weeks_1_2_angel_deg: unknown number; did you mean weeks_1_2_angle_deg?"),
        ("rules = { weeks_1_2_angle_deg = 31 }", "programme.rules.weeks_1_2_angle_deg: is 31; 5 to 30 would be right"),
        ("rules = { weeks_1_2_per_day = 1.5 }", "programme.rules.weeks_1_2_per_day: is 1.5; a whole number from 1 to 3 would be right"),
        (
            "rules = { weeks_3_4_angle_deg = 20 }",
            "programme.rules: weeks_3_4_angle_deg: 20 is less than weeks_1_2_angle_deg, which is 30 (TP4)",
        ),
        (
            "own = [{ name = 'week_1', title = 'x', stages = [{ angle_deg = 20, hold_s = 30 }] }]",
            "programme.own.name: is 'week_1', which is taken; another name would be right (TP16)",
        ),
        ("own = [{ name = 'x', title = 'x', stages = [{ angle_deg = 95, hold_s = 30 }] }]", "stages[1].angle_deg: "),
    ],
)
def test_a_person_the_programme_cannot_know_is_one_line(line: str, says: str) -> None:
    with pytest.raises(ScenarioError, match=rf"^{re.escape('x.toml:4: ' + says)}"):
        parse_scenario(f'title = "x"\n\n[programme]\n{line}\n', Path("x.toml"))
