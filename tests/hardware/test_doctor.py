"""doctor: each check sees its own trouble and names the cure; the walk finds dead, swapped and touching wires."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from controller.core.model import ImuReading
from hardware import checks, pins
from hardware.checks import Finding
from hardware.doctor import contacts
from hardware.drive import frame, protocol
from hardware.drive.port import BytePort, LinkError
from hardware.imu import Imu
from tests.hardware.fakes import ADDRESS, Bus, Chip, HandClock, HandPins, HandPort, at_once


def installed(**versions: str) -> Callable[..., str]:
    return lambda *names: next((versions[name.replace("-", "_")] for name in names if name.replace("-", "_") in versions), "")


@pytest.mark.parametrize(("version", "good"), [((3, 10), False), ((3, 11), True), ((3, 13), True), ((3, 14), False)])
def test_the_pythons_that_have_wheels_are_good(version: tuple[int, int], good: bool) -> None:
    assert checks.check_python(version).good is good


@pytest.mark.parametrize(
    ("versions", "good"),
    [
        ({"lgpio": "0.0.0.2"}, False),  # what an installer takes when it finds no wheel
        ({}, False),
        ({"lgpio": "0.2.2.0"}, True),
        ({"adafruit_lgpio": "0.2.2.0"}, True),
        ({"lgpio": "0.1.6.0"}, False),
    ],
)
def test_the_ghost_of_lgpio_is_refused(versions: dict[str, str], good: bool) -> None:
    assert checks.check_lgpio(installed(**versions)).good is good


@pytest.mark.parametrize(
    ("version", "good"),
    [("1.6.2", False), ("2.0.1", False), ("2.0.1.post2", False), ("2.0.1.post3", True), ("2.1", True), ("", False)],
)
def test_a_gpiozero_that_opens_the_wrong_chip_on_a_pi_5_is_refused(version: str, good: bool) -> None:
    assert checks.check_gpiozero(installed(**({"gpiozero": version} if version else {}))).good is good


@pytest.mark.req("F57")
@pytest.mark.parametrize("folder", ["/proc", "/nowhere"])
def test_a_folder_is_really_written(folder: str, tmp_path: Path) -> None:
    assert checks.check_folder("records", tmp_path).good
    assert list(tmp_path.iterdir()) == []
    assert not checks.check_folder("records", Path(folder)).good


@pytest.mark.req("F55")
@pytest.mark.parametrize(("hot_c", "good"), [(45.0, True), (80.0, True), (80.5, False), (float("inf"), False)])
def test_a_hot_or_unknown_processor_is_told(hot_c: float, good: bool) -> None:
    assert checks.check_temperature(lambda: hot_c).good is good


@pytest.mark.parametrize(("alarm", "good"), [("0", True), ("1", False)])
def test_under_voltage_is_told(tmp_path: Path, alarm: str, good: bool) -> None:
    for number, name in enumerate(("cpu_thermal", "rpi_volt")):
        (tmp_path / f"hwmon{number}").mkdir()
        (tmp_path / f"hwmon{number}" / "name").write_text(name + "\n", encoding="ascii")
        (tmp_path / f"hwmon{number}" / "in0_lcrit_alarm").write_text(alarm + "\n", encoding="ascii")
    assert checks.check_supply(tmp_path).good is good
    assert not checks.check_supply(tmp_path / "absent").good


def test_clock_and_watchdog_are_looked_for(tmp_path: Path) -> None:
    for check in (checks.check_clock, checks.check_watchdog):
        assert not check(tmp_path / "marker").good
    (tmp_path / "marker").touch()
    assert checks.check_clock(tmp_path / "marker").good
    assert checks.check_watchdog(tmp_path / "marker").good


@pytest.mark.parametrize(("most", "good"), [(0, False), (49, False), (50, True), (99, True), (-1, True)])
def test_a_priority_that_will_not_be_granted_is_told(most: int, good: bool) -> None:
    assert checks.check_priority(lambda: most).good is good


# ------------------------------------------------------------------ IMU


class ImuBench:
    def __init__(self) -> None:
        self.clock = HandClock()
        self.chip = Chip(self.clock)
        self.bus = Bus(self.chip)

    def finding(self) -> Finding:
        imu = Imu(self.bus, ADDRESS, at_once)
        return checks.check_imu(checks.sample_imu(imu, 1.0, self.clock.now_s, self.clock.sleep_until), 1, ADDRESS)


@pytest.mark.req("PU5")
def test_a_healthy_imu_is_found_with_its_gravity() -> None:
    finding = ImuBench().finding()
    assert finding.good
    assert "gravity 9.8" in finding.saw


@pytest.mark.req("PU5", "SR8")
def test_an_absent_imu_names_its_wires() -> None:
    bench = ImuBench()
    bench.bus.absent = True
    assert "four wires" in bench.finding().cure


@pytest.mark.req("PU5", "SR8")
def test_a_gravity_that_is_none_is_told() -> None:
    bench = ImuBench()
    bench.chip.accel_counts = (0, 0, 7000)
    assert "gravity reads 8.3" in bench.finding().saw


def readings(accel: Callable[[int], float], time_s: Callable[[int], float]) -> list[ImuReading]:
    return [ImuReading(accel_mps2=(accel(i), 0.0, 9.8), chip_time_s=time_s(i), age_s=0.0, configured=True) for i in range(50)]


@pytest.mark.req("PU5", "SR8")
@pytest.mark.parametrize(
    ("samples", "says"),
    [
        (readings(lambda i: 0.01 * (i % 3), lambda _: 5.0), "its clock stands still"),
        (readings(lambda _: 0.0, lambda i: i * 0.02), "repeats one sample"),
        (readings(lambda i: 2.0 * (i % 2), lambda i: i * 0.02), "noise or motion of 2.00"),
    ],
)
def test_a_stuck_or_noisy_imu_is_told(samples: list[ImuReading], says: str) -> None:
    assert says in checks.check_imu(samples, 1, ADDRESS).saw


# ------------------------------------------------------------------ drive board


def telemetry(schema: int) -> bytes:
    messages = (
        protocol.pack_identity(
            protocol.IdentityMessage(seq=1, schema=schema, firmware_major=1, firmware_minor=0, reset_cause=1, boot_count=1, uptime_s=1)
        ),
        protocol.pack_status(
            protocol.StatusMessage(seq=2, mode=0, command_seq=0, angle_cdeg=-7500, rate_cdps=0, current_ma=0, flags=0, reasons=0)
        ),
        protocol.pack_detail(
            protocol.DetailMessage(
                seq=3, pot_cdeg=0, encoder_cdeg=0, battery_mv=25200, budget_left_ds=0, rest_ds=0, contacts=0, challenge=0, tick_ms=0
            )
        ),
    )
    return b"".join(frame.encode(message) for message in messages)


class Unplugged:
    def read(self) -> bytes:
        raise LinkError("/dev/x: no such device; check the board's cable")

    def write(self, data: bytes) -> None:
        raise LinkError(f"/dev/x: no such device for {len(data)} bytes")


def board(port: BytePort) -> Finding:
    clock = HandClock()
    return checks.check_board(port, "/dev/x", clock.now_s, clock.sleep_until)


@pytest.mark.req("PU5", "F36")
def test_the_board_is_told_by_what_it_says() -> None:
    cases = {protocol.SCHEMA_HASH: "BRAKED, -75.0 deg, battery 25.2 V", protocol.SCHEMA_HASH ^ 1: "speaks another protocol version"}
    for schema, saw in cases.items():
        port = HandPort()
        port.incoming = telemetry(schema)
        finding = board(port)
        assert saw in finding.saw
        assert f"firmware 1.0, protocol {schema:08X}" in finding.saw
        assert finding.good is (schema == protocol.SCHEMA_HASH)
        assert port.written == []  # doctor only listens


@pytest.mark.req("PU5", "F26", "F31")
def test_noise_silence_and_an_absent_port_are_told_apart() -> None:
    noisy = HandPort()
    noisy.incoming = b"hello\0world\0"
    assert "noise instead of frames" in board(noisy).saw
    assert board(HandPort()).saw == "/dev/x: silent"
    assert "no such device" in board(Unplugged()).saw


# ------------------------------------------------------------------ the walk


class Walker:
    """A person who works each contact when told to, with `wiring` from contact to pins."""

    def __init__(self, wiring: dict[pins.Pin, tuple[pins.Pin, ...]] | None = None) -> None:
        self.clock = HandClock()
        self.pins = HandPins()
        self.wiring = wiring or {}
        self.by_name = {pin.name: pin for pin in pins.BUTTONS + pins.CONTACTS}
        self.todo: list[tuple[float, int, bool]] = []
        plain = self.clock.sleep_until

        def sleep_until(t_s: float) -> None:
            plain(t_s)
            while self.todo and self.todo[0][0] <= self.clock.t_s:
                _, bcm, level = self.todo.pop(0)
                self.pins.levels[bcm] = level

        self.clock.sleep_until = sleep_until  # type: ignore[method-assign]

    def say(self, line: str) -> None:
        if "now " in line:
            name = line.split(" and ")[1].split(" ", 1)[1].rsplit(" (", 1)[0]
            for bcm in (pin.bcm for pin in self.wiring.get(self.by_name[name], (self.by_name[name],))):
                self.todo += [(self.clock.t_s + 0.5, bcm, False), (self.clock.t_s + 1.0, bcm, True)]
            self.todo.sort()

    def findings(self, *, walk: bool = True) -> dict[str, list[Finding]]:
        found: dict[str, list[Finding]] = {}
        for finding in contacts(self.say, self.clock, walk=walk, pin_opener=lambda: self.pins):
            found.setdefault(finding.name, []).append(finding)
        return found


@pytest.mark.req("PU5")
def test_a_well_wired_table_passes_the_walk() -> None:
    found = Walker().findings()
    assert [finding for each in found.values() for finding in each if not finding.good] == []
    assert [found[pin.name][-1].saw for pin in pins.BUTTONS + pins.CONTACTS] == ["works"] * 10


@pytest.mark.req("PU5")
def test_the_walk_finds_a_dead_wire() -> None:
    finding = Walker({pins.DIZZY: ()}).findings()["DIZZY"][-1]
    assert finding.saw == "never changed"
    assert "BCM 13 (header pin 33)" in finding.cure


@pytest.mark.req("PU5")
def test_the_walk_finds_two_swapped_and_two_touching_wires() -> None:
    swapped = Walker({pins.OK: (pins.DIZZY,), pins.DIZZY: (pins.OK,)}).findings()
    assert [swapped[name][-1].saw for name in ("OK", "DIZZY")] == ["DIZZY moved with it", "OK moved with it"]
    touching = Walker({pins.START: (pins.START, pins.RETURN)}).findings()
    assert touching["START"][-1].saw == "RETURN moved with it"


@pytest.mark.req("PU5", "F69")
def test_a_button_that_is_stuck_is_told_without_the_walk() -> None:
    walker = Walker()
    walker.pins.levels[pins.START.bcm] = False
    finding = walker.findings(walk=False)["START"][0]
    assert (finding.saw, finding.good) == ("pressed", False)
    assert "BCM 5" in finding.cure


def test_pins_that_fail_while_they_are_looked_at_are_one_finding() -> None:
    walker = Walker()
    walker.pins.broken = True
    assert "Input/output error" in walker.findings()["pins"][-1].saw
