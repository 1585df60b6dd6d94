"""Makes the drive board's first EEPROM content: valid blank records in every slot, and this table's calibration.  Writes one file.

python3 eeprom_image.py --pot-zero 2046 --pot-span 1925 --encoder-span 222 build/firmware.eep.bin
"""

from __future__ import annotations

import argparse
import importlib.util
import struct
import sys
from pathlib import Path
from types import ModuleType

SIZE = 1024
LAYOUT = {  # as records.h; a test compares
    "CALIBRATION_AT": 0, "CALIBRATION_SIZE": 8, "LATCH_AT": 16, "LATCH_SIZE": 5, "BUDGET_AT": 32, "BUDGET_SIZE": 10, "BUDGET_SLOTS": 40,
    "EVENT_AT": 432, "EVENT_SIZE": 14, "EVENT_SLOTS": 40,
}  # fmt: skip


def _image_module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("image", Path(__file__).with_name("image.py"))
    if spec is None or spec.loader is None:
        raise ImportError("image.py is not beside eeprom_image.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_crc = _image_module().crc


def sealed(record: bytes) -> bytes:
    """The record and its check."""
    return record + struct.pack("<H", _crc(record))


def content(*, pot_zero: int, pot_span: int, encoder_span: int) -> bytes:
    """A new board's EEPROM: calibrated, nothing latched, no time used, no event."""
    image = bytearray(b"\xff" * SIZE)

    def put(name: str, index: int, record: bytes) -> None:
        at = LAYOUT[f"{name}_AT"] + index * LAYOUT[f"{name}_SIZE"]
        image[at : at + LAYOUT[f"{name}_SIZE"]] = sealed(record)

    for copy in range(2):
        put("CALIBRATION", copy, struct.pack("<Hhh", pot_zero, pot_span, encoder_span))
        put("LATCH", copy, struct.pack("<BBB", 0, 0, 0))
    for slot in range(LAYOUT["BUDGET_SLOTS"]):
        put("BUDGET", slot, struct.pack("<IHH", slot, 0, 0))
    for slot in range(LAYOUT["EVENT_SLOTS"]):
        put("EVENT", slot, struct.pack("<HBBIhH", slot, 0, 0, 0, 0, 0))
    return bytes(image)


def main() -> int:
    """Write the file."""
    parser = argparse.ArgumentParser(description="Makes the drive board's first EEPROM content.")
    parser.add_argument("--pot-zero", type=int, required=True, help="potentiometer counts (sum of four) at level")
    parser.add_argument("--pot-span", type=int, required=True, help="counts for 100 degrees; negative if wired the other way round")
    parser.add_argument("--encoder-span", type=int, required=True, help="encoder counts for 1 degree")
    parser.add_argument("file", type=Path)
    given = parser.parse_args()
    given.file.write_bytes(content(pot_zero=given.pot_zero, pot_span=given.pot_span, encoder_span=given.encoder_span))
    return 0


if __name__ == "__main__":
    sys.exit(main())
