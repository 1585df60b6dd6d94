"""Sockets of the panel's own in this computer's file system: only who belongs to the socket's group may come to them."""

from __future__ import annotations

import os
import socket
from pathlib import Path

MODE = 0o660
"""The service belongs to the socket's group; nobody else may tell the page anything, be told, or fetch what is asked."""


def bound_at(path: Path, kind: int, backlog: int | None = None) -> socket.socket:
    """A socket of this kind at `path`, in place of one that a former process left behind; listening where a backlog is given.

    `kind` may have socket.SOCK_NONBLOCK in it.  Raises OSError.
    """
    path.unlink(missing_ok=True)
    bound = socket.socket(socket.AF_UNIX, kind | socket.SOCK_CLOEXEC)
    try:
        bound.bind(str(path))
        os.chmod(path, MODE)
        if backlog is not None:
            bound.listen(backlog)
    except OSError:
        bound.close()
        raise
    return bound
