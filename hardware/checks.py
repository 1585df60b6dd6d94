"""What `doctor` looks at, one small function each.  Every finding that is not good carries its cure in words.  Moves nothing."""

from __future__ import annotations

import os
import resource
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from math import isfinite, sqrt
from pathlib import Path
from tempfile import TemporaryFile

from controller.core.limits import STANDARD_GRAVITY_MPS2
from controller.core.model import ImuReading
from hardware.drive import protocol
from hardware.drive.link import Link
from hardware.drive.port import BytePort
from hardware.host import temperature_c
from hardware.imu import Imu
from hardware.realtime import PRIORITY

PYTHONS = ((3, 11), (3, 14))  # at least, less than: what lgpio has wheels for
LGPIO_LEAST = (0, 2, 2)
GPIOZERO_LEAST = (2, 0, 1)
HOTTEST_C = 80.0  # F55
LEAST_FREE_BYTES = 200_000_000
GRAVITY_ERROR_MPS2 = 0.5
MOST_NOISE_MPS2 = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check saw; `cure` is empty exactly when it is good."""

    name: str
    saw: str
    cure: str = ""

    @property
    def good(self) -> bool:
        return not self.cure


def version_numbers(text: str) -> tuple[int, ...]:
    """The leading numbers of a version: "2.0.1.post3" is (2, 0, 1)."""
    numbers: list[int] = []
    for part in text.split("."):
        if not part.isdigit():
            break
        numbers.append(int(part))
    return tuple(numbers)


def installed(*names: str) -> str:
    """Version of the first of these distributions that is installed; "" if none is."""
    for name in names:
        try:
            return metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return ""


def check_python(version: tuple[int, int] = sys.version_info[:2]) -> Finding:
    good = PYTHONS[0] <= version < PYTHONS[1]
    return Finding(
        name="Python",
        saw=f"{version[0]}.{version[1]}",
        cure="" if good else "use Python 3.11, 3.12 or 3.13 (Raspberry Pi OS Bookworm or Trixie)",
    )


def check_lgpio(find: Callable[..., str] = installed) -> Finding:
    """A resolver that finds no wheel quietly takes the ancient 0.0.0.2, which cannot do what is needed."""
    found = find("lgpio", "adafruit-lgpio")
    good = version_numbers(found) >= LGPIO_LEAST
    return Finding(
        name="lgpio",
        saw=found or "not installed",
        cure="" if good else "install the service again with the lock file for this Python; on 3.13 the wheel is called adafruit-lgpio",
    )


def check_gpiozero(find: Callable[..., str] = installed) -> Finding:
    """2.0.1 before its third post-release opens the wrong chip on a Pi 5."""
    found = find("gpiozero")
    numbers = version_numbers(found)
    post = found.rpartition(".post")[2] if ".post" in found else "0"
    good = numbers > GPIOZERO_LEAST or (numbers == GPIOZERO_LEAST and post.isdigit() and int(post) >= 3)
    return Finding(name="gpiozero", saw=found or "not installed", cure="" if good else "install gpiozero 2.0.1.post3 or newer")


def check_folder(name: str, folder: Path) -> Finding:
    """Really writes: permission bits do not tell about read-only file systems or full disks."""
    try:
        with TemporaryFile(dir=folder) as file:
            file.write(b"inversion-table")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return Finding(
            name=name, saw=f"{folder}: {error.strerror}", cure=f"make {folder} a folder the service's user may write, on a disk with room"
        )
    return Finding(name=name, saw=f"{folder} can be written")


def check_disk(folder: Path) -> Finding:
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Finding(name="free disk", saw=f"{folder}: {error.strerror}", cure="see the folder's own check")
    return Finding(name="free disk", saw=f"{free // 1_000_000} MB", cure="" if free >= LEAST_FREE_BYTES else "free at least 200 MB")


def check_temperature(read: Callable[[], float] = temperature_c) -> Finding:
    hot_c = read()
    if not isfinite(hot_c):
        return Finding(name="temperature", saw="cannot be read", cure="Start stays refused: is this a Raspberry Pi?")
    return Finding(name="temperature", saw=f"{hot_c:.0f} C", cure="" if hot_c <= HOTTEST_C else "cool the Pi: Start is refused above 80 C")


def check_supply(sensors: Path = Path("/sys/class/hwmon")) -> Finding:
    """The firmware's under-voltage alarm, where the kernel shows it."""
    for name in sorted(sensors.glob("*/name")) if sensors.is_dir() else ():
        if name.read_text(encoding="ascii").strip() == "rpi_volt":
            low = (name.parent / "in0_lcrit_alarm").read_text(encoding="ascii").strip() != "0"
            return Finding(
                name="supply",
                saw="under-voltage since boot" if low else "no under-voltage",
                cure="use the official 5 V supply" if low else "",
            )
    return Finding(
        name="supply", saw="no under-voltage sensor", cure="load the kernel module raspberrypi-hwmon (every Raspberry Pi OS has it)"
    )


def check_clock(marker: Path = Path("/run/systemd/timesync/synchronized")) -> Finding:
    """Control does not use the wall clock; weeks, quotas and records do."""
    good = marker.exists()
    return Finding(
        name="wall clock",
        saw="synchronised" if good else "not synchronised",
        cure="" if good else "connect to a network once or fit a clock battery",
    )


