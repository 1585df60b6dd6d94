"""A disk that loses power: what may be on it after a cut, given what a process had written and synced until then.

A write is on the disk for certain only after a sync of that file; a name only after a sync of its folder.  Until then any
512-byte sector may hold any version that it had since the last sync, a sector may be torn within, writes may be there without
those before them, and where nothing was ever written there may be anything.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

from tests.records.tap import MARKS, Op

SECTOR_BYTES = 512


@dataclass(slots=True)
class Inode:
    """One file's content, whatever its names."""

    synced: bytes = b""
    pending: list[Op] = field(default_factory=list)

    def as_issued(self) -> bytes:
        content = bytearray(self.synced)
        for op in self.pending:
            _apply(content, op)
        return bytes(content)


@dataclass(slots=True)
class Disk:
    """The state after a number of calls."""

    names: dict[str, Inode] = field(default_factory=dict)  # as the process sees them
    durable: dict[str, Inode] = field(default_factory=dict)  # as they are on the disk for certain
    pending: list[tuple[str, str, Inode | None]] = field(default_factory=list)  # changes of names since: kind, name, what it then means

    @staticmethod
    def holding(folder: Path) -> Disk:
        """Everything in a folder, long since synced."""
        files = {
            path.name: Inode(path.read_bytes()) for path in sorted(folder.iterdir()) if path.is_file() and not path.name.endswith("-shm")
        }
        return Disk(names=dict(files), durable=dict(files))

    def apply(self, op: Op) -> None:
        """One more call has returned."""
        if op.name == MARKS:
            return
        if op.kind == "O" and op.created:
            self._name(op.name, Inode())
        elif op.kind in "WT":
            self.names[op.name].pending.append(op)
        elif op.kind == "S":
            inode = self.names.get(op.name)
            if inode is not None:
                inode.synced, inode.pending = inode.as_issued(), []
        elif op.kind == "D":
            self.durable, self.pending = dict(self.names), []
        elif op.kind == "U":
            self._name(op.name, None)
        elif op.kind in "RL":
            inode = self.names[op.name]
            self._name(op.data.decode(), inode)
            if op.kind == "R":
                self._name(op.name, None)

    def _name(self, name: str, inode: Inode | None) -> None:
        self.pending.append(("name", name, inode))
        if inode is None:
            self.names.pop(name, None)
        else:
            self.names[name] = inode

    def after_a_cut(self, dice: random.Random) -> dict[str, bytes]:
        """One of the many folders that may be found when the power is back."""
        names = dict(self.durable)
        in_order = dice.random() < 0.5
        kept = dice.randint(0, len(self.pending))
        for number, (_, name, inode) in enumerate(self.pending):
            if number < kept if in_order else dice.random() < 0.5:
                if inode is None:
                    names.pop(name, None)
                else:
                    names[name] = inode
        return {name: content(inode, dice) for name, inode in names.items()}


def content(inode: Inode, dice: random.Random) -> bytes:
    """What one file may hold."""
    if not inode.pending:
        return inode.synced
    manner = dice.choice(("nothing", "everything", "first", "sectors", "sectors", "sectors"))
    if manner == "nothing":
        return inode.synced
    if manner == "everything":
        return inode.as_issued()
    held = bytearray(inode.synced)
    if manner == "first":
        count = dice.randrange(len(inode.pending) + 1)
        for op in inode.pending[:count]:
            _apply(held, op)
        if count < len(inode.pending):
            _apply(held, _torn(inode.pending[count], dice))
        return bytes(held)
    likely, garbage = dice.choice((0.1, 0.5, 0.9)), dice.random() < 0.5
    for op in inode.pending:
        _apply_sectors(held, op, likely, dice if garbage else None, dice)
    return bytes(held)


def _apply(held: bytearray, op: Op) -> None:
    if op.kind == "T":
        _resize(held, op.place)
        return
    _resize(held, max(len(held), op.place + len(op.data)))
    held[op.place : op.place + len(op.data)] = op.data


def _resize(held: bytearray, size: int, dice: random.Random | None = None) -> None:
    if size < len(held):
        del held[size:]
    elif size > len(held):
        held.extend(dice.randbytes(size - len(held)) if dice is not None else bytes(size - len(held)))


def _torn(op: Op, dice: random.Random) -> Op:
    return Op(op.kind, op.name, op.place, op.data[: dice.randint(0, len(op.data))], op.created, op.at_ns, op.thread, op.process)


def _apply_sectors(held: bytearray, op: Op, likely: float, garbage: random.Random | None, dice: random.Random) -> None:
    """Each sector of one write by its own luck; one in twenty is torn within."""
    if op.kind == "T":
        if dice.random() < likely:
            _resize(held, op.place, garbage)
        return
    at = op.place
    while at < op.place + len(op.data):
        end = min(op.place + len(op.data), (at // SECTOR_BYTES + 1) * SECTOR_BYTES)
        if dice.random() < likely:
            part = op.data[at - op.place : end - op.place]
            if dice.random() < 0.05:
                part = part[: dice.randint(0, len(part))]
            if at + len(part) > len(held):
                _resize(held, at + len(part), garbage)
            held[at : at + len(part)] = part
        at = end
