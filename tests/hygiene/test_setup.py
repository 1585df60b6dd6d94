"""What the two commands stand on: locks with hashes and no addresses, the same versions in each, failures in one line."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.hygiene.sources import ROOT, text

LOCKS = ("requirements-table.lock", "requirements-run.lock", "requirements-test.lock")
ENTRY = re.compile(r"^([a-z0-9][a-z0-9.-]*)==([^\s;\\]+)(?: ;[^\\]*)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")


def pins(name: str) -> set[tuple[str, str]]:
    return {(found.group(1), found.group(2)) for line in text(Path(name)).splitlines() if (found := ENTRY.match(line))}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_only_pins_and_hashes(name: str) -> None:
    strange = [line for line in text(Path(name)).splitlines() if not ENTRY.match(line) and not HASH.match(line)]
    assert strange == []
    assert len(pins(name)) > 15


def test_the_smaller_locks_are_part_of_the_larger() -> None:
    table, run, test = (pins(name) for name in LOCKS)
    assert table < run < test


def test_every_package_the_project_asks_for_is_locked() -> None:
    project = tomllib.loads(text(Path("pyproject.toml")))["project"]
    wanted = [*project["dependencies"], *(entry for extra in project["optional-dependencies"].values() for entry in extra)]
    asked = [re.split(r"[><=; \[]", entry)[0] for entry in wanted]
    locked = {name for name, _ in pins("requirements-test.lock")}
    assert len(asked) > 12
    assert {name.lower() for name in asked} - locked == set()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The set-up files alone, in an empty folder."""
    for name in ("task", "Makefile", "pyproject.toml", *LOCKS):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def task(folder: Path, *arguments: str, path: str) -> subprocess.CompletedProcess[str]:
    bash = shutil.which("bash") or "/bin/bash"
    environment = {"PATH": path, "HOME": str(folder)}
    return subprocess.run([bash, "task", *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)


def tools(folder: Path, **scripts: str) -> str:
    """A PATH of ordinary tools with some replaced."""
    place = folder / "tools"
    place.mkdir()
    ordinary = {"bash", "sh", "dirname", "mkdir", "flock", "id", "cat", "cut", "grep", "tail", "sha256sum", "rm", "env"}
    for name in ordinary - set(scripts):  # never a link where a script is written: writing would follow it
        found = shutil.which(name)
        assert found, name
        (place / name).symlink_to(found)
    for name, body in scripts.items():
        with (place / name).open("x", encoding="utf-8") as script:
            script.write(f"#!/bin/sh\n{body}\n")
        (place / name).chmod(0o755)
    return str(place)


def test_an_unknown_command_is_one_line(copy: Path) -> None:
    result = task(copy, "fly", path=os.environ["PATH"])
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "task: unknown command 'fly'; one of: run, demo, test, docs, lock, format, clean, help\n"


def test_no_compiler_and_no_way_to_get_one_is_one_line(copy: Path) -> None:
    path = tools(copy, gcc="exit 1", id="echo 1000", **{"apt-get": "exit 1"})
    result = task(copy, "run", path=path)
    assert result.returncode == 1
    assert result.stderr == "task: no working C compiler; run this, then try again: sudo apt-get install gcc libc6-dev\n"


def test_an_old_python_is_one_line(copy: Path) -> None:
    old = 'case "$*" in --version) echo Python 3.9.2;; *) exit 1;; esac'
    path = tools(copy, gcc="exit 0", python3=old)
    shutil.rmtree(copy / ".venv", ignore_errors=True)
    text_of_task = (copy / "task").read_text(encoding="utf-8").replace("/usr/bin/python3 ", "")
    (copy / "task").write_text(text_of_task, encoding="utf-8")
    result = task(copy, "run", path=path)
    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        "task: needs Python 3.11, 3.12 or 3.13; found Python 3.9.2 (Debian 12, Debian 13 and Raspberry Pi OS have one)"
    ]


def test_no_network_is_one_line_and_nothing_is_taken_for_done(copy: Path) -> None:
    python = (
        'case "$*" in *"pip install"*) echo "ERROR: no route to host" ; exit 1;; *ensurepip*) exit 0;; *-c*) echo python3;; esac; exit 0'
    )
    path = tools(copy, gcc="exit 0", python3=python)
    (copy / ".venv/bin").mkdir(parents=True)
    (copy / ".venv/bin/python").symlink_to(copy / "tools/python3")
    result = task(copy, "run", path=path)
    assert result.returncode == 1
    last = result.stderr.splitlines()[-1]
    assert last == "task: Python packages could not be installed (no network?): ERROR: no route to host [all of it: build/setup.log]"
    assert not list((copy / ".venv").glob("stamp-*"))