def check_watchdog(device: Path = Path("/dev/watchdog0")) -> Finding:
    good = device.exists()
    return Finding(
        name="hardware watchdog",
        saw=str(device) if good else "absent",
        cure="" if good else "set dtparam=watchdog=on in config.txt and RuntimeWatchdogSec=15",
    )


def check_priority(limit: Callable[[], int] | None = None) -> Finding:
    most = (limit or _priority_limit)()
    good = most >= PRIORITY or most == resource.RLIM_INFINITY
    return Finding(
        name="real-time priority",
        saw="any" if most == resource.RLIM_INFINITY else f"up to {most}",
        cure="" if good else f"run it by its unit, or set LimitRTPRIO={PRIORITY}",
    )


def _priority_limit() -> int:
    return resource.RLIM_INFINITY if os.geteuid() == 0 else resource.getrlimit(resource.RLIMIT_RTPRIO)[0]


def check_voice(find: Callable[[str], str | None] = shutil.which) -> Finding:
    """Without a voice a person upside down, who cannot read the display, hears only the buzzer."""
    missing = [tool for tool in ("espeak-ng", "aplay") if find(tool) is None]
    return Finding(
        name="voice",
        saw=f"{' and '.join(missing)} not installed" if missing else "speech engine and player installed",
        cure="sudo apt install espeak-ng alsa-utils" if missing else "",
    )


# ------------------------------------------------------------------ devices


def sample_imu(imu: Imu, seconds: float, now_s: Callable[[], float], sleep_until: Callable[[float], None]) -> list[ImuReading]:
    """Fresh samples only, at the control rate, after as long as the chip needs to be set up."""
    samples: list[ImuReading] = []
    end_s = now_s() + 0.5 + seconds
    while now_s() < end_s:
        reading = imu.read(now_s())
        if reading.configured and reading.age_s == 0.0:
            samples.append(reading)
        sleep_until(now_s() + 0.02)
    return samples


def check_imu(samples: list[ImuReading], bus: int, address: int) -> Finding:
    """Identity, settings, gravity, noise and the chip's own time."""
    place = f"/dev/i2c-{bus} address {address:#04x}"
    if not samples:
        return Finding(
            name="IMU",
            saw=f"nothing at {place}",
            cure="check its four wires (hardware/wiring.md); raspi-config nonint do_i2c 0; is the user in group i2c?",
        )
    for wrong in _imu_faults(samples):
        return Finding(name="IMU", saw=f"{place}: {wrong}", cure="keep the table still; if it stays, change the IMU board")
    return Finding(name="IMU", saw=f"{place}: {len(samples)} samples, gravity {_gravity(samples):.2f} m/s2")


def _gravity(samples: list[ImuReading]) -> float:
    return sum(sqrt(sum(part * part for part in sample.accel_mps2)) for sample in samples) / len(samples)


def _imu_faults(samples: list[ImuReading]) -> Iterator[str]:
    if abs(_gravity(samples) - STANDARD_GRAVITY_MPS2) > GRAVITY_ERROR_MPS2:
        yield f"gravity reads {_gravity(samples):.2f} m/s2 instead of {STANDARD_GRAVITY_MPS2:.2f}"
    if samples[-1].chip_time_s <= samples[0].chip_time_s:
        yield "its clock stands still"
    if len({sample.accel_mps2 for sample in samples}) == 1:
        yield "it repeats one sample"
    spread = max(max(values) - min(values) for values in zip(*(sample.accel_mps2 for sample in samples), strict=True))
    if spread > 6 * MOST_NOISE_MPS2:
        yield f"noise or motion of {spread:.2f} m/s2"


def _who(link: Link) -> str:
    identity = link.identity
    if identity is None:
        return "it has not said who it is"
    return f"firmware {identity.firmware_major}.{identity.firmware_minor}, protocol {identity.schema:08X}"


def check_board(port: BytePort, name: str, now_s: Callable[[], float], sleep_until: Callable[[float], None]) -> Finding:
    """Listens only: doctor never sends a command.  The board says who it is once a second."""
    link = Link(port, now_s)
    end_s = now_s() + 2.5
    report = link.poll()
    while now_s() < end_s and not (report.identified and report.age_s < 0.1):
        sleep_until(now_s() + 0.02)
        report = link.poll()
    if report.identified:
        seen = f"{report.mode.name}, {report.angle_deg:.1f} deg, battery {report.battery_mv / 1000:.1f} V"
        return Finding(name="drive board", saw=f"{name}: {_who(link)}, {seen}")
    counts = link.counts
    if counts.good_frame_count:
        saw = f"{name}: speaks another protocol version: {_who(link)}; this release speaks {protocol.SCHEMA_HASH:08X}"
        return Finding(name="drive board", saw=saw, cure="put the firmware of this release on the board: make -C firmware flash")
    if counts.bad_frame_count or counts.unknown_frame_count:
        return Finding(
            name="drive board",
            saw=f"{name}: noise instead of frames",
            cure="check its ground and speed (250000 baud); is it the board at all?",
        )
    return Finding(
        name="drive board", saw=link.trouble or f"{name}: silent", cure="check its cable and supply; stop the service first if it runs"
    )
