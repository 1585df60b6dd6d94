"""`inversion-table-people` in clumsy and in hostile hands: one clear line, a documented exit code, nothing lost, nothing half done."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from controller.exit_codes import MEANINGS
from controller.people.__main__ import people
from controller.records import database
from controller.records.store import opened
from tests.people.test_people import MONDAY, Table
from tests.systemd.test_watchdog import as_root

PROGRAM = "controller.people"


@pytest.fixture
def table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Table:
    return Table(tmp_path, capsys)


@pytest.fixture
def ada(table: Table) -> Table:
    table.does("add", "Ada Lovelace", "--height", "165cm", "--weight", "62kg", "--shaft", "7")
    return table


def shell(table: Table, line: str) -> subprocess.CompletedProcess[str]:
    """A line of bash in which `people` is the real program, in a process of its own."""
    people_is = f'people() {{ "{sys.executable}" -m {PROGRAM} --records "{table.folder}" --settings "{table.settings}" "$@"; }}; '
    return subprocess.run(["bash", "-c", people_is + line], capture_output=True, text=True, timeout=60, check=False)


# ------------------------------------------------------------------ slips of the hand

MISTAKES: list[tuple[tuple[str, ...], int, str]] = [
    (("fly",), 2, "No such command 'fly'; inversion-table-people --help says more"),
    (
        ("history", "ada", "--last", "0"),
        2,
        "Invalid value for '--last': 0 is not in the range x>=1.",
    ),
    (
        ("history", "ada", "--last", "-3"),
        2,
        "Invalid value for '--last': -3 is not in the range x>=1.",
    ),
    (("rate", "ada", "--before", "--pain", "3", "--session", "7"), 2, "there is no session 7; `history` shows those there were"),
    (
        ("rate", "ada", "--before", "--pain", "3", "--session", "0"),
        2,
        "Invalid value for '--session': 0 is not in the range x>=1.",
    ),
    (("rate", "ada", "--before", "--pain", "3", "--stiffness", "-5"), 2, "stiffness_minutes: -5 is outside 0 to 1440"),
    (("rate", "ada", "--before", "--pain", "3", "--toe", "900in"), 2, "toe_touch_cm: 2286 is outside -60 to 150"),
    (("clear", "ada", "--by", "Dr W", "--on", "2026-03-03"), 2, "--on 2026-03-03: has not come yet; today is 2026-03-02"),
    (("sign-off", "ada", "--by", "Dr W", "--on", "2026-03-03"), 2, "--on 2026-03-03: has not come yet; today is 2026-03-02"),
    (
        ("clear", "ada", "--by", "Dr W", "--on", "1066-10-14"),
        2,
        "Invalid value for '--on': 1066-10-14: the year is not one of 2000 to 2100",
    ),
    (
        ("clear", "ada", "--by", "Dr W", "--on", "2026-03-02", "--lifts", "-1"),
        2,
        "--lifts -1: there is no such block; `plan` names those there are",
    ),
    (("clear", "ada", "--by", "Dr W", "--on", "2026-03-02", "--angle", "nan"), 2, "angle_ceiling_deg: nan is outside 5 to 90"),
    (("show", ""), 2, "WHO is empty; a key, or the beginning of a name, would be right"),
    (("erase", " ", "--really"), 2, "WHO is empty; a key, or the beginning of a name, would be right"),
    (
        ("add", "Bob", "--height", "tall", "--weight", "80"),
        2,
        "Invalid value for '--height': 'tall' is no height; 178cm or 5'10\" would be right",
    ),
    (
        ("add", "Bob", "--height", "180", "--weight", "800g"),
        2,
        "Invalid value for '--weight': '800g' is no weight; 80kg or 176lb would be right",
    ),
    (("add", "Bob", "--height", "18", "--weight", "80"), 2, "height_cm: 18 is outside 100 to 250"),
    (("plan", "bob"), 2, "bob: nobody has this key or name; `list` shows who there is"),
    (
        ("rate", "ada", "--before", "--pain", "11"),
        2,
        "Invalid value for '--pain': 11 is not in the range 0<=x<=10.",
    ),
    (("rate", "ada", "--pain", "3"), 2, "rate: say --before or --after a session"),
    (("rate", "ada", "--after", "--pain", "3"), 2, "there was no session yet"),
    (("felt", "ada"), 2, "felt: say either --nothing, or what: --sign, --dizzy-minutes"),
    (
        ("clear", "ada", "--by", "Dr W", "--on", "tomorrow"),
        2,
        "Invalid value for '--on': 'tomorrow' is no date; 2026-11-25 would be right",
    ),
    (("clear", "ada", "--by", "Dr W", "--on", "2026-03-02", "--angle", "95"), 2, "angle_ceiling_deg: 95 is outside 5 to 90"),
    (("edit", "ada"), 2, "edit: nothing to change; --help shows what can be"),
]


@pytest.mark.parametrize(("arguments", "code", "line"), MISTAKES, ids=lambda value: " ".join(value) if isinstance(value, tuple) else "")
def test_a_mistake_is_one_line_that_says_what_would_be_right_and_changes_nothing(
    ada: Table, arguments: tuple[str, ...], code: int, line: str
) -> None:
    before = ada.knows("show", "ada")
    said = ada.says(*arguments)
    assert (said.code, said.out, said.err) == (code, "", f"inversion-table-people: {line}\n")
    assert ada.knows("show", "ada") == before


# ------------------------------------------------------------------ names


@pytest.mark.req("TP15")
@pytest.mark.parametrize("name", ["x" * 200, "Zoë Ångström", "שלום כהן", "علی‌رضا", "Ada 👩‍🦰", "O'Brien; DROP TABLE people"])
def test_a_name_is_kept_as_it_is_written(table: Table, name: str) -> None:
    key = table.knows("add", name, "--height", "165cm", "--weight", "62kg")["key"]
    assert table.knows("show", key)["person"]["name"] == name
    assert key in table.does("list")


@pytest.mark.req("TP15")
@pytest.mark.parametrize(
    "name", ["", "  ", "\u200d", "x" * 201, "two\nlines", "\x1b[31mred", "bell\x07", "tab\there", "\u202eturned round", "half\udcff"]
)
def test_what_would_play_tricks_with_a_terminal_is_no_name(ada: Table, name: str) -> None:
    assert ada.refused("add", name, "--height", "165cm", "--weight", "62kg") == "name: must be one line of 1 to 200 printable characters"
    assert len(ada.knows("list")) == 1


@pytest.mark.req("TP15")
def test_two_people_of_one_name_are_told_apart_by_key_and_neither_is_taken_for_the_other(ada: Table) -> None:
    other = ada.knows("add", "Ada Lovelace", "--height", "190cm", "--weight", "90kg")["key"]
    first = next(each["key"] for each in ada.knows("list") if each["key"] != other)
    line = ada.refused("erase", "ada", "--really")
    assert line.startswith("ada: 2 people are called so; use a key: ")
    assert {first, other} == set(line.split(": ")[-1].split(", "))
    ada.does("erase", other, "--really")
    assert [each["key"] for each in ada.knows("list")] == [first]


@pytest.mark.req("TP15")
@pytest.mark.parametrize(
    "arguments",
    [
        ("plan",), ("show",), ("history",), ("progress",), ("export",), ("ask", "--no-others"), ("checklist", "--all"), ("practised",),
        ("prepared", "heat"), ("rate", "--before", "--pain", "3"), ("felt", "--nothing"), ("edit", "--shaft", "3"), ("choose",),
        ("erase", "--really"), ("clear", "--by", "Dr W", "--on", "2026-03-02"), ("sign-off", "--by", "Dr W", "--on", "2026-03-02"),
    ],
    ids=lambda each: each[0],
)  # fmt: skip
def test_whoever_was_erased_is_nobody_to_every_command(ada: Table, arguments: tuple[str, ...]) -> None:
    key = ada.knows("show", "ada")["person"]["key"]
    ada.does("erase", key, "--really")
    said = ada.says(arguments[0], key, *arguments[1:])
    assert (said.code, said.out) == (2, "")
    assert said.err == f"inversion-table-people: {key}: nobody has this key or name; nobody has been added yet\n"


# ------------------------------------------------------------------ answers for a machine

ANSWERS: dict[str, tuple[str, ...]] = {
    "add": ("Bob", "--height", "180cm", "--weight", "80kg"), "edit": ("ada", "--shaft", "8"), "list": (), "show": ("ada",),
    "choose": ("ada",), "ask": ("ada", "--no-others"), "clear": ("ada", "--by", "Dr W", "--on", "2026-03-02"),
    "sign-off": ("ada", "--by", "A. Turner", "--on", "2026-03-02"), "practised": ("ada",), "checklist": ("ada", "--all"),
    "prepared": ("ada", "heat"), "rate": ("ada", "--after", "--pain", "3"), "felt": ("ada", "--nothing"), "plan": ("ada",),
    "history": ("ada",), "progress": ("ada",), "draw": ("ada", "session"), "export": ("ada", "--to", "{folder}"),
    "acknowledge": ("--by", "A. Turner"), "clock": (), "erase": ("ada", "--really"),
}  # fmt: skip


@pytest.mark.req("TP15")
@pytest.mark.parametrize("name", sorted(set(people.commands) - {"completion"}))
def test_every_command_answers_a_machine_in_json(ada: Table, name: str, tmp_path: Path) -> None:
    ada.held("ada", 1)
    said = ada.does("--json", name, *(argument.format(folder=tmp_path) for argument in ANSWERS[name]))
    assert isinstance(json.loads(said), dict | list)


# ------------------------------------------------------------------ where the answer goes


@pytest.mark.parametrize("line", ["people list", "people --json plan ada", "people plan ada", "people --help"])
def test_a_reader_who_has_seen_enough_is_no_mistake(ada: Table, line: str) -> None:
    done = shell(ada, f'{line} | true; echo "${{PIPESTATUS[0]}}"')
    assert (done.stdout, done.stderr) == ("0\n", "")


def test_an_answer_that_cannot_be_written_is_one_line(ada: Table) -> None:
    done = shell(ada, "people plan ada > /dev/full")
    assert (done.returncode, done.stderr) == (73, "inversion-table-people: the answer cannot be written: No space left on device\n")


@pytest.mark.parametrize(
    ("words", "at", "expected"),
    [
        ("cle", 1, {"clear"}),
        ("clear ada --f", 3, {"--for"}),
        ("clear ada --for gl", 4, {"glaucoma"}),
        ("prepared ada ", 3, {"heat", "water"}),
    ],
)
def test_bash_completes_commands_options_and_choices(ada: Table, words: str, at: int, expected: set[str]) -> None:
    ask = f"_INVERSION_TABLE_PEOPLE_COMPLETE=bash_complete COMP_WORDS='inversion-table-people {words}' COMP_CWORD={at} people"
    done = shell(ada, ask)
    assert {line.split(",")[1] for line in done.stdout.splitlines()} == expected


def test_questions_without_an_answer_record_nothing(ada: Table) -> None:
    done = shell(ada, "people checklist ada < /dev/null")
    assert done.returncode == 1
    assert done.stderr.endswith("inversion-table-people: stopped; nothing was recorded\n")
    with opened(ada.folder) as store:
        assert store.connection.execute("SELECT count(*) FROM checklists").fetchone()[0] == 0


# ------------------------------------------------------------------ files


@pytest.mark.req("TP15")
def test_an_export_overwrites_nothing_and_leaves_nothing_half_done(ada: Table, tmp_path: Path) -> None:
    ada.does("sign-off", "ada", "--by", "A. Turner", "--on", "2026-03-02")
    key = ada.knows("show", "ada")["person"]["key"]
    out = tmp_path / "out"
    out.mkdir()
    taken = out / f"{key}-sign_offs.csv"
    taken.write_text("somebody else's")
    said = ada.says("export", "ada", "--as", "csv", "--to", str(out))
    assert (said.code, said.err) == (73, f"inversion-table-people: {taken}: is there already and is not overwritten\n")
    assert {path.name for path in out.iterdir()} == {taken.name}
    assert taken.read_text() == "somebody else's"


@pytest.mark.req("TP15")
def test_an_export_to_where_nothing_can_be_written_is_one_line(ada: Table, tmp_path: Path) -> None:
    nowhere = ada.says("export", "ada", "--to", str(tmp_path / "nowhere"))
    assert nowhere.code == 73
    assert nowhere.err.endswith("No such file or directory\n")
    script = (
        f"mount -t tmpfs -o mode=0700,size=16k small /mnt && head -c 14000 /dev/zero > /mnt/filled; "
        f'"{sys.executable}" -m {PROGRAM} --records "{ada.folder}" --settings "{ada.settings}" export ada --as csv --to /mnt; '
        "echo $?; ls /mnt"
    )
    done = subprocess.run(as_root("unshare", "--mount", "bash", "-c", script), capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.split() == ["73", "filled"]
    assert done.stderr.endswith("No space left on device; nothing is left of the export\n")
    assert done.stderr.count("\n") == 1


# ------------------------------------------------------------------ records that are not as they should be


def spoilt(table: Table, kind: str) -> None:
    file = table.folder / database.FILE
    if kind == "text":
        file.write_text("hello\n")
    elif kind == "folder":
        file.unlink()
        file.mkdir()
    else:
        file.unlink() if kind == "foreign" else None
        connection = sqlite3.connect(file)
        connection.execute("CREATE TABLE shopping (item TEXT)" if kind == "foreign" else "PRAGMA user_version = 99")
        connection.commit()
        connection.close()


@pytest.mark.req("TP15", "F59")
@pytest.mark.parametrize(
    ("kind", "reading", "writing"),
    [
        ("foreign", "is not a records file of this program", "not a records file of this program"),
        ("newer", "install the newer program", "install the newer program"),
        ("text", "file is not a database", "file is not a database"),
        ("folder", "cannot be read", "unable to open database file"),
    ],
)
def test_records_of_another_kind_are_named_in_one_line_and_left_alone(ada: Table, kind: str, reading: str, writing: str) -> None:
    for path in ada.folder.glob("records.db-*"):
        path.unlink()
    spoilt(ada, kind)
    before = (ada.folder / database.FILE).read_bytes() if kind != "folder" else b""
    for arguments, words in ((("list",), reading), (("choose", "--nobody"), writing)):
        said = ada.says(*arguments)
        assert (said.out, said.err.count("\n")) == ("", 1)
        assert said.code in {int(code) for code in MEANINGS}
        assert words in said.err
    assert kind == "folder" or (ada.folder / database.FILE).read_bytes() == before


@pytest.mark.req("TP15", "F57")
def test_read_only_records_can_be_read_and_not_written(ada: Table) -> None:
    python = f'"{sys.executable}" -m {PROGRAM} --records "{ada.folder}" --settings "{ada.settings}"'
    folder = ada.folder
    script = (
        f'mount --bind "{folder}" "{folder}" && mount -o remount,ro,bind "{folder}" && '
        f"{python} list > /dev/null; echo $?; {python} choose ada; echo $?"
    )
    done = subprocess.run(as_root("unshare", "--mount", "bash", "-c", script), capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.split() == ["0", "73"]
    assert done.stderr == f"inversion-table-people: {folder}: the file system is read-only; nothing can be recorded\n"


@pytest.mark.req("F59")
def test_damage_is_acknowledged_only_by_somebody(ada: Table) -> None:
    with opened(ada.folder) as store:
        store.connection.execute("INSERT INTO damages (file, found_at, says) VALUES ('x', ?, 'torn')", (MONDAY.isoformat(),))
    assert ada.refused("acknowledge", "--by", " ") == "by: must be one line of 1 to 200 printable characters"
    assert ada.knows("acknowledge", "--by", "A. Turner") == {"acknowledged": 1}
    assert os.listdir(ada.folder)


@pytest.mark.req("TP15")
def test_a_file_that_cannot_be_written_to_its_end_is_not_left_half_and_one_that_is_there_is_not_touched(tmp_path: Path) -> None:
    """No longer than the kernel lets this process write."""
    script = (
        "import resource, signal, sys; from pathlib import Path; from controller.people.export import write_new\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "for name in ('new.png', 'old.png'):\n"
        "    try: write_new(Path(sys.argv[1]) / name, bytes(100_000), 'the picture')\n"
        "    except Exception as error: print(type(error).__name__, error)\n"
    )
    (tmp_path / "old.png").write_text("somebody else's")
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, timeout=60, check=False)
    new, old = tmp_path / "new.png", tmp_path / "old.png"
    assert done.stdout.splitlines() == [
        f"RecordsError {new}: File too large; nothing is left of the picture",
        f"RecordsError {old}: is there already and is not overwritten",
    ]
    assert not new.exists()
    assert old.read_text() == "somebody else's"
