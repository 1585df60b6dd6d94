"""The unit of the line to the watcher: accepted by systemd, no pin, bus or board, the only one with a network (SR12, SR14)."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardware.__main__ import parser
from hardware.remote.line import FOLDER as WORDS
from tests.systemd.test_unit import FOLDER, UNIT, VERIFY, checked, promises

REMOTE = FOLDER / "inversion-table-remote.service"
SAYS = promises(REMOTE.read_text(encoding="utf-8"))


def test_the_unit_is_accepted_without_a_word(tmp_path: Path) -> None:
    done = checked(tmp_path, REMOTE.read_text(encoding="utf-8"), *VERIFY)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.req("SR12")
def test_it_reaches_no_pin_no_bus_and_no_board_and_the_service_itself_still_has_no_network() -> None:
    assert (SAYS["PrivateDevices"], SAYS["DevicePolicy"]) == (["yes"], ["closed"])
    assert "SupplementaryGroups" not in SAYS
    assert SAYS["RestrictAddressFamilies"] == ["AF_UNIX AF_INET AF_INET6"]
    service = promises(UNIT.read_text(encoding="utf-8"))
    assert (service["PrivateNetwork"], service["RestrictAddressFamilies"], service["IPAddressDeny"]) == (["yes"], ["AF_UNIX"], ["any"])


@pytest.mark.req("SR14")
def test_it_meets_the_service_where_both_look_and_nobody_else_can_speak_for_the_table() -> None:
    assert str(WORDS) == f"/run/{SAYS['RuntimeDirectory'][0]}"
    assert (SAYS["RuntimeDirectoryMode"], SAYS["UMask"]) == (["0700"], ["0077"])
    assert SAYS["User"] == promises(UNIT.read_text(encoding="utf-8"))["User"]


def test_its_command_line_is_one_that_the_program_understands() -> None:
    program, *arguments = SAYS["ExecStart"][0].split()
    assert program.endswith("/inversion-table")
    assert parser().parse_args(arguments).command == "call"
