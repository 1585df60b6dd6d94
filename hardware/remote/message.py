"""What passes between the table and its watcher on another host: one signed line of JSON a datagram, either way.  Pure.

Nothing in it can start, steer or loosen anything (SR12), and nothing in it is about a person.  A key file that both hosts hold signs it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from enum import Enum
from pathlib import Path
from typing import NamedTuple

MOST_BYTES = 512
LEAST_KEY_BYTES = 32
MOST_NAME = 40
MOST_NUMBER = 1 << 48


class Says(Enum):
    """What the table tells.  `heard` is the watcher's only word."""

    UPRIGHT = "upright"  # nobody needs watching
    ARMED = "armed"  # somebody may be on the table: raise the notice if this falls silent
    CALLING = "calling"  # the help ladder has come to its remote notice
    HEARD = "heard"


class Message(NamedTuple):
    """`answers` is the watcher's newest challenge, which makes an old datagram worthless; `number` tells which message is answered."""

    says: Says
    table: str
    number: int
    challenge: str  # from the table: the one it answers; from the watcher: the next one
    armed: bool = False  # from the watcher: it now watches


class KeyFileError(ValueError):
    """One line: which file, what is wrong, what would be right."""


def read_key(path: Path) -> bytes:
    """The shared key, whole file.  Raises KeyFileError."""
    try:
        key = path.read_bytes().strip()
    except OSError as error:
        raise KeyFileError(f"{path}: {error.strerror or error}; a key file is made by: head -c 32 /dev/urandom | base64 >{path}") from error
    if len(key) < LEAST_KEY_BYTES:
        raise KeyFileError(f"{path}: {len(key)} bytes are too short for a key; it needs at least {LEAST_KEY_BYTES}")
    return key


def _sign(key: bytes, body: bytes) -> bytes:
    return hmac.new(key, body, hashlib.sha256).hexdigest().encode()


def pack(key: bytes, message: Message) -> bytes:
    """The datagram."""
    said = {**message._asdict(), "says": message.says.value}
    body = json.dumps(said, separators=(",", ":"), ensure_ascii=True).encode()
    return _sign(key, body) + b" " + body


def unpack(key: bytes, data: bytes) -> Message | None:
    """The message, if whoever sent it holds the key and it has the right form; else None."""
    signature, _, body = data.partition(b" ")
    if len(data) > MOST_BYTES or not hmac.compare_digest(signature, _sign(key, body)):
        return None
    try:
        said = json.loads(body)
        message = Message(**{**said, "says": Says(said["says"])})
    except (ValueError, TypeError, KeyError):
        return None
    return message if _plausible(message) else None


def _plausible(message: Message) -> bool:
    kinds = (message.table, str), (message.number, int), (message.challenge, str), (message.armed, bool)
    if not all(type(value) is kind for value, kind in kinds):
        return False
    return 0 < len(message.table) <= MOST_NAME and message.table.isprintable() and 0 <= message.number <= MOST_NUMBER
