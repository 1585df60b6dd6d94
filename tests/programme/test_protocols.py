"""Protocols that could break a rule are refused by file, line and rule; those that ship are inside the guide."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.limits import Limits
from controller.core.motion import plan_holds_s
from controller.exit_codes import ExitCode
from controller.programme.protocols import (
    BUILT_IN,
    FOR_CONDITIONS,
    Protocol,
    ProtocolError,
    builtin_protocols,
    load_protocol,
    own_protocols,
)

HEAD = 'name = "own"\ntitle = "Own"\n'
DOCUMENT = Path(__file__).parents[2] / "docs" / "protocols.md"


def loaded(text: str, folder: Path, limits: Limits | None = None) -> Protocol:
    file = folder / "own.toml"
    file.write_text(text, encoding="utf-8")
    return load_protocol(file, limits)


def refusal(text: str, folder: Path, limits: Limits | None = None) -> str:
    with pytest.raises(ProtocolError) as caught:
        loaded(text, folder, limits)
    assert caught.value.exit_code is ExitCode.BAD_DATA
    says = str(caught.value)
    assert "\n" not in says
    return says.removeprefix(f"{folder}/")


def stage(angle_deg: object, hold_s: object, more: str = "") -> str:
    return f"[[stages]]\nangle_deg = {angle_deg}\nhold_s = {hold_s}\n{more}\n"


REFUSALS = [  # file, what the line begins with, the rule it names
    (HEAD + stage(91, 60), "own.toml:4: stages[1].angle_deg: 91.0 is above the limit 90.0", "SR5"),
    (HEAD + stage("nan", 60), "own.toml:4: stages[1].angle_deg: nan is above the limit 90.0", "SR5"),
    (HEAD + stage(0, 60), "own.toml:4: stages[1].angle_deg: 0.0 is no inversion", "TP16"),
    (HEAD + stage(-20, 60), "own.toml:4: stages[1].angle_deg: -20.0 is no inversion", "TP16"),
    (HEAD + stage(20, 601), "own.toml:5: stages[1].hold_s: 601.0 is above the limit 600.0", "SR2"),
    (HEAD + stage(20, 0), "own.toml:5: stages[1].hold_s: 0.0 is too short", "TP16"),
    (HEAD + stage(60, 400) + stage(70, 60) + stage(80, 60), "own.toml:13: stages[3].hold_s: never reached", "SR2"),
    (HEAD + stage(60, 60) + stage(20, 60), "own.toml:8: stages[2].angle_deg: goes from 60.0 up to 20.0 through the 30.0", "SR3"),
    (HEAD + stage(28, 60) + stage(27, 60), "own.toml:8: stages[2].angle_deg: goes from 28.0 up to 27.0", "SR3"),
    (
        HEAD + stage(45, 60, "oscillation = { to_deg = 20, period_s = 60 }"),
        "own.toml:6: stages[1].oscillation.to_deg: swings from 20.0 to 45.0 across the 30.0 degree gate; stay above 32.0 or below 28.0",
        "SR3",
    ),
    (HEAD + stage(31, 60, "oscillation = { to_deg = 40, period_s = 40 }"), "own.toml:6: stages[1].oscillation.to_deg: swings", "SR3"),
    (HEAD + stage(29, 60, "oscillation = { to_deg = 20, period_s = 40 }"), "own.toml:6: stages[1].oscillation.to_deg: swings", "SR3"),
    (
        HEAD + stage(60, 60, "oscillation = { to_deg = 50, period_s = 10 }"),
        "own.toml:6: stages[1].oscillation.period_s: 10.0 is too fast for 1.5 degrees a second",
        "SR4",
    ),
    (HEAD + stage(60, 60, "oscillation = { to_deg = 95, period_s = 55 }"), "own.toml:6: stages[1].oscillation.to_deg: 95.0", "SR5"),
    (HEAD + stage(60, 30, "oscillation = { to_deg = 50, period_s = 31 }"), "own.toml:6: stages[1].oscillation.period_s: 31.0", "TP16"),
    (HEAD + stage(60, 30, "oscillation = { to_deg = 59, period_s = 20 }"), "own.toml:6: stages[1].oscillation.to_deg: swings by", "TP16"),
    (HEAD + stage(20, 60, 'prompts = [{ at_s = 61, text = "x" }]'), "own.toml:6: stages[1].prompts[1].at_s: 61.0", "TP16"),
    (HEAD + stage(20, 60, f'prompts = [{{ at_s = 1, text = "{"x" * 81}" }}]'), "own.toml:6: stages[1].prompts[1].text: must", "TP7"),
    (HEAD + stage(20, 60, 'prompts = [{ at_s = 1, text = " " }]'), "own.toml:6: stages[1].prompts[1].text: must", "TP7"),
    (HEAD + stage(20, 60, 'prompts = [{ at_s = 1, text = "a", key = "B c" }]'), "own.toml:6: stages[1].prompts[1].key: 'B c'", "TP16"),
    ('name = "Own!"\ntitle = "x"\n' + stage(20, 60), "own.toml:1: name: 'Own!' will not do", "TP16"),
    ('name = "own"\ntitle = "a\\u0007b"\n' + stage(20, 60), "own.toml:2: title: must be one line", "TP16"),
    (HEAD + "stages = []", "own.toml:3: stages: 0 stages", "TP16"),
    (HEAD + stage(20, 60) * 21, "own.toml:3: stages: 21 stages", "TP16"),
    (HEAD + stage(20, 60, 'prompts = [{ at_s = 1, text = "{angel} degrees" }]'), "own.toml:6: stages[1].prompts[1].text: '{angel}'", "TP7"),
    (
        HEAD + 'conditions = ["sciatica"]\n' + stage(46, 60),
        "own.toml:5: stages[1].angle_deg: goes to 46.0 degrees; with sciatica 5.0 to 45",
        "TP5",
    ),
    (
        HEAD + 'conditions = ["herniated_disc"]\n' + stage(40, 160) + stage(41, 160),
        "own.toml:10: stages[2].hold_s: holds 324 s in all; with a herniated disc 300 s at most",
        "TP5",
    ),
    (HEAD + "from_week = 2\n" + stage(31, 60), "own.toml:3: from_week: 2 is too early for these angles and holds; 3 at least", "TP4"),
    (HEAD + "from_week = 4\n" + stage(20, 301), "own.toml:3: from_week: 4 is too early for these angles and holds; 5 at least", "TP4"),
    (
        HEAD + 'conditions = ["sciatica"]\nfrom_week = 1\n' + stage(16, 60),
        "own.toml:4: from_week: 1 is too early for these angles and holds; 2 at least",
        "TP4",
    ),
    (HEAD + "from_week = 53\n" + stage(20, 60), "own.toml:3: from_week: 53 will not do; 1 to 52, or leave it out", "TP4"),
    (HEAD + "most_per_day = 4\n" + stage(20, 60), "own.toml:3: most_per_day: 4 will not do; 1 to 3, and never more than", "TP6"),
    (HEAD + "most_per_week = 0\n" + stage(20, 60), "own.toml:3: most_per_week: 0 will not do; 1 to 21", "TP6"),
]


@pytest.mark.req("TP16", "SR2", "SR3", "SR4", "SR5", "TP4", "TP5", "TP6")
@pytest.mark.parametrize(("text", "says", "rule"), REFUSALS)
def test_a_protocol_that_could_break_a_rule_is_refused_with_line_and_rule(text: str, says: str, rule: str, tmp_path: Path) -> None:
    line = refusal(text, tmp_path)
    assert line.startswith(says)
    assert line.endswith(f"({rule})")


@pytest.mark.req("TP16")
@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HEAD, "own.toml:1: stages is missing; it has no default"),
        (HEAD + "[[stages]]\nangle_deg = 20\n", "own.toml:3: stages[1]: hold_s is missing; it has no default"),
        (HEAD + stage(20, 60, "hold_min = 1"), "own.toml:6: stages[1].hold_min: unknown key: wrong or missing unit; the key is hold_s"),
        (HEAD + stage(20, 60, "angel_deg = 1"), "own.toml:6: stages[1].angel_deg: unknown key; did you mean angle_deg?"),
        (
            HEAD + 'conditions = ["gout"]\n' + stage(20, 60),
            "own.toml:3: conditions[1]: 'gout' will not do; allowed herniated",
        ),
        (HEAD + 'requires = ["ice"]\n' + stage(20, 60), "own.toml:3: requires[1]: 'ice' will not do; allowed heat, water"),
        (HEAD + stage("'20'", 60), "own.toml:4: stages[1].angle_deg: '20' will not do; it must be a number"),
        (HEAD + stage(20, 60, 'prompts = [{ at_s = 1, text = "x", during = "up" }]'), "own.toml:6: stages[1].prompts[1].during: 'up'"),
        ("name = ", "own.toml:1: not TOML: "),
    ],
)
def test_a_file_of_the_wrong_shape_is_refused_in_one_line(text: str, says: str, tmp_path: Path) -> None:
    assert refusal(text, tmp_path).startswith(says)


@pytest.mark.req("SR5", "SR2", "SR4")
def test_a_stricter_table_refuses_what_another_allows(tmp_path: Path) -> None:
    text = HEAD + stage(60, 300, "oscillation = { to_deg = 50, period_s = 20 }")
    loaded(text, tmp_path)
    assert refusal(text, tmp_path, Limits(ceiling_deg=45.0)).endswith("allowed 5.0 to 45.0 (SR5)")
    assert refusal(text, tmp_path, Limits(max_inverted_s=240.0)).endswith("allowed 1 to 240.0 (SR2)")
    assert refusal(text, tmp_path, Limits(rate_dps=1.0)).endswith("(SR4)")


@pytest.mark.req("SR2", "TP16")
def test_ten_minutes_at_ninety_degrees_are_accepted_and_cut(tmp_path: Path) -> None:
    protocol = loaded(HEAD + stage(90, 600), tmp_path)
    assert plan_holds_s(protocol.plan(Limits()), Limits())[0] < 410.0


@pytest.mark.req("TP4", "TP7")
@pytest.mark.parametrize(
    ("name", "angles", "holds", "words"),
    [
        ("first", (15.0, 15.0), (30.0, 30.0), "breathe slowly through your nose"),
        ("week_1", (15.0, 30.0), (30.0, 120.0), "through your nose"),
        ("week_3", (45.0, 60.0), (180.0, 300.0), "arm circles"),
        ("week_5", (60.0, 90.0), (300.0, 600.0), "partial sit-ups"),
    ],
)
def test_each_built_in_step_is_inside_the_guide_and_says_what_it_should(
    name: str, angles: tuple[float, float], holds: tuple[float, float], words: str
) -> None:
    protocol = {p.name: p for p in builtin_protocols()}[name]
    only = protocol.stages[0]
    assert len(protocol.stages) == 1
    assert angles[0] <= only.angle_deg <= angles[1]
    assert holds[0] <= only.hold_s <= holds[1]
    assert plan_holds_s(protocol.plan(Limits()), Limits()) == (only.hold_s,)
    assert any("nose" in prompt.text for prompt in only.way_prompts)
    assert any("Next" in prompt.text for prompt in only.way_prompts)
    assert any("Next" in prompt.text for prompt in only.prompts)
    assert words in " ".join(prompt.text for prompt in only.prompts + only.way_prompts).lower()
    descent_s = (only.angle_deg + 75.0) / 1.5
    assert all(prompt.at_s < descent_s for prompt in only.way_prompts)


@pytest.mark.req("TP4", "SR5")
def test_a_table_with_a_low_ceiling_offers_only_what_it_can_do() -> None:
    assert tuple(p.name for p in builtin_protocols()) == BUILT_IN == ("first", "week_1", "week_3", "week_5")
    assert [p.name for p in builtin_protocols(Limits(ceiling_deg=30.0))] == ["first", "week_1"]


@pytest.mark.req("TP16")
def test_own_protocols_come_by_file_name_and_one_wrong_file_refuses_them_all(tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_text('name = "later"\ntitle = "x"\n' + stage(20, 60))
    (tmp_path / "a.toml").write_text('name = "sooner"\ntitle = "x"\n' + stage(20, 60))
    assert [p.name for p in own_protocols(tmp_path)] == ["sooner", "later"]
    (tmp_path / "c.toml").write_text('name = "sooner"\ntitle = "x"\n' + stage(20, 60))
    with pytest.raises(ProtocolError, match=r"c\.toml:1: name: 'sooner' is the name of a\.toml"):
        own_protocols(tmp_path)
    (tmp_path / "c.toml").write_text('name = "week_1"\ntitle = "x"\n' + stage(20, 60))
    with pytest.raises(ProtocolError, match="a built-in protocol"):
        own_protocols(tmp_path)


def test_a_folder_or_file_that_is_not_there_has_its_own_exit_code(tmp_path: Path) -> None:
    for ask in (lambda: own_protocols(tmp_path / "no"), lambda: load_protocol(tmp_path / "no.toml")):
        with pytest.raises(ProtocolError) as caught:
            ask()
        assert caught.value.exit_code is ExitCode.NO_INPUT


@pytest.mark.req("TP16", "SR2", "SR3", "SR5")
@given(
    stages=st.lists(
        st.tuples(
            st.floats(4.0, 92.0),
            st.floats(20.0, 250.0),
            st.none() | st.tuples(st.floats(-6.0, 6.0), st.floats(1.0, 40.0)),
        ),
        min_size=1,
        max_size=3,
    )
)
def test_whatever_is_accepted_keeps_every_rule(
    stages: list[tuple[float, float, tuple[float, float] | None]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = HEAD
    for angle_deg, hold_s, swing in stages:
        text += stage(angle_deg, hold_s, f"oscillation = {{ to_deg = {angle_deg + swing[0]}, period_s = {swing[1]} }}" if swing else "")
    try:
        protocol = loaded(text, tmp_path_factory.mktemp("protocols", numbered=True))
    except ProtocolError:
        return
    at_deg = -75.0
    for made in protocol.stages:
        assert 5.0 <= made.angle_deg <= protocol.ceiling_deg <= 90.0
        assert not (at_deg >= 28.0 > made.angle_deg)
        if made.oscillation:
            ends = sorted((made.angle_deg, made.oscillation.to_deg))
            assert ends[1] < 28.0 or ends[0] > 32.0
            assert 2.0 * (ends[1] - ends[0]) / made.oscillation.period_s <= 1.5
        at_deg = made.angle_deg
    assert all(hold_s > 0.0 for hold_s in plan_holds_s(protocol.plan(Limits()), Limits()))


def test_the_documents_example_is_a_protocol_and_its_refusal_is_what_the_loader_says(tmp_path: Path) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    example = text.split("```toml\n")[1].split("```")[0]
    assert len(loaded(example, tmp_path).stages) == 2
    (tmp_path / "evening.toml").write_text(example.replace("to_deg = 40", "to_deg = 20"))
    with pytest.raises(ProtocolError) as caught:
        load_protocol(tmp_path / "evening.toml")
    assert str(caught.value).removeprefix(f"{tmp_path}/") in text


def test_the_document_names_every_key_that_the_built_in_files_use() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for name in (*BUILT_IN, *FOR_CONDITIONS):
        file = tomllib.loads((Path(__file__).parents[2] / "controller/programme/protocols" / f"{name}.toml").read_text())
        assert f"| `{name}` | {file['title']} |" in text
        assert all(f"| `{key}` |" in text for key in file)
        for made in file["stages"]:
            assert all(f"`stages.{key}" in text for key in made)
            assert all(f"`stages.prompts.{key}`" in text for prompt in made["prompts"] for key in prompt)
