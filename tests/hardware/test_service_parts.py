"""Heartbeat, log lines, priority, voice, host, bus: the parts around the loop that must never hold or break it."""

from __future__ import annotations

import errno
import io
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from smbus2 import i2c_msg

from controller.wall_clock import WallClock, table_zone
from hardware.bus import ReopeningBus, SMBusLike, open_bus
from hardware.display import TextDisplay
from hardware.host import PiHost, temperature_c
from hardware.lines import LINES_MOST, LineWriter
from hardware.notify import SystemdHeartbeat
from hardware.voice import Voice
from tests.hardware.fakes import Bus, Chip, HandClock

# ------------------------------------------------------------------ heartbeat


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(0)
        yield listener


def heard(listener: socket.socket) -> list[str]:
    messages = []
    while True:
        try:
            messages.append(listener.recv(4096).decode())
        except BlockingIOError:
            return messages


@pytest.mark.req("SR13", "F50")
def test_systemd_hears_ready_every_beat_each_new_status_once_and_stopping(systemd: socket.socket) -> None:
    heartbeat = SystemdHeartbeat(systemd.getsockname())
    heartbeat.ready()
    for status in ("IDLE", "IDLE", "HOLDING\n15 deg", "HOLDING\n15 deg"):
        heartbeat.beat(status)
    heartbeat.stopping()
    heartbeat.close()
    beats = ["WATCHDOG=1\nSTATUS=IDLE", "WATCHDOG=1", "WATCHDOG=1\nSTATUS=HOLDING 15 deg", "WATCHDOG=1"]
    assert heard(systemd) == ["READY=1", *beats, "STOPPING=1"]


def test_an_abstract_address_is_understood() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        name = f"inversion-table-{os.getpid()}"
        listener.bind("\0" + name)
        heartbeat = SystemdHeartbeat("@" + name)
        heartbeat.ready()
        heartbeat.close()
        assert listener.recv(64) == b"READY=1"


@pytest.mark.parametrize("address", ["", "/nowhere/at/all", "@nobody-listens-here"])
def test_without_a_listener_the_beat_does_nothing_and_raises_nothing(address: str) -> None:
    heartbeat = SystemdHeartbeat(address)
    heartbeat.ready()
    heartbeat.beat("IDLE")
    heartbeat.close()


def test_a_listener_that_does_not_listen_never_holds_the_loop(systemd: socket.socket) -> None:
    heartbeat = SystemdHeartbeat(systemd.getsockname())
    begin_s = time.perf_counter()
    for number in range(2000):
        heartbeat.beat(f"status {number}")
    assert time.perf_counter() - begin_s < 1.0
    heartbeat.close()


# ------------------------------------------------------------------ lines, voice, display


class StuckStream(io.StringIO):
    def __init__(self) -> None:
        super().__init__()
        self.free = threading.Event()

    def write(self, text: str) -> int:
        self.free.wait(10)
        return super().write(text)


@pytest.mark.req("F58")
def test_a_log_that_is_not_read_never_holds_the_loop_and_drops_are_counted() -> None:
    stream = StuckStream()
    lines = LineWriter(stream)
    begin_s = time.perf_counter()
    for number in range(LINES_MOST + 100):
        lines.write(f"line {number}")
    assert time.perf_counter() - begin_s < 0.5
    assert 98 <= lines.dropped <= 100
    stream.free.set()
    lines.close()


def test_lines_come_out_whole_and_in_order(tmp_path: Path) -> None:
    stream = io.StringIO()
    lines = LineWriter(stream)
    voice, display = Voice(lines.write, str(tmp_path / "nobody")), TextDisplay(lines.write)
    voice.say("Going down to fifteen degrees.", urgent=False)
    voice.say("Stopped.", urgent=True)
    for _ in range(3):
        display.show(("HOLDING", "0:25"), turned=True)
    voice.close()
    lines.close()
    assert stream.getvalue().splitlines() == [
        "voice: Going down to fifteen degrees.",
        "voice (urgent): Stopped.",
        "display (turned): HOLDING | 0:25",
    ]


def test_a_stream_that_was_closed_is_no_error() -> None:
    stream = io.StringIO()
    lines = LineWriter(stream)
    stream.close()
    lines.write("nobody hears this")
    lines.close()
    assert lines.dropped == 1


# ------------------------------------------------------------------ priority


