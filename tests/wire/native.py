"""The board's real codec compiled for this computer and opened with cffi; test tool only, never imported by the product."""

from __future__ import annotations

import re
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from cffi import FFI

from sim.build import compiler

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "firmware/core"
WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Wsign-conversion", "-Wshadow", "-Wundef", "-Werror")
SOURCES = (CORE / "protocol.c", CORE / "frame.c", Path(__file__).with_name("campaign.c"))
CAMPAIGN = """
typedef struct { uint32_t frames, damaged, delivered, forged, forged_messages; } campaign_t;
void campaign_flips(uint64_t seed, uint32_t frames, uint32_t flips, campaign_t *result);
void campaign_noise(uint64_t seed, uint32_t frames, uint32_t flip_ppm, uint32_t drop_ppm, uint32_t twice_ppm, campaign_t *result);
uint64_t campaign_undetected(const uint16_t *syndromes, uint32_t bits, uint32_t weight);
uint32_t campaign_through_decoder(const uint8_t data[16], uint32_t weight);
"""


def declarations() -> str:
    """The two headers as cffi can read them: no comments, no preprocessor, no assertions."""
    text = (CORE / "protocol.h").read_text(encoding="utf-8") + (CORE / "frame.h").read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    text = re.sub(r"^(#|_Static_assert).*$", "", text, flags=re.M)
    return text.replace("PROTOCOL_FRAME_BYTES", "16").replace("FRAME_WIRE_BYTES", "20") + CAMPAIGN


def compile_library(folder: Path, *extra: str) -> Path:
    library = folder / "wire.so"
    command = [compiler(), "-std=c11", "-O2", "-shared", "-fPIC", *WARNINGS, *extra, f"-I{CORE}", "-o", str(library), *map(str, SOURCES)]
    subprocess.run(command, check=True, timeout=120)
    return library


@cache
def codec() -> tuple[FFI, Any]:
    """(ffi, library); compiled once in a process, the file is gone again before this returns."""
    ffi = FFI()
    ffi.cdef(declarations())
    with tempfile.TemporaryDirectory() as folder:
        return ffi, ffi.dlopen(str(compile_library(Path(folder))))


def c_encode(data: bytes) -> bytes:
    ffi, lib = codec()
    out = ffi.new("uint8_t[20]")
    size = lib.frame_encode(data, out)
    return bytes(out[0:size])


class CDecoder:
    """The board's decoder with the face of the Pi's."""

    def __init__(self) -> None:
        self._ffi, self._lib = codec()
        self._state = self._ffi.new("frame_decoder_t *")
        self._data = self._ffi.new("uint8_t[16]")

    def feed(self, data: bytes) -> list[bytes]:
        return [bytes(self._data) for byte in data if self._lib.frame_feed(self._state, byte, self._data)]

    @property
    def bad(self) -> int:
        return int(self._state.bad)
