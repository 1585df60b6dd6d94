"""The guide's condition protocols: inside the guide, inside the week they begin in, with the prompts it asks for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.limits import Limits
from controller.core.model import Prompt
from controller.core.motion import plan_holds_s
from controller.programme.model import Condition, Preparation, Prepared
from controller.programme.outcome import Step
from controller.programme.plans import ENDINGS, MOVEMENTS, PlanBounds
from controller.programme.protocols import (
    FOR_CONDITIONS,
    Protocol,
    ProtocolError,
    builtin_protocols,
    condition_protocols,
    load_protocol,
    own_protocols,
)
from controller.programme.verdict import judge
from tests.programme.people import at, case, held_on

LIMITS = Limits()
ALL = {protocol.name: protocol for protocol in builtin_protocols() + condition_protocols()}

GUIDE = [  # name, condition, from week, angles, longest hold, a key that must be prompted and how often at least
    ("herniated_disc_1", Condition.HERNIATED_DISC, 1, (30, 30), 120, "knees_rocking", 2),
    ("herniated_disc_3", Condition.HERNIATED_DISC, 3, (30, 45), 300, "knees_rocking", 2),
    ("flare_up_1", Condition.ACUTE_FLARE_UP, 1, (15, 30), 120, "knees_rocking", 1),
    ("flare_up_3", Condition.ACUTE_FLARE_UP, 3, (30, 45), 300, "knees_rocking", 2),
    ("sciatica_1", Condition.SCIATICA, 1, (15, 15), 60, "leg_rotation", 3),
    ("sciatica_2", Condition.SCIATICA, 2, (15, 30), 120, "leg_rotation", 3),
    ("sciatica_3", Condition.SCIATICA, 3, (45, 45), 300, "leg_rotation", 3),
    ("muscle_spasm_1", Condition.MUSCLE_SPASM, 1, (30, 30), 120, "arms_overhead", 1),
    ("muscle_spasm_3", Condition.MUSCLE_SPASM, 3, (30, 60), 300, "arms_overhead", 2),
    ("maintenance", None, 5, (45, 60), 300, "partial_sit_ups", 2),
]


def keys(protocol: Protocol) -> list[str]:
    return [prompt.key for stage in protocol.plan(LIMITS).stages for prompt in stage.prompts]


@pytest.mark.req("TP5", "TP4", "TP7")
@pytest.mark.parametrize(("name", "condition", "week", "angles", "hold_s", "key", "times"), GUIDE)
def test_each_is_inside_the_guide_and_prompts_what_it_asks_for(
    name: str, condition: Condition | None, week: int, angles: tuple[float, float], hold_s: float, key: str, times: int
) -> None:
    protocol = ALL[name]
    (stage,) = protocol.plan(LIMITS).stages
    assert protocol.conditions == ((condition,) if condition else ())
    assert protocol.from_week == week
    assert angles[0] <= stage.angle_deg <= angles[1]
    assert stage.hold_s <= hold_s
    assert plan_holds_s(protocol.plan(LIMITS), LIMITS) == (stage.hold_s,)
    assert keys(protocol).count(key) >= times
    assert "next_up" in keys(protocol)
    assert any("nose" in prompt.text for prompt in stage.way_prompts)
    assert any(f"{stage.angle_deg:.0f} degrees for" in prompt.text for prompt in stage.way_prompts)
    assert all(len(prompt.text) <= 80 and "{" not in prompt.text for prompt in (*stage.prompts, *stage.way_prompts))


@pytest.mark.req("TP5")
def test_the_table_above_is_all_of_them() -> None:
    assert tuple(row[0] for row in GUIDE) == FOR_CONDITIONS
    assert set(ALL) - set(FOR_CONDITIONS) == {"first", "week_1", "week_3", "week_5"}


@pytest.mark.req("TP5")
def test_where_the_guide_gives_a_least_hold_it_is_held() -> None:
    """A disc 3-5 minutes and a spasm 5 minutes once the week allows it (TP4), sciatica 60 s in week one."""
    least_s = {"herniated_disc_3": 180.0, "muscle_spasm_3": 300.0, "sciatica_1": 60.0}
    for name, hold_s in least_s.items():
        assert sum(stage.hold_s for stage in ALL[name].plan(LIMITS).stages) >= hold_s, name


@pytest.mark.req("TP7")
def test_arm_circles_are_for_weeks_3_and_4_and_partial_sit_ups_from_week_5_on() -> None:
    """Of the protocols for anybody; a condition has its own exercises (TP5)."""
    for_anybody = [protocol for protocol in ALL.values() if not protocol.conditions]
    for key, weeks in (("arm_circles", {3}), ("partial_sit_ups", {5})):
        assert {protocol.from_week for protocol in for_anybody if key in keys(protocol)} == weeks
        assert all(key in keys(protocol) for protocol in for_anybody if protocol.from_week in weeks)


@pytest.mark.req("TP5")
@pytest.mark.parametrize("name", ["sciatica_1", "sciatica_2", "sciatica_3"])
def test_each_leg_rotation_is_held_for_ten_seconds_and_ended(name: str) -> None:
    prompts = ALL[name].plan(LIMITS).stages[0].prompts
    begun = [prompt.at_s for prompt in prompts if prompt.key == "leg_rotation"]
    ended = [prompt.at_s for prompt in prompts if prompt.key == "leg_rest"]
    assert [end - begin for begin, end in zip(begun, ended, strict=True)] == [10.0, 10.0, 10.0]
    assert any("Never force" in prompt.text for prompt in prompts)


@pytest.mark.req("TP5", "TP6")
def test_heat_walks_and_quotas_are_the_guides() -> None:
    assert {name for name, each in ALL.items() if Preparation.HEAT in each.requires} == {"muscle_spasm_1", "muscle_spasm_3"}
    assert {name for name, each in ALL.items() if "walk" in each.after} == {
        "herniated_disc_1", "herniated_disc_3", "flare_up_1", "flare_up_3",
    }  # fmt: skip
    assert (ALL["maintenance"].most_per_week, ALL["flare_up_1"].most_per_day, ALL["flare_up_3"].most_per_day) == (4, 3, 3)
    flare = ALL["flare_up_3"].plan(LIMITS, PlanBounds(inverted_s=300.0))
    assert plan_holds_s(flare, LIMITS) == (flare.stages[0].hold_s,)  # five minutes with the way there and back


@pytest.mark.req("TP5")
@pytest.mark.parametrize(("minutes_ago", "warm"), [(0, True), (60, True), (61, False), (300, False), (-1, False)])
def test_heat_that_was_confirmed_more_than_an_hour_ago_is_cold_again(minutes_ago: int, warm: bool) -> None:
    good = case(held_on(*range(16)), at(16))
    said = Prepared(at=good.moment.at - timedelta(minutes=minutes_ago), session=good.history.next_session, what=Preparation.HEAT)
    spasm = replace(good, person=replace(good.person, condition=Condition.MUSCLE_SPASM), history=replace(good.history, prepared=(said,)))
    (offer,) = [each for each in judge(spasm).offers if each.protocol == "muscle_spasm_3"]
    assert [refused.name for refused in offer.refusals] == ([] if warm else ["not_prepared_heat"])
    assert warm or said.at.isoformat() in offer.refusals[0].value


@pytest.mark.req("TP16", "TP5")
def test_no_own_protocol_may_take_the_name_of_one_of_them(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('name = "sciatica_2"\ntitle = "x"\n[[stages]]\nangle_deg = 20\nhold_s = 60\n')
    with pytest.raises(ProtocolError, match="'sciatica_2' is the name of a built-in protocol"):
        own_protocols(tmp_path)


# ------------------------------------------------------------------ prompts that every session has (TP7)


def own(folder: Path, body: str) -> Protocol:
    file = folder / "own.toml"
    file.write_text('name = "own"\ntitle = "Own: nothing said"\n' + body, encoding="utf-8")
    return load_protocol(file)


def said(prompts: tuple[Prompt, ...]) -> list[str]:
    return [prompt.key for prompt in prompts]


BARE = "[[stages]]\nangle_deg = {angle}\nhold_s = {hold}\n"


@pytest.mark.req("TP7", "TP5", "TP16")
@pytest.mark.parametrize(
    ("head", "angle", "hold", "step", "expected"),
    [
        ("", 20, 60, Step.WEEKS_1_2, ["next_up"]),
        ("", 50, 120, Step.WEEKS_3_4, ["arm_circles", "arms_rest", "next_up"]),
        ("", 70, 120, Step.WEEK_5_ON, ["partial_sit_ups", "relax", "next_up"]),
        ("from_week = 5\n", 50, 120, Step.WEEKS_3_4, ["partial_sit_ups", "relax", "next_up"]),
        ("", 70, 100, Step.WEEK_5_ON, ["next_up"]),  # too short to end what would be begun
        ('conditions = ["sciatica"]\n', 40, 120, Step.WEEKS_3_4, ["leg_rotation", "leg_rest"] * 3 + ["next_up"]),
        ('conditions = ["muscle_spasm"]\n', 40, 120, Step.WEEKS_3_4, ["arms_overhead", "arms_crossed", "next_up"]),
        ('conditions = ["herniated_disc"]\n', 40, 120, Step.WEEKS_3_4, ["knees_rocking", "knees_rest", "next_up"]),
    ],
)
def test_a_protocol_that_says_nothing_gets_the_guides_prompts(
    head: str, angle: int, hold: int, step: Step, expected: list[str], tmp_path: Path
) -> None:
    protocol = own(tmp_path, head + BARE.format(angle=angle, hold=hold))
    assert protocol.least_step is step
    (stage,) = protocol.plan(LIMITS).stages
    assert said(stage.prompts) == expected
    assert said(stage.way_prompts) == ["breathe_nose", "next_hold"]


@pytest.mark.req("TP7")
def test_between_stages_it_is_said_what_comes_next_and_how_long(tmp_path: Path) -> None:
    first, second = own(tmp_path, BARE.format(angle=20, hold=40) + BARE.format(angle=25, hold=50)).plan(LIMITS).stages
    assert first.prompts[-1].text == "Next, in 15 seconds: on to 25 degrees."
    assert first.prompts[-1].at_s == 25.0
    assert second.way_prompts[0].text == "Next: 25 degrees for 50 seconds. RETURN brings you up at any time."
    assert said(second.prompts) == ["next_up"]


# ------------------------------------------------------------------ narrowed to a person (TP16, SR5)


@pytest.mark.req("SR5", "TP1", "TP7")
def test_a_ceiling_clips_the_angle_and_the_words_and_the_title_follow() -> None:
    plan = ALL["week_3"].plan(LIMITS, PlanBounds(angle_deg=40.0))
    assert (plan.ceiling_deg, plan.stages[0].angle_deg, plan.title) == (40.0, 40.0, "Weeks 3-4: 40 degrees")
    assert any("Next: 40 degrees for 4 minutes." in prompt.text for prompt in plan.stages[0].way_prompts)
    assert ALL["week_3"].plan(LIMITS, PlanBounds(angle_deg=50.0)).title == ALL["week_3"].title
    assert ALL["week_5"].plan(Limits(ceiling_deg=65.0)).stages[0].angle_deg == 65.0


@pytest.mark.req("SR2", "TP7")
def test_a_cut_hold_keeps_its_last_prompt_and_says_its_real_length() -> None:
    plan = ALL["week_5"].plan(LIMITS, PlanBounds(inverted_s=400.0))
    (hold_s,) = plan_holds_s(plan, LIMITS)
    assert hold_s < 300.0
    last = next(prompt for prompt in plan.stages[0].prompts if prompt.key == "next_up")
    assert last.at_s == pytest.approx(hold_s - 15.0)
    assert not any("7 minutes" in prompt.text for prompt in plan.stages[0].way_prompts)


@pytest.mark.req("SR3", "SR5")
def test_rocking_beyond_the_ceiling_is_left_out_and_never_moved_across_the_gate(tmp_path: Path) -> None:
    rocking = own(tmp_path, BARE.format(angle=40, hold=120) + "oscillation = { to_deg = 45, period_s = 30 }\n")
    assert rocking.plan(LIMITS, PlanBounds(angle_deg=45.0)).stages[0].oscillation is not None
    for ceiling_deg in (44.9, 41.0, 33.0, 30.0, 20.0):
        (stage,) = rocking.plan(LIMITS, PlanBounds(angle_deg=ceiling_deg)).stages
        assert stage.oscillation is None
        assert stage.angle_deg == min(40.0, ceiling_deg)


@pytest.mark.req("TP16", "SR5", "SR2")
@given(name=st.sampled_from(sorted(ALL)), angle_deg=st.floats(5.0, 95.0), inverted_s=st.floats(60.0, 700.0))
def test_a_protocol_can_only_narrow_a_persons_ceiling(name: str, angle_deg: float, inverted_s: float) -> None:
    plan = ALL[name].plan(LIMITS, PlanBounds(angle_deg=angle_deg, inverted_s=inverted_s))
    assert plan.ceiling_deg <= min(angle_deg, 90.0, ALL[name].ceiling_deg)
    assert all(stage.angle_deg <= plan.ceiling_deg for stage in plan.stages)
    assert plan.max_inverted_s <= min(inverted_s, 600.0)
    for stage, hold_s in zip(plan.stages, plan_holds_s(plan, LIMITS), strict=True):
        assert hold_s <= stage.hold_s
        assert [prompt.at_s for prompt in stage.prompts] == sorted(prompt.at_s for prompt in stage.prompts)


@pytest.mark.req("TP7", "TP1")
def test_a_protocol_that_is_clipped_to_the_gate_is_not_announced_to_go_up_to_it() -> None:
    for name in ("week_3", "herniated_disc_3", "maintenance"):
        for angle_deg, there in ((25.0, False), (30.0, False), (35.0, True)):
            plan = ALL[name].plan(LIMITS, PlanBounds(angle_deg=angle_deg))
            (up,) = [prompt for prompt in plan.stages[0].prompts if prompt.key == "next_up"]
            assert ("up to 30 degrees" in up.text) is there, (name, angle_deg)
            assert up.at_s == plan.stages[0].hold_s - 15.0


@pytest.mark.req("SR2", "TP7")
@pytest.mark.parametrize("name", sorted(ALL))
def test_a_cut_hold_has_nothing_after_its_last_words_and_ends_every_movement(name: str) -> None:
    for inverted_s in range(90, 600, 7):
        plan = ALL[name].plan(LIMITS, PlanBounds(inverted_s=float(inverted_s)))
        (hold_s,) = plan_holds_s(plan, LIMITS)
        told = plan.stages[0].prompts
        if hold_s < 40.0 or hold_s == plan.stages[0].hold_s:
            continue
        assert told[-1].key == "next_up", inverted_s
        assert [prompt.at_s for prompt in told] == sorted(prompt.at_s for prompt in told)
        assert told[-1].at_s < hold_s
        moved = [prompt.key in MOVEMENTS for prompt in told if prompt.key in (*MOVEMENTS, *ENDINGS)]
        assert not moved or not moved[-1], (inverted_s, told)


@pytest.mark.req("SR2", "TP1", "TP7")
def test_the_title_names_no_hold_that_is_cut_and_keeps_its_weeks() -> None:
    disc = ALL["herniated_disc_1"]
    assert disc.plan(LIMITS).title == "Herniated disc, weeks 1-2: 30°, 2 min"
    assert disc.plan(LIMITS, PlanBounds(inverted_s=180.0)).title == "Herniated disc, weeks 1-2: 30 degrees"
    assert disc.plan(LIMITS, PlanBounds(angle_deg=20.0)).title == "Herniated disc, weeks 1-2: 20 degrees"
    assert all(len(each.plan(LIMITS, PlanBounds(angle_deg=10.0)).title) <= 40 for each in ALL.values())
