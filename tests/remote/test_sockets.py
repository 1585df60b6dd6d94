"""The dead man over real sockets on this machine: two processes' worth of shells, one killed."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from controller.core.model import Mode, Outputs
from controller.exit_codes import ExitCode
from hardware.__main__ import main
from hardware.remote.caller import Caller
from hardware.remote.line import RemoteLine
from hardware.remote.message import KeyFileError, read_key
from hardware.remote.service import Lookout, Post, address
from hardware.remote.watcher import Watcher

KEY = b"0123456789abcdef0123456789abcdef"


def until(reached: Callable[[], bool], turn: Callable[[], object], within_s: float = 10.0) -> bool:
    end_s = time.monotonic() + within_s
    while not reached() and time.monotonic() < end_s:
        turn()
    return reached()


@pytest.mark.req("SR14")
def test_from_the_service_to_the_notice_and_its_command(tmp_path: Path) -> None:
    told: list[str] = []
    numbers = count()
    note = tmp_path / "note"
    command = (sys.executable, "-c", f"import sys; open({str(note)!r}, 'w').write(sys.argv[1])")
    watcher = Watcher(KEY, lambda: f"{next(numbers):016x}", patience_s=1.0)
    with closing(Lookout(watcher, ("127.0.0.1", 0), told.append, command)) as lookout:
        with closing(Post(Caller(KEY, "the table"), ("127.0.0.1", lookout.port), tmp_path)) as post, closing(RemoteLine(tmp_path)) as line:

            def turn(mode: Mode = Mode.HOLDING) -> None:
                line.put(Outputs(mode=mode), time.monotonic())
                post.turn(0.01)
                lookout.turn(0.01)

            assert line.state(time.monotonic()) == "unreachable"
            assert until(lambda: line.state(time.monotonic()) == "armed", turn)
            assert told == []
        assert until(lambda: note.exists() and bool(note.read_text()), lambda: lookout.turn(0.01))  # the table is dead: silence
        assert told == [note.read_text()]
        assert told[0].startswith("the table fell silent")


def commands(port: int, key_file: Path, settings: Path, folder: Path) -> tuple[list[str], list[str]]:
    """The watcher's own command, and the caller with its folder elsewhere."""
    watch = [
        sys.executable,
        "-m",
        "hardware",
        "watch-for-help",
        "--listen",
        f"127.0.0.1:{port}",
        "--key-file",
        str(key_file),
        "--after",
        "5",
    ]
    call = [
        sys.executable,
        "-c",
        f"from pathlib import Path; from hardware.remote.service import call; call(Path({str(settings)!r}), print, Path({str(folder)!r}))",
    ]
    return watch, call


@pytest.mark.req("SR14", "SR12")
def test_a_killed_caller_is_noticed_by_the_watchers_own_program(tmp_path: Path) -> None:
    key_file, settings = tmp_path / "key", tmp_path / "settings.toml"
    key_file.write_bytes(KEY)
    with closing(Lookout(Watcher(KEY, lambda: "0"), ("127.0.0.1", 0), lambda _line: None)) as free:
        port = free.port
    settings.write_text(f'[remote]\nwatcher = "127.0.0.1:{port}"\nkey_file = "{key_file}"\ntable = "T"\n')
    watch, call = commands(port, key_file, settings, tmp_path)
    with subprocess.Popen(watch, stdout=subprocess.PIPE, text=True) as watching, subprocess.Popen(call) as calling:
        try:
            heard = watching.stdout
            assert heard is not None
            assert "watching on" in heard.readline()
            with closing(RemoteLine(tmp_path)) as line:

                def turn() -> None:
                    line.put(Outputs(mode=Mode.DESCENDING), time.monotonic())
                    select.select([heard], [], [], 0.05)

                assert until(lambda: line.state(time.monotonic()) == "armed", turn, within_s=30.0)
                os.kill(calling.pid, signal.SIGKILL)
                assert "T fell silent" in heard.readline()
                assert until(lambda: line.state(time.monotonic()) == "unreachable", turn)
        finally:
            calling.kill()
            watching.terminate()
        assert watching.wait(10) == ExitCode.OK


@pytest.mark.parametrize("text", ["", "here", "here:", "here:0", "here:70000", "here:x", ":4840"])
def test_an_address_that_is_none_is_one_line_with_what_is_meant(text: str) -> None:
    with pytest.raises(ValueError, match=r"such as 192\.168\.1\.20:4840"):
        address(text)
    assert address("[::1]:4840") == ("::1", 4840)


def test_a_key_that_is_missing_or_short_is_one_line_and_exit_code_78(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    short = tmp_path / "short"
    short.write_bytes(b"secret\n")
    with pytest.raises(KeyFileError, match="6 bytes are too short"):
        read_key(short)
    assert main(["watch-for-help", "--key-file", str(tmp_path / "none")]) == ExitCode.CONFIG
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert "head -c 32 /dev/urandom" in said
    assert main(["watch-for-help", "--key-file", str(short), "--after", "4"]) == ExitCode.USAGE


def test_a_port_that_is_taken_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key_file = tmp_path / "key"
    key_file.write_bytes(KEY)
    with closing(Lookout(Watcher(KEY, lambda: "0"), ("127.0.0.1", 0), lambda _line: None)) as taken:
        listen = f"127.0.0.1:{taken.port}"
        assert main(["watch-for-help", "--key-file", str(key_file), "--listen", listen]) == ExitCode.UNAVAILABLE
    assert listen in capsys.readouterr().out
