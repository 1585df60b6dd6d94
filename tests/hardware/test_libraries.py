"""The traps of the libraries below hardware/, each run for real: on the true lgpio back end, as on a Pi, in a read-only folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hardware import pins
from hardware.gpio import GpioError, prepare_lgpio_folder

ROOT = Path(__file__).parents[2]
AS_ON_A_PI = """
import sys
from adafruit_platformdetect import board, chip
chip.Chip._linux_id = lambda self: "BCM2XXX"
board.Board._pi_id = lambda self: sys.argv[1]
"""


def python(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("BLINKA", "LG_WD", "GPIOZERO"))}
    clean |= {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **environment}
    return subprocess.run([sys.executable, *arguments], cwd=cwd, env=clean, capture_output=True, text=True, timeout=60, check=False)


# ------------------------------------------------------------------ the IMU driver on a Pi


@pytest.mark.parametrize("model", ["RASPBERRY_PI_5", "RASPBERRY_PI_4B", "RASPBERRY_PI_ZERO_2_W"])
def test_the_imu_driver_imports_on_a_machine_that_says_it_is_a_pi(model: str) -> None:
    done = python("-c", AS_ON_A_PI + "import hardware.imu; print('imported')", model)
    assert (done.returncode, done.stdout, done.stderr) == (0, "imported\n", "")


def test_without_our_word_the_driver_does_not_import_there() -> None:
    """Proof that the test above imitates a Pi: the library's own import fails."""
    done = python("-c", AS_ON_A_PI + "import adafruit_lsm6ds.lsm6dsox", "RASPBERRY_PI_5")
    assert done.returncode != 0
    assert "gpiod" in done.stderr


# ------------------------------------------------------------------ lgpio

Recorded = dict[str, Any]


@pytest.fixture(scope="module")
def recorded() -> Recorded:
    done = python("-m", "tests.hardware.lgpio_recorder")
    assert done.returncode == 0, done.stderr
    found: Recorded = json.loads(done.stdout)
    return found


OUTPUTS = {pin.bcm for pin in pins.OUTPUTS}


@pytest.mark.req("SR13")
def test_no_output_is_ever_on_while_the_service_starts(recorded: Recorded) -> None:
    levels = [call for call in recorded["started"] if call[0] in {"claim_output", "write"}]
    assert {call[1] for call in levels} == OUTPUTS
    assert [call for call in levels if call[2] != 0] == []


def test_the_chip_is_the_first_one_and_opened_once(recorded: Recorded) -> None:
    assert [call for call in recorded["started"] if call[0] == "open"] == [["open", 0]]


def test_every_input_ends_up_pulled_up_and_no_edge_is_ever_asked_for(recorded: Recorded) -> None:
    claimed = {call[1]: call[2] for call in recorded["started"] if call[0] == "claim_input"}
    assert {bcm for bcm, flags in claimed.items() if flags == 32} == {pin.bcm for pin in pins.BUTTONS + pins.CONTACTS}
    assert [call for part in ("started", "on", "closed") for call in recorded[part] if call[0] in {"alert", "callback"}] == []


@pytest.mark.req("SR6", "SR1")
def test_open_wires_read_open_locks_a_pressed_emergency_stop_and_a_released_start(recorded: Recorded) -> None:
    assert recorded["readings"] == [False, False, False]


def test_each_output_is_switched_on_by_one_write(recorded: Recorded) -> None:
    assert sorted(str(call) for call in recorded["on"]) == sorted(str(["write", bcm, 1]) for bcm in OUTPUTS)


@pytest.mark.req("SR13")
def test_each_output_is_off_before_it_is_let_go(recorded: Recorded) -> None:
    for bcm in OUTPUTS:
        mine = [call[0] for call in recorded["closed"] if call[1] == bcm]
        assert mine.index("write") < mine.index("claim_input")
    assert {tuple(call) for call in recorded["closed"] if call[0] == "write"} == {("write", bcm, 0) for bcm in OUTPUTS}


def test_lgpio_gets_a_writable_folder_and_the_working_folder_stays(tmp_path: Path) -> None:
    """lgpio makes its pipe where it stands while it is imported; a service stands in a read-only folder."""
    script = (
        "import os; from hardware import gpio\n"
        "try: gpio.open_pins()\n"
        "except gpio.GpioError as error: print(error)\n"
        "print(os.getcwd()); print(sorted(os.listdir('.')))"
    )
    done = python("-c", script, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    refusal, folder, content = done.stdout.splitlines()
    assert refusal.startswith("/dev/gpiochip0: ")
    assert "group gpio" in refusal
    assert folder == str(tmp_path)
    assert content == "[]"


def test_a_read_only_working_folder_is_no_hindrance() -> None:
    script = "import os; os.chdir('/proc/self')\nfrom hardware.gpio import prepare_lgpio_folder as p\np(); import lgpio; print('imported')"
    done = python("-c", script)
    assert (done.returncode, done.stdout) == (0, "imported\n"), done.stderr


def test_the_services_runtime_folder_is_used_when_systemd_names_one(tmp_path: Path) -> None:
    done = python("-c", "from hardware.gpio import prepare_lgpio_folder as p; print(p()); import lgpio", LG_WD=str(tmp_path))
    assert done.stdout == f"{tmp_path}\n"
    assert [path.name for path in tmp_path.iterdir()] == [".lgd-nfy0"]


def test_a_runtime_folder_that_cannot_be_written_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LG_WD", "/proc/nowhere")
    with pytest.raises(GpioError, match=r"LG_WD=/proc/nowhere is not a writable folder"):
        prepare_lgpio_folder()


def test_without_pins_there_is_one_line_and_no_other_back_end_is_tried(tmp_path: Path) -> None:
    script = (
        "import sys; from hardware import gpio\n"
        "try: gpio.open_pins()\n"
        "except gpio.GpioError as error: print(error); print('RPi' in sys.modules, 'pigpio' in sys.modules)"
    )
    done = python("-W", "error", "-c", script, LG_WD=str(tmp_path))
    line, others = done.stdout.splitlines()
    assert line.startswith("/dev/gpiochip0: ")
    assert others == "False False"
    assert done.stderr == ""


def test_every_error_of_lgpio_counts_as_a_pin_that_cannot_be_read(tmp_path: Path) -> None:
    script = "from hardware.gpio import pin_errors\nimport lgpio; print(issubclass(lgpio.error, pin_errors()))"
    assert python("-c", script, LG_WD=str(tmp_path)).stdout == "True\n"
