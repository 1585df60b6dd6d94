"""Small AVR programs for tests of the simulator shim, compiled on the spot.  Writes only where it is told."""

from __future__ import annotations

import subprocess
from pathlib import Path

FLAGS = ("-mmcu=atmega328p", "-DF_CPU=16000000UL", "-std=gnu11", "-Os", "-Wall", "-Werror")
HEAD = """
#include <avr/eeprom.h>
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <avr/wdt.h>
int main(void)
{
"""


def program(folder: Path, name: str, body: str, *, before: str = "") -> Path:
    """The elf of a `main` with this body."""
    source, elf = folder / f"{name}.c", folder / f"{name}.elf"
    head, rest = HEAD.rsplit("int main", 1)
    source.write_text(f"{head}{before}\nint main{rest}{body}\n}}\n", encoding="utf-8")
    subprocess.run(["avr-gcc", *FLAGS, "-o", str(elf), str(source)], check=True, timeout=60)
    return elf
