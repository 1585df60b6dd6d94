"""`inversion-table-people` as a physiotherapist meets it: real records in a folder, a fixed day, one line for each error."""

from __future__ import annotations

import csv
import json
import os
import re
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from controller.people import quantities
from controller.people.__main__ import main, people
from controller.programme.model import Moment
from controller.programme.sessions import Ending, MeasuredStage, PlannedStage, SessionRecord
from controller.records.store import opened

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)


class Said(NamedTuple):
    code: int
    out: str
    err: str


class Table:
    """A records folder, a settings file and a clock that the test moves."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder / "records"
        self.settings = folder / "settings.toml"
        self.settings.write_text('[table]\ncertified_mark = "CE"\n')
        self.now = Moment(at=MONDAY, zone=BERLIN, clock_trusted=True)
        self._capsys = capsys

    def says(self, *arguments: str) -> Said:
        code = main(["--records", str(self.folder), "--settings", str(self.settings), *arguments], lambda: self.now)
        out, err = self._capsys.readouterr()
        assert "Traceback" not in err
        return Said(int(code), out, err)

    def does(self, *arguments: str) -> str:
        said = self.says(*arguments)
        assert (said.code, said.err) == (0, ""), said
        return said.out

    def knows(self, *arguments: str) -> Any:
        return json.loads(self.does("--json", *arguments))

    def refused(self, *arguments: str) -> str:
        """The one line of an error."""
        said = self.says(*arguments)
        assert said.code != 0
        assert said.out == ""
        assert said.err.count("\n") == 1
        assert said.err.startswith("inversion-table-people: ")
        return said.err.removeprefix("inversion-table-people: ").rstrip()

    def later(self, **span: float) -> None:
        self.now = Moment(at=self.now.at + timedelta(**span), zone=BERLIN, clock_trusted=True)

    def held(self, who: str, number: int, *, deg: float = 15.0, dizzy_after_s: float = 0.0) -> None:
        """A session, as the service records one."""
        key = self.knows("show", who)["person"]["key"]
        with opened(self.folder) as store:
            store.record(
                key,
                SessionRecord(
                    number=number, protocol="first", started_at=self.now.at, zone="Europe/Berlin", utc_offset_s=3600, clock_trusted=True,
                    planned=(PlannedStage(angle_deg=deg, hold_s=30.0),), ceiling_deg=deg, ended_at=self.now.at + timedelta(minutes=3),
                    measured=(MeasuredStage(deepest_deg=deg, held_s=30.0),), deepest_deg=deg, inverted_s=75.0, ending=Ending.COMPLETED,
                    spotter_confirmed=True, settled=True, dizzy_after_s=dizzy_after_s,
                ),
            )  # fmt: skip


@pytest.fixture
def table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Table:
    return Table(tmp_path, capsys)


@pytest.fixture
def ada(table: Table) -> Table:
    table.does("add", "Ada Lovelace", "--height", "5'5\"", "--weight", "137lb", "--born", "1981", "--shaft", "7")
    return table


def rules(table: Table, who: str = "ada") -> set[str]:
    return {refused["name"] for refused in table.knows("plan", who)["verdict"]["refusals"]}


@pytest.mark.req("TP2")
def test_the_settings_numbers_are_those_of_the_plan_too(ada: Table) -> None:
    assert "too_heavy" not in rules(ada)
    ada.settings.write_text('[table]\ncertified_mark = "CE"\n[rules]\nload_ratio = 1.9\n')
    assert "too_heavy" in rules(ada)
    ada.settings.write_text('[table]\ncertified_mark = "CE"\n[rules]\nload_ratio = 1.1\n')
    assert "settings.toml:4: rules.load_ratio: 1.1 is outside 1.2 to 2 (TP2)" in ada.refused("plan", "ada")


# ------------------------------------------------------------------ a whole way to the first session


@pytest.mark.req("TP1", "TP2", "TP3")
def test_each_refusal_of_the_plan_is_lifted_by_the_command_it_asks_for_and_then_start_may_come(ada: Table) -> None:
    expected = {"questions_unanswered", "not_signed_off", "release_not_practised", "set_up_unconfirmed"}
    assert rules(ada) == expected
    for command, lifts in (
        (("ask", "ada", "--no-others"), "questions_unanswered"),
        (("sign-off", "ada", "--by", "A. Turner", "--on", "2026-03-01"), "not_signed_off"),
        (("practised", "ada"), "release_not_practised"),
        (("checklist", "ada", "--all"), "set_up_unconfirmed"),
    ):
        ada.does(*command)
        expected -= {lifts}
        assert rules(ada) == expected
    assert ada.knows("plan", "ada")["may_start"] is True
    assert "Ada Lovelace: may start; session 1" in ada.does("plan", "ada")


@pytest.mark.req("TP1")
def test_a_yes_needs_a_clinician_whose_ceiling_and_expiry_then_hold(ada: Table) -> None:
    ada.does("ask", "ada", "--yes", "glaucoma", "--no-others")
    assert "not_cleared_glaucoma" in rules(ada)
    clear = ("clear", "ada", "--by", "Dr Weiss", "--on", "2026-03-01", "--for", "glaucoma", "--angle", "10", "--time", "2min")
    ada.does(*clear, "--until", "2026-04-01")
    assert "not_cleared_glaucoma" not in rules(ada)
    ceiling = ada.knows("plan", "ada")["verdict"]["ceiling"]
    assert (ceiling["angle_deg"], ceiling["angle_rule"], ceiling["inverted_s"]) == (10.0, "TP1", 120.0)
    ada.later(days=31)
    assert "not_cleared_glaucoma" in rules(ada)


@pytest.mark.req("TP9")
def test_what_was_felt_blocks_until_a_clinician_lifts_that_block(ada: Table) -> None:
    ada.held("ada", 1)
    said = ada.does("felt", "ada", "--sign", "numbness", "--note", "left foot")
    assert "block 1: a clinician has to look at it (numbness)" in said
    assert "blocked_1" in rules(ada)
    assert ada.refused("clear", "ada", "--by", "Dr Weiss", "--on", "2026-03-02", "--lifts", "7").startswith(
        "--lifts 7: there is no such block"
    )
    ada.does("clear", "ada", "--by", "Dr Weiss", "--on", "2026-03-02", "--lifts", "1")
    assert "blocked_1" not in rules(ada)


@pytest.mark.req("TP12")
def test_ratings_before_and_after_stand_in_the_history_with_the_session(ada: Table) -> None:
    ada.does("rate", "ada", "--before", "--pain", "6", "--toe", "5in", "--stiffness", "20", "--doses", "1", "--night-pain")
    ada.held("ada", 1)
    ada.does("rate", "ada", "--after", "--pain", "4")
    (found,) = ada.knows("history", "ada")
    assert (found["before"]["pain"], found["after"]["pain"], found["before"]["night_pain"]) == (6, 4, True)
    assert found["before"]["toe_touch_cm"] == pytest.approx(12.7)
    shown = ada.does("history", "ada")
    assert re.search(r"1 +│ 2026-03-02 19:30 +│ first +│ 15 deg +│ 75 s +│ completed +│ 6 to 4 +│ -", shown)


@pytest.mark.req("TP13")
def test_progress_shows_the_arithmetic_and_never_counts_what_is_missing(ada: Table) -> None:
    assert [marker["state"] for marker in ada.knows("progress", "ada")["markers"]] == ["not", "not", "not"]
    assert "nothing was measured before a session" in ada.does("progress", "ada")


@pytest.mark.req("TP6")
def test_after_the_days_sessions_the_plan_says_so_and_when_it_lifts(ada: Table) -> None:
    for number in (1, 2, 3):
        ada.held("ada", number)
        ada.later(minutes=30)
    refusals = ada.knows("plan", "ada")["verdict"]["refusals"]
    (used_up,) = [each for each in refusals if each["rule"] == "TP6"]
    assert used_up["lifts_on"] == "2026-03-03"


@pytest.mark.req("TP1", "TP5", "SR2")
def test_the_plan_shows_the_hold_that_fits_and_no_angle_for_a_session_that_is_beyond_the_person(ada: Table) -> None:
    assert "there was no session yet" in ada.refused("rate", "ada", "--after", "--pain", "3")
    ada.does("edit", "ada", "--condition", "herniated_disc")
    ada.does("clear", "ada", "--by", "Dr Weiss", "--on", "2026-03-01", "--time", "3min")
    ada.held("ada", 1)
    ada.later(days=1)
    rows = {words[0]: words[1].strip() for line in ada.does("plan", "ada").splitlines() if len(words := line.split("│")) == 3}
    planned = {name.strip(): planned for name, planned in rows.items()}
    assert planned["first"] == "15 deg 30 s"
    assert planned["herniated_disc_1"] == "30 deg 102 s"  # of 120: the way there and back is inside the three minutes
    assert planned["maintenance"] == planned["herniated_disc_3"] == "-"


# ------------------------------------------------------------------ people


@pytest.mark.req("TP15")
def test_several_people_are_kept_apart_and_meant_by_key_or_by_the_beginning_of_a_name(ada: Table) -> None:
    ada.does("add", "Adam", "--height", "180", "--weight", "80")
    assert ada.refused("plan", "ad").startswith("ad: 2 people are called so; use a key: ")
    key = ada.knows("list")[1]["key"]
    assert ada.knows("show", key)["person"]["name"] == "Adam"
    assert [person["name"] for person in ada.knows("list")] == ["Ada Lovelace", "Adam"]


def test_a_change_is_kept_and_the_rest_stays(ada: Table) -> None:
    ada.does("edit", "ada", "--weight", "60kg", "--condition", "sciatica", "--dizzy-to-level")
    person = ada.knows("show", "ada")["person"]
    assert (person["mass_kg"], person["condition"], person["dizzy_to_level"], person["shaft_setting"]) == (60.0, "sciatica", True, "7")


@pytest.mark.req("TP15", "TP1")
def test_erasing_needs_a_word_and_adding_again_does_not_reset_the_need_for_clearance(ada: Table) -> None:
    ada.does("ask", "ada", "--yes", "vertigo", "--no-others")
    assert "say --really" in ada.refused("erase", "ada")
    ada.does("erase", "ada", "--really")
    assert ada.knows("list") == []
    assert b"Lovelace" not in b"".join(file.read_bytes() for file in ada.folder.iterdir())
    assert "they need one still" in ada.does("add", "ada  LOVELACE", "--height", "165", "--weight", "62", "--born", "1981")


@pytest.mark.req("TP15")
@pytest.mark.parametrize("kind", ["json", "csv"])
def test_an_export_is_readable_by_its_owner_only_and_overwrites_nothing(ada: Table, tmp_path: Path, kind: str) -> None:
    ada.does("rate", "ada", "--before", "--pain", "6")
    files = [Path(name) for name in ada.knows("export", "ada", "--to", str(tmp_path), "--as", kind)["files"]]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    if kind == "json":
        assert json.loads(files[0].read_text())["ratings"][0]["pain"] == 6
    else:
        (ratings,) = [file for file in files if file.name.endswith("-ratings.csv")]
        assert next(csv.DictReader(ratings.read_text().splitlines()))["pain"] == "6"
    assert "is there already and is not overwritten" in ada.refused("export", "ada", "--to", str(tmp_path), "--as", kind)


# ------------------------------------------------------------------ errors and help


def test_records_that_are_not_there_are_one_line(table: Table) -> None:
    said = table.says("list")
    assert (said.code, said.err.count("\n")) == (66, 1)
    assert "no records here yet" in said.err


def test_records_of_another_user_are_not_touched(ada: Table) -> None:
    os.chown(ada.folder, 12345, -1)
    said = ada.says("list")
    assert said.code == 77
    assert "belongs to user 12345; run: sudo -u 12345" in said.err


@pytest.mark.req("TP15")
def test_nothing_of_a_person_is_seen_by_other_users(ada: Table) -> None:
    assert stat.S_IMODE(ada.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in ada.folder.iterdir()} == {0o600}


@pytest.mark.parametrize("name", sorted(people.commands))
def test_every_command_has_help_and_all_but_the_shells_own_has_examples(name: str, table: Table) -> None:
    shown = table.does(name, "--help")
    assert shown.startswith(f"Usage: inversion-table-people {name}")
    assert name == "completion" or f"  inversion-table-people {name}" in shown or f"  inversion-table-people --json {name}" in shown


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_printed_for_each_shell(shell: str, table: Table) -> None:
    assert "_INVERSION_TABLE_PEOPLE_COMPLETE" in table.does("completion", shell)


@pytest.mark.req("SR12")
def test_no_command_starts_or_steers_the_table() -> None:
    assert set(people.commands) == {
        "acknowledge", "add", "ask", "checklist", "choose", "clear", "clock", "completion", "draw",
        "edit", "erase", "export", "felt", "history", "list",
        "plan", "practised", "prepared", "progress", "rate", "show", "sign-off",
    }  # fmt: skip


# ------------------------------------------------------------------ quantities

QUANTITIES: list[tuple[Callable[[str], float], str, float]] = [
    (quantities.height_cm, "178", 178.0),
    (quantities.height_cm, "178 cm", 178.0),
    (quantities.height_cm, "1.78m", 178.0),
    (quantities.height_cm, "5'10\"", 177.8),
    (quantities.height_cm, "5ft10", 177.8),
    (quantities.height_cm, "6'", 182.88),
    (quantities.mass_kg, "80", 80.0),
    (quantities.mass_kg, "176lb", 79.832),
    (quantities.toe_touch_cm, "5in", 12.7),
    (quantities.toe_touch_cm, "-3", -3.0),
    (quantities.minutes_s, "3", 180.0),
    (quantities.minutes_s, "90s", 90.0),
]


@pytest.mark.req("TP2", "TP12")
@pytest.mark.parametrize(("read", "text", "value"), QUANTITIES)
def test_quantities_are_read_in_either_system(read: Callable[[str], float], text: str, value: float) -> None:
    assert read(text) == pytest.approx(value, abs=0.001)


# ------------------------------------------------------------------ the clock


@pytest.mark.req("TP6", "SR11")
def test_a_clock_that_was_set_into_the_future_is_explained_and_put_right(ada: Table) -> None:
    assert "it is sure" in ada.does("clock")
    with opened(ada.folder) as store:
        store.saw(MONDAY + timedelta(days=900))
    shown = ada.does("clock")
    assert "the clock shows 2026-03-02 19:30 (Europe/Berlin)" in shown
    assert "the latest time a trusted clock has shown is 2028-08-18 20:30" in shown
    assert "no day begins" in shown
    assert ada.knows("clock")["sure"] is False
    right = ("clock", "--put-right", "--today", "2026-03-02", "--by", "A. Turner")
    assert "count as today's" not in ada.does(*right)
    assert ada.knows("clock")["sure"] is True
    assert "nothing to put right" in ada.refused(*right)


@pytest.mark.req("TP6", "SR12")
def test_the_clock_is_put_right_only_by_somebody_who_knows_the_date_while_a_time_service_vouches_for_it(ada: Table) -> None:
    with opened(ada.folder) as store:
        store.saw(MONDAY + timedelta(days=900))
    assert "say --today" in ada.refused("clock", "--put-right", "--by", "A. Turner")
    assert "say --today" in ada.refused("clock", "--put-right", "--today", "2026-03-02", "--by", " ")
    assert "the clock shows 2026-03-02" in ada.refused("clock", "--put-right", "--today", "2026-03-03", "--by", "A. Turner")
    assert "belong to --put-right" in ada.refused("clock", "--today", "2026-03-02")
    ada.now = Moment(at=MONDAY, zone=BERLIN, clock_trusted=False)
    assert "no time service has set the clock" in ada.refused("clock", "--put-right", "--today", "2026-03-02", "--by", "A. Turner")
    with opened(ada.folder) as store:
        assert store.latest_seen() == MONDAY + timedelta(days=900)


# ------------------------------------------------------------------ blocks that the table has measured


@pytest.mark.req("TP11", "TP15")
def test_a_block_that_only_the_table_has_measured_can_be_cleared_and_outlives_an_erasure(ada: Table) -> None:
    ada.held("ada", 1, dizzy_after_s=400.0)
    assert "blocked_1" in rules(ada)
    ada.does("clear", "ada", "--by", "Dr Weiss", "--on", "2026-03-02", "--lifts", "1")
    assert "blocked_1" not in rules(ada)
    ada.does("erase", "ada", "--really")
    ada.does("add", "Ada Lovelace", "--height", "165cm", "--weight", "62kg")
    assert {"blocked_1", "general_clearance"} <= rules(ada)
