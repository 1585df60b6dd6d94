"""Messages, frames and damaged streams for the wire's tests; Hypothesis strategies and small builders."""

from __future__ import annotations

from functools import cache

from hypothesis import strategies as st

from firmware.schema import TYPES, Field, Message, Schema, load
from hardware.drive import frame, protocol


@cache
def schema() -> Schema:
    return load()


def values(field: Field) -> st.SearchStrategy[int]:
    """Every value the field may carry."""
    if field.enum:
        return st.integers(0, len(schema().enums[field.enum]) - 1)
    bits = len(schema().bits[field.bits]) if field.bits else 8 * TYPES[field.type].size
    if field.type.startswith("i"):
        return st.integers(-(1 << (bits - 1)), (1 << (bits - 1)) - 1)
    return st.integers(0, (1 << bits) - 1)


def field_values(message: Message) -> st.SearchStrategy[dict[str, int]]:
    return st.fixed_dictionaries({"seq": st.integers(0, 255)} | {field.name: values(field) for field in message.fields})


PAYLOAD = st.one_of(st.binary(min_size=16, max_size=16), st.lists(st.sampled_from([0, 1, 255]), min_size=16, max_size=16).map(bytes))
"""16 data bytes, also the awkward ones: all zero, runs of zeros, none."""

GARBAGE = st.one_of(st.binary(max_size=200), st.lists(st.sampled_from([0, 0, 1, 2, 19, 20, 255]), max_size=200).map(bytes))


def status(seq: int, **fields: int) -> bytes:
    """One status frame as it stands on the wire; everything not given is 0."""
    message = protocol.StatusMessage(seq, *(fields.get(name, 0) for name in protocol.StatusMessage._fields[1:]))
    return frame.encode(protocol.pack_status(message))


def detail(seq: int, **fields: int) -> bytes:
    message = protocol.DetailMessage(seq, *(fields.get(name, 0) for name in protocol.DetailMessage._fields[1:]))
    return frame.encode(protocol.pack_detail(message))


def identity(seq: int, **fields: int) -> bytes:
    given = {"schema": protocol.SCHEMA_HASH} | fields
    message = protocol.IdentityMessage(seq, *(given.get(name, 0) for name in protocol.IdentityMessage._fields[1:]))
    return frame.encode(protocol.pack_identity(message))
