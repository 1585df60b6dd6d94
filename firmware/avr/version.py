"""Says which firmware this tree builds, in the words of `inversion-table doctor`, so that the two can be compared.  Reads two sources."""

from __future__ import annotations

import re
import sys
from pathlib import Path

CORE = Path(__file__).resolve().parents[1] / "core"


def version() -> str:
    """Firmware version and the protocol's hash."""
    told = (CORE / "telemetry.c").read_text(encoding="utf-8") + (CORE / "protocol.h").read_text(encoding="utf-8")
    numbers = dict(re.findall(r"^#define (?:TELEMETRY|PROTOCOL)_(\w+) (\w+?)U?L?$", told, re.M))
    return f"firmware {numbers['FIRMWARE_MAJOR']}.{numbers['FIRMWARE_MINOR']}, protocol {int(numbers['SCHEMA_HASH'], 16):08X}"


if __name__ == "__main__":
    sys.stdout.write(f"{version()}: `inversion-table doctor` must show the same\n")
