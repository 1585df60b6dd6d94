"""Whose password lines stand in the settings file, and whether they may.  Reads that file again when it changes; touches nothing else."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from controller.config import ConfigError, PanelSettings, load_settings
from controller.panel.login import well_formed

KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
"""A person's key, as `inversion-table-people list` shows it."""


def complaint(settings: PanelSettings) -> str | None:
    """Why these settings would show a person's session to strangers, or None."""
    try:
        beyond = not ipaddress.ip_address(settings.address).is_loopback
    except ValueError:
        return f"panel.address: {settings.address!r} is no address; 127.0.0.1 or 0.0.0.0 would be right"
    if settings.password and not well_formed(settings.password):
        return "panel.password: is no line of `inversion-table-panel password`"
    if settings.people and not settings.password:
        return "panel.people: needs panel.password besides, the keeper's; without it everybody sees everybody"
    for key, line in settings.people.items():
        if not KEY.fullmatch(key) or not well_formed(line):
            return f"panel.people: {key!r} is no key with a line of `inversion-table-panel password --person KEY`"
    if beyond and not settings.password:
        return "panel.password: is empty; beyond the loopback there must be one: `inversion-table-panel password` makes it"
    return None


class Passwords:
    """The lines that stand now, the keeper's under None.  A file that is wrong or gone changes nothing: those before go on to hold."""

    def __init__(self, settings: PanelSettings, file: Path | None, complain: Callable[[str], None]) -> None:
        self._file = file
        self._complain = complain
        self._stand = _lines(settings)
        self._seen: tuple[int, ...] | None = None  # nothing yet: it may have changed since it was read for `settings`

    def __call__(self) -> Mapping[str | None, str]:
        """Asked for each request: one look at the file's date where it has not changed."""
        if self._file is not None:
            with suppress(OSError):
                found = self._file.stat()
                seen = (found.st_mtime_ns, found.st_size, found.st_ino)
                if seen != self._seen:
                    self._seen = seen
                    self._read_anew(self._file)
        return self._stand

    def _read_anew(self, file: Path) -> None:
        try:
            settings = load_settings(file).panel
        except ConfigError as error:
            wrong: str | None = str(error)
        else:
            wrong = complaint(settings) or ("" if settings.password else "panel.password: is empty")
            if not wrong:
                self._stand = _lines(settings)
        if wrong:
            self._complain(f"{wrong}; the passwords that stood before go on to hold")


def _lines(settings: PanelSettings) -> dict[str | None, str]:
    lines: dict[str | None, str] = {None: settings.password}
    lines.update(settings.people)
    return lines