def test_the_loop_comes_before_its_helpers_and_these_before_others_and_what_was_granted_is_said() -> None:
    script = (
        "import os, threading\n"
        "running = threading.Event()\n"
        "before = threading.Thread(target=running.wait, daemon=True); before.start()\n"
        "from hardware.realtime import ask_for_real_time\n"
        "for line in ask_for_real_time(): print(line)\n"
        "mine = os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK\n"
        "helper = []\n"
        "thread = threading.Thread(target=lambda: helper.append(os.sched_getscheduler(0)))\n"
        "thread.start(); thread.join()\n"
        "print(mine == os.SCHED_FIFO, helper == [os.SCHED_OTHER], os.sched_getparam(before.native_id).sched_priority)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    priority, memory, collector, verdict = done.stdout.splitlines()
    granted = priority == "real-time priority 50"
    assert granted or "not granted" in priority
    assert verdict == f"{granted} True {10 if granted else 0}"
    assert memory.startswith(("memory locked", "memory not locked"))
    assert int(collector.split()[0]) > 1000
    assert done.stderr == ""


@pytest.mark.req("F58")
def test_no_page_of_a_library_waits_for_the_disk_once_the_memory_is_locked() -> None:
    script = (
        "import sqlite3, re\n"
        "from hardware.realtime import _lock_memory\n"
        "said, missing_kb, pieces = _lock_memory(), 0, 0\n"
        "for piece in re.split(r'\\n(?=[0-9a-f]+-[0-9a-f]+ )', open('/proc/self/smaps').read()):\n"
        "    if re.match(r'\\S+ r-', piece) and '.so' in piece.splitlines()[0]:\n"
        "        size, there = (int(re.search(rf'^{word}: *(\\d+) kB', piece, re.M)[1]) for word in ('Size', 'Rss'))\n"
        "        missing_kb, pieces = missing_kb + size - there, pieces + 1\n"
        "print(said); print(pieces, missing_kb)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    said, found = done.stdout.splitlines()
    pieces, missing_kb = map(int, found.split())
    assert pieces > 10
    if said.startswith("memory locked"):
        assert missing_kb == 0


def test_asking_where_it_is_not_permitted_is_a_line_and_no_error() -> None:
    script = (
        "import os, resource\n"
        "from hardware.realtime import _ask_for_priority, _lock_memory\n"
        "resource.setrlimit(resource.RLIMIT_RTPRIO, (0, 0)); resource.setrlimit(resource.RLIMIT_MEMLOCK, (4096, 4096))\n"
        "if os.geteuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "print(_ask_for_priority()); print(_lock_memory())"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    priority, memory = done.stdout.splitlines()
    assert "not granted (Operation not permitted)" in priority
    assert "memory not locked" in memory


# ------------------------------------------------------------------ host


@pytest.mark.req("F55")
def test_the_processors_temperature_is_in_degrees_and_infinite_when_unknown(tmp_path: Path) -> None:
    file = tmp_path / "temp"
    file.write_text("48250\n", encoding="ascii")
    assert temperature_c(file) == 48.25
    file.write_text("hot\n", encoding="ascii")
    assert temperature_c(file) == float("inf")
    assert temperature_c(tmp_path / "absent") == float("inf")


@pytest.mark.req("F55", "F56", "F61")
def test_the_host_tells_temperature_storage_configuration_and_lateness(tmp_path: Path) -> None:
    file = tmp_path / "temp"
    file.write_text("48250\n", encoding="ascii")
    working = [True]
    host = PiHost(storage_ok=lambda: working[0], config_ok=False, temperature_file=file)
    first = host.read(0.0, 0.003)
    assert (first.temperature_c, first.storage_ok, first.config_ok, first.late_s) == (48.25, True, False, 0.003)
    file.write_text("81000\n", encoding="ascii")
    working[0] = False
    assert host.read(4.9, 0.0).temperature_c == 48.25
    later = host.read(5.0, 0.0)
    assert (later.temperature_c, later.storage_ok) == (81.0, False)


# ------------------------------------------------------------------ bus


def test_a_bus_that_does_not_exist_is_an_error_that_the_imu_expects() -> None:
    with pytest.raises(OSError, match=r"No such file|i2c-77"):
        open_bus(77)


def test_a_bus_that_appears_later_is_opened_then_and_one_that_vanishes_is_opened_again() -> None:
    clock = HandClock()
    opened: list[SMBusLike] = []
    there = [False]

    def open_(_number: int) -> SMBusLike:
        if not there[0]:
            raise OSError(errno.ENOENT, "No such file or directory")
        opened.append(Bus(Chip(clock)))
        return opened[-1]

    bus = ReopeningBus(1, now_s=clock.now_s, open_=open_)
    for _ in range(10):
        with pytest.raises(OSError):  # noqa: PT011 - any kind will do
            bus.i2c_rdwr(i2c_msg.read(0x6A, 1))
        clock.t_s += 0.02
    there[0] = True
    clock.t_s += 1.0
    bus.i2c_rdwr(i2c_msg.read(0x6A, 1))
    first = opened[0]
    assert isinstance(first, Bus)
    first.faults = [OSError(errno.ENODEV, "No such device")]
    with pytest.raises(OSError, match="No such device"):
        bus.i2c_rdwr(i2c_msg.read(0x6A, 1))
    clock.t_s += 1.0
    bus.i2c_rdwr(i2c_msg.read(0x6A, 1))
    assert len(opened) == 2
    bus.close()
    bus.close()


# ------------------------------------------------------------------ the calendar


def test_the_zone_is_the_places_own_and_utc_where_nobody_says(tmp_path: Path) -> None:
    (tmp_path / "localtime").symlink_to("/usr/share/zoneinfo/Europe/Berlin")
    (tmp_path / "odd").symlink_to("/usr/share/zoneinfo/Nowhere/At_All")
    assert str(table_zone(tmp_path / "localtime")) == "Europe/Berlin"
    assert table_zone(tmp_path / "odd") is UTC
    assert table_zone(tmp_path / "missing") is UTC


def test_the_clock_is_trusted_once_a_time_service_has_set_it(tmp_path: Path) -> None:
    clock = WallClock(UTC, tmp_path / "synchronized")
    assert not clock.moment().clock_trusted
    (tmp_path / "synchronized").touch()
    assert clock.moment().clock_trusted
    assert abs((clock.moment().at - datetime.now(UTC)).total_seconds()) < 5.0
