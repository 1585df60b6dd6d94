"""The compiled world and board, loaded once per process.  Knows the C functions' names; decides nothing, keeps no state but the library."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from cffi import FFI

from sim import build


@lru_cache(maxsize=2)
def load(*, sanitised: bool = False) -> tuple[Any, Any]:
    """(ffi, lib) of the native library, compiled if need be.  Raises build.BuildError with one clear line."""
    ffi = FFI()
    ffi.cdef(build.declarations())
    return ffi, ffi.dlopen(str(build.library(sanitised=sanitised)))
