"""The shipped unit, user and device rule: accepted without a word by systemd's own checkers, and saying what the code relies on."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from controller.config import Settings
from hardware.__main__ import SETTINGS_FILE, parser
from hardware.product import RECORDS_FOLDER
from hardware.realtime import PRIORITY

FOLDER = Path(__file__).parents[2] / "systemd"
UNIT = FOLDER / "inversion-table.service"


def promises(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def checked(tmp_path: Path, text: str, *command: str) -> subprocess.CompletedProcess[str]:
    """The unit with a program that exists on this computer: the real one is on the Pi."""
    file = tmp_path / "inversion-table.service"
    file.write_text(re.sub(r"^ExecStart=.*$", "ExecStart=/bin/true run", text, flags=re.M), encoding="utf-8")
    return subprocess.run(["systemd-analyze", *command, str(file)], capture_output=True, text=True, timeout=60, check=False)


VERIFY = ("verify", "--man=no", "--recursive-errors=no")
SECURITY = ("security", "--offline=true", "--no-pager", "--threshold=6")


def test_the_unit_is_accepted_without_a_word(tmp_path: Path) -> None:
    done = checked(tmp_path, UNIT.read_text(encoding="utf-8"), *VERIFY)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("planted", ["WatchdogSecs=1", "Restart=sometimes", "DeviceAllow=nothing"])
def test_a_mistake_in_the_unit_is_seen(tmp_path: Path, planted: str) -> None:
    text = UNIT.read_text(encoding="utf-8").replace("[Service]", f"[Service]\n{planted}")
    assert "inversion-table.service:" in checked(tmp_path, text, *VERIFY).stderr


@pytest.mark.req("SR12")
def test_exposure_is_six_tenths_at_most(tmp_path: Path) -> None:
    """0.6 on systemd's scale of 10: what is left are the real devices, their groups, the notify socket, real time, the root directory."""
    done = checked(tmp_path, UNIT.read_text(encoding="utf-8"), *SECURITY)
    assert done.returncode == 0, done.stdout[-600:]
    assert "Overall exposure level for inversion-table.service: 0." in done.stdout


@pytest.mark.parametrize(
    "dropped", ["NoNewPrivileges", "PrivateNetwork", "ProtectSystem", "SystemCallFilter", "CapabilityBoundingSet", "PrivateUsers"]
)
def test_a_dropped_wall_is_seen(tmp_path: Path, dropped: str) -> None:
    text = "\n".join(line for line in UNIT.read_text(encoding="utf-8").splitlines() if not line.startswith(dropped + "="))
    assert checked(tmp_path, text, *SECURITY).returncode != 0


# ------------------------------------------------------------------ what the code relies on


@pytest.fixture(scope="module")
def unit() -> dict[str, list[str]]:
    return promises(UNIT.read_text(encoding="utf-8"))


@pytest.mark.req("SR13", "F50")
def test_a_silent_loop_is_killed_after_a_second_and_started_again_for_ever(unit: dict[str, list[str]]) -> None:
    assert (unit["Type"], unit["NotifyAccess"], unit["WatchdogSec"]) == (["notify"], ["main"], ["1"])
    assert (unit["Restart"], unit["RestartSec"], unit["StartLimitIntervalSec"]) == (["always"], ["1"], ["0"])


def test_the_pin_library_gets_a_folder_of_its_own(unit: dict[str, list[str]]) -> None:
    assert f"LG_WD=/run/{unit['RuntimeDirectory'][0]}" in unit["Environment"]


def test_the_records_go_where_the_code_puts_them(unit: dict[str, list[str]]) -> None:
    assert RECORDS_FOLDER == Path("/var/lib") / unit["StateDirectory"][0] == Path(unit["WorkingDirectory"][0])


def test_the_priority_asked_for_is_the_one_allowed_and_a_spinning_loop_ends(unit: dict[str, list[str]]) -> None:
    assert unit["LimitRTPRIO"] == [str(PRIORITY)]
    assert int(unit["LimitRTTIME"][0]) <= 500_000
    assert "sched_setscheduler" in unit["SystemCallFilter"]


def test_the_command_line_of_the_unit_is_one_that_the_program_understands(unit: dict[str, list[str]]) -> None:
    program, *arguments = unit["ExecStart"][0].split()
    assert program.endswith("/inversion-table")
    assert parser().parse_args(arguments).command == "run"


@pytest.mark.req("SR12")
def test_no_network_can_be_reached_and_no_other_device(unit: dict[str, list[str]]) -> None:
    assert (unit["PrivateNetwork"], unit["RestrictAddressFamilies"], unit["IPAddressDeny"]) == (["yes"], ["AF_UNIX"], ["any"])
    assert unit["DevicePolicy"] == ["closed"]
    devices = {"char-gpiochip rw", "char-i2c rw", "char-ttyUSB rw", "char-ttyACM rw", "char-ttyAMA rw"}
    assert set(unit["DeviceAllow"]) == devices


def test_the_user_of_the_unit_is_made_with_the_groups_of_its_devices(unit: dict[str, list[str]]) -> None:
    file = FOLDER / "inversion-table.sysusers.conf"
    done = subprocess.run(["systemd-sysusers", "--dry-run", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    words = [line.split() for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert [line[1] for line in words if line[0] == "u"] == [*unit["User"], "inversion-table-panel"]
    assert [line[2] for line in words if line[0] == "m"] == unit["SupplementaryGroups"][0].split()


KEY = re.compile(r'^(ACTION|SUBSYSTEMS?|KERNEL|DRIVER|ATTRS?\{\w+\}|SYMLINK|GROUP|MODE|ENV\{\w+\})(==|!=|\+=|=)"[^"]+"$')


def rules() -> list[list[str]]:
    lines = (FOLDER / "99-inversion-table.rules").read_text(encoding="utf-8").splitlines()
    return [re.split(r",\s*", line) for line in lines if line and not line.startswith("#")]


def test_every_word_of_the_device_rules_is_one_that_udev_knows() -> None:
    assert [word for rule in rules() for word in rule if not KEY.match(word)] == []


@pytest.mark.req("F32")
def test_the_board_gets_the_name_in_the_settings_and_its_adapter_no_latency() -> None:
    name = Path(Settings().hardware.board_port).name
    named = [rule for rule in rules() if f'SYMLINK+="{name}"' in rule]
    assert len(named) == 2
    assert all('GROUP="dialout"' in rule for rule in named)
    assert any('ATTR{latency_timer}="1"' in rule for rule in rules())


def test_the_install_notes_copy_every_file_of_this_folder_and_name_the_real_settings_file() -> None:
    notes = (FOLDER / "INSTALL.md").read_text(encoding="utf-8")
    shipped = {path.name for path in FOLDER.iterdir()} - {"INSTALL.md"}
    assert {name for name in shipped if f"systemd/{name}" not in notes} == set()
    assert str(SETTINGS_FILE) in notes
    assert UNIT.read_text(encoding="utf-8").split("ExecStart=")[1].split()[0] in notes
