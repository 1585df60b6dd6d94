"""The panel's unit: accepted by systemd's checkers, walled in, and where the code looks for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.config import PanelSettings
from controller.exit_codes import ExitCode
from controller.panel.__main__ import parser
from tests.systemd.test_unit import FOLDER, SECURITY, UNIT, VERIFY, checked, promises

PANEL = FOLDER / "inversion-table-panel.service"
SAYS = promises(PANEL.read_text(encoding="utf-8"))


def test_the_panels_unit_is_accepted_without_a_word(tmp_path: Path) -> None:
    done = checked(tmp_path, PANEL.read_text(encoding="utf-8"), *VERIFY)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.req("SR12")
def test_the_panel_reaches_no_pin_no_bus_no_board_and_only_the_loopback(tmp_path: Path) -> None:
    assert "DeviceAllow" not in SAYS
    assert "SupplementaryGroups" not in SAYS
    assert (SAYS["DevicePolicy"], SAYS["PrivateDevices"], SAYS["CapabilityBoundingSet"]) == (["closed"], ["yes"], [""])
    assert (SAYS["IPAddressDeny"], SAYS["IPAddressAllow"]) == (["any"], ["localhost"])
    assert SAYS["RestrictAddressFamilies"] == ["AF_UNIX AF_INET AF_INET6"]
    done = checked(tmp_path, PANEL.read_text(encoding="utf-8"), *SECURITY[:-1], "--threshold=10")
    assert done.returncode == 0, done.stdout[-900:]


@pytest.mark.req("SR12", "TP15")
def test_it_runs_as_somebody_else_than_the_controller_who_alone_may_write_to_its_socket() -> None:
    controller = promises(UNIT.read_text(encoding="utf-8"))
    assert SAYS["User"] != controller["User"]
    assert SAYS["Group"][0] in controller["SupplementaryGroups"][0].split()
    assert (SAYS["RuntimeDirectoryMode"], SAYS["UMask"]) == (["0750"], ["0007"])
    for place in (PanelSettings().socket, PanelSettings().requests_socket):
        assert str(Path(place).parent) == f"/run/{SAYS['RuntimeDirectory'][0]}"


@pytest.mark.req("SR12")
def test_the_page_has_no_way_to_the_service_which_comes_and_fetches() -> None:
    """Its own runtime folder is all that it may write to, and nothing of the service's is in a folder that it may enter."""
    controller = promises(UNIT.read_text(encoding="utf-8"))
    assert SAYS["ProtectSystem"] == ["strict"]
    assert not {"ReadWritePaths", "StateDirectory", "BindPaths"} & set(SAYS)
    assert (controller["RuntimeDirectoryMode"], controller["StateDirectoryMode"], controller["UMask"]) == (["0700"], ["0700"], ["0077"])
    assert SAYS["Group"] != controller["Group"]


def test_wrong_settings_are_not_tried_again_and_its_command_line_is_understood() -> None:
    assert SAYS["RestartPreventExitStatus"] == [str(int(ExitCode.CONFIG))]
    program, *arguments = SAYS["ExecStart"][0].split()
    assert program.endswith("/inversion-table-panel")
    assert parser().parse_args(arguments).command == "serve"


RECORDS = FOLDER / "inversion-table-records.service"
TELLS = promises(RECORDS.read_text(encoding="utf-8"))


@pytest.mark.req("TP15", "SR12")
def test_the_records_are_told_by_their_owner_who_reaches_no_device_and_no_network(tmp_path: Path) -> None:
    done = checked(tmp_path, RECORDS.read_text(encoding="utf-8"), *VERIFY)
    assert (done.returncode, done.stderr) == (0, "")
    assert TELLS["User"] == promises(UNIT.read_text(encoding="utf-8"))["User"]
    assert TELLS["Group"] == SAYS["Group"]
    assert (TELLS["PrivateNetwork"], TELLS["PrivateDevices"], TELLS["ProtectSystem"]) == (["yes"], ["yes"], ["strict"])
    assert "StateDirectory" not in TELLS  # /var stays read-only to it
    assert str(Path(PanelSettings().records_socket).parent) == f"/run/{TELLS['RuntimeDirectory'][0]}"
    assert parser().parse_args(TELLS["ExecStart"][0].split()[1:]).command == "records"
