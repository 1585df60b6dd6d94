"""Each prompt of the guide in a real session on the simulated table: as text on the display, with a phrase of its own, at its moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from controller.core.limits import Limits
from controller.core.model import Mode, Outputs, Permission
from controller.programme.model import Condition, Person, Preparation, Prepared
from controller.programme.protocols import builtin_protocols, condition_protocols
from controller.records.store import opened
from controller.voice import catalogue
from sim.agenda import Agenda
from sim.biography import cleared
from sim.runner import Run
from sim.scenario import Scenario
from sim.trace import Row
from tests.programme.people import at, held
from tests.records.tables import rows
from tests.records.values import values
from tests.therapy.evening import BEGINS, Evening, evening

PHRASES = catalogue.load()
ASKED = "All right? Press OK"  # goes before a prompt
WALK = "Walk now: the space you gained in your spine lasts 45 to 90 minutes."
PROTOCOLS = {protocol.name: protocol for protocol in (*builtin_protocols(), *condition_protocols())}


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A prompt as it came."""

    text: str
    mode: Mode
    after_s: float  # since the mode began
    line: str  # the display's second one, a moment later
    spoken: bool


class Heard(Run):
    """A session by a protocol, and what was said and shown in it."""

    def __init__(self, name: str) -> None:
        plan = PROTOCOLS[name].plan(Limits())
        permission = Permission(plan=plan, spotter_required=False)
        scenario = Scenario(path=Path(name), name=name, title=name, plan=plan, permission=permission, limits=Limits(), lasts_s=1500.0)
        super().__init__(scenario, "fast", 1, lambda _moment: None)
        self.given: list[Given] = []
        self.said: list[str] = []
        self._mode, self._since_s = Mode.STARTING, 0.0

    def tick(self, agenda: Agenda, row: Row) -> None:
        super().tick(agenda, row)
        outputs: Outputs = self.process.disk.outputs
        if outputs.mode is not self._mode:
            self._mode, self._since_s = outputs.mode, row.t_s
        if outputs.phrase:
            self.said.append(outputs.phrase)
        for event in outputs.events:
            if event.kind == "prompt":
                after_s = row.t_s - self._since_s
                self.given.append(
                    Given(text=event.text, mode=outputs.mode, after_s=after_s, line=outputs.lines[1], spoken=outputs.phrase == event.text)
                )


@cache
def session(name: str) -> Heard:
    """Held once, monitors on."""
    run = Heard(name)
    assert run.to_the_end().failures() == []
    return run


@pytest.mark.req("TP5", "TP7", "PU2")
@pytest.mark.parametrize(
    ("protocol", "key", "mode", "moments_s"),
    [
        ("week_3", "breathe_nose", Mode.DESCENDING, [1.0, 30.0]),
        ("week_3", "arm_circles", Mode.HOLDING, [35.0, 95.0, 155.0]),
        ("week_5", "partial_sit_ups", Mode.HOLDING, [50.0, 170.0, 290.0]),
        ("sciatica_1", "leg_rotation", Mode.HOLDING, [3.0, 19.0, 33.0]),
        ("sciatica_1", "leg_rest", Mode.HOLDING, [13.0, 29.0, 43.0]),
    ],
)
def test_a_prompt_is_said_and_shown_at_its_moment_of_the_session(protocol: str, key: str, mode: Mode, moments_s: list[float]) -> None:
    plan, heard = PROTOCOLS[protocol].plan(Limits()), session(protocol)
    texts = [prompt.text for stage in plan.stages for prompt in (*stage.way_prompts, *stage.prompts) if prompt.key == key]
    assert len(texts) == len(moments_s)
    given = [each for each in heard.given if each.text in texts and each.mode is mode]
    given = given[: len(moments_s)]
    assert [each.after_s for each in given] == pytest.approx(moments_s, abs=1.0)
    for each in given:
        assert each.text in heard.said
        assert each.line == ASKED or each.text.startswith(each.line.rstrip(".").strip()[:15]), f"{each.line!r} does not show {each.text!r}"
        assert all(PHRASES.knows(sentence) for sentence in catalogue.sentences(each.text))


@pytest.mark.req("TP5")
def test_the_legs_are_turned_three_times_for_ten_seconds_each() -> None:
    """The guide: hold each rotation for 10 seconds, repeating 3x per session."""
    exercise = [
        each for each in session("sciatica_1").given if each.mode is Mode.HOLDING and ("egs" in each.text or "And back" in each.text)
    ]
    moments_s = [each.after_s for each in exercise]
    turns, backs = moments_s[::2], moments_s[1::2]
    assert [back - turn for turn, back in zip(turns, backs, strict=True)] == pytest.approx([10.0, 10.0, 10.0], abs=0.3)


# ------------------------------------------------------------------ outside the session


def told(table: Evening) -> list[str]:
    """Every reminder so far, as the records have them."""
    table.until_records(lambda: table.journal.waiting == 0)
    return [row[0] for row in rows(table.folder, "SELECT text FROM events WHERE kind = 'prompt' AND rule = 'TP14' ORDER BY id")]


def somebody(table: Evening, condition: Condition, days_ago: int) -> None:
    """With a first session so many days ago, ready for the next one but for heat."""
    with opened(table.folder) as store:
        person = Person(key="ada", name="Ada", added_at=BEGINS, height_cm=170.0, mass_kg=80.0, shaft_setting="7", condition=condition)
        store.add_person(person)
        day = at()
        began = held(
            cleared(BEGINS - timedelta(days=400)), type(day)(at=BEGINS - timedelta(days=days_ago), zone=day.zone, clock_trusted=True)
        )
        store.record("ada", *values(began))
    table.until_records(lambda: table.journal.known is not None and "Nobody is chosen." not in table.refusals())


@pytest.mark.req("TP5", "TP14", "PU2")
def test_heat_water_core_work_and_drinking_are_told_while_the_table_waits_and_heat_no_more_once_it_is_confirmed(tmp_path: Path) -> None:
    with evening(tmp_path / "records") as table:
        somebody(table, Condition.MUSCLE_SPASM, 2)
        table.run(120.0)
        found = told(table)
        words = ("Apply heat to the tight muscles for 15 minutes", "Drink a glass of water (8 oz", "core work keeps", "oz (")
        assert [any(word in text for text in found) for word in words] == [True] * 4, found
        assert not any("Walk now" in text for text in found)
        with opened(table.folder) as store:
            for what in Preparation:
                store.record("ada", Prepared(at=table.moment().at, session=2, what=what))
        table.until_records(lambda: not any("heat" in prompt.text for prompt in table.programme.permission(0, at_upright=True).reminders))
        assert {prompt.key for prompt in table.programme.permission(0, at_upright=True).reminders} == {"core_work", "hydrate"}


@pytest.mark.req("TP5", "TP7", "TP14")
def test_after_a_session_for_a_herniated_disc_the_walk_is_told_when_the_table_is_free_again(tmp_path: Path) -> None:
    with evening(tmp_path / "records") as table:
        somebody(table, Condition.HERNIATED_DISC, 2)
        table.prepare(2)
        table.until_records(table.allowed)
        table.step_on()
        table.session()
        table.run(40.0)
        table.until_records(lambda: any(prompt.key == "walk" for prompt in table.programme.permission(0, at_upright=True).reminders))
        table.run(60.0)
        found = told(table)
        assert found.count(WALK) == 1
        assert not any("core work" in text for text in found[found.index(WALK) :]), "today had its session"
