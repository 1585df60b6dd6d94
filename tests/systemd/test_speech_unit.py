"""The loudspeaker's unit: accepted by systemd's checkers, walled in, and where the code looks for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardware import voice
from hardware.__main__ import parser
from hardware.speech.service import CACHE_FOLDER
from tests.systemd.test_unit import FOLDER, SECURITY, UNIT, VERIFY, checked, promises

SPEECH = FOLDER / "inversion-table-speech.service"
SAYS = promises(SPEECH.read_text(encoding="utf-8"))


def test_the_loudspeakers_unit_is_accepted_without_a_word(tmp_path: Path) -> None:
    done = checked(tmp_path, SPEECH.read_text(encoding="utf-8"), *VERIFY)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.req("SR12")
def test_the_loudspeaker_reaches_no_pin_no_bus_no_board_and_no_network(tmp_path: Path) -> None:
    assert SAYS["DeviceAllow"] == ["char-alsa rw"]
    assert (SAYS["PrivateNetwork"], SAYS["RestrictAddressFamilies"], SAYS["IPAddressDeny"]) == (["yes"], ["AF_UNIX"], ["any"])
    assert SAYS["SupplementaryGroups"] == ["audio"]
    done = checked(tmp_path, SPEECH.read_text(encoding="utf-8"), *SECURITY)
    assert done.returncode == 0, done.stdout[-600:]


def test_it_listens_where_the_service_speaks_and_keeps_its_phrases_where_the_unit_lets_it() -> None:
    assert str(Path(voice.SOCKET).parent) == f"/run/{SAYS['RuntimeDirectory'][0]}"
    assert str(CACHE_FOLDER) == f"/var/cache/{SAYS['CacheDirectory'][0]}"


def test_only_the_controllers_own_user_can_make_it_speak() -> None:
    assert (SAYS["RuntimeDirectoryMode"], SAYS["UMask"]) == (["0700"], ["0077"])
    assert SAYS["User"] == promises(UNIT.read_text(encoding="utf-8"))["User"]


def test_its_command_line_is_one_that_the_program_understands() -> None:
    program, *arguments = SAYS["ExecStart"][0].split()
    assert program.endswith("/inversion-table")
    assert parser().parse_args(arguments).command == "speak"
