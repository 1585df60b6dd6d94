"""r2 to r5 are the interrupts': in the flashed binary no other instruction, of ours, of the compiler's or of its library, touches them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator

from sim.avr import build

RESERVED = re.compile(r"\br[2-5]\b")
FIRST = "__ctors_end"
INTERRUPTS = {"1", "2", "7", "18", "21"}
"""The two stop contacts, the clock, a byte received, a conversion done."""


def instructions() -> Iterator[tuple[str, str]]:
    """(function, instruction) of the whole binary; the vectors and the tables in front of its first function are not instructions."""
    listed = subprocess.run(["avr-objdump", "-d", str(build.firmware_elf())], capture_output=True, text=True, check=True, timeout=60)
    function = FIRST
    for line in listed.stdout.split(f"<{FIRST}>:\n")[1].splitlines():
        if label := re.match(r"[0-9a-f]{8} <(.+)>:$", line):
            # the linker's own marks lie inside functions
            function = function if re.match(r"__\w+_(LENGTH|ORIGIN)__", label.group(1)) else label.group(1)
        elif len(parts := line.split("\t")) >= 3:
            yield function, " ".join(parts[2:]).split(";")[0].strip()


def test_only_interrupts_touch_their_registers_but_for_the_count_of_samples() -> None:
    inside, outside = set(), []
    for function, text in instructions():
        if RESERVED.search(text):
            if vector := re.fullmatch(r"__vector_(\d+)", function):
                inside.add(vector.group(1))
            else:
                outside.append(text)
    assert inside == INTERRUPTS
    assert outside, "the main loop counts its ticks by r5"
    assert all(re.fullmatch(r"mov r(5, r\d+|\d+, r5)|sbrs r5, 2", text) for text in outside), outside


def test_no_interrupt_lets_another_one_in() -> None:
    """Each keeps what it interrupts in the same three registers."""
    assert not [text for function, text in instructions() if function.startswith("__vector_") and text == "sei"]


def test_no_interrupt_but_the_clocks_touches_the_status_register_and_that_one_puts_it_back() -> None:
    changing = re.compile(r"(ad[cdi]|sub|sbc|sbiw|and|or|eor|com|neg|inc|dec|tst|cp(?!se)|ls[lr]|ro[lr]|asr)")
    changed = {function for function, text in instructions() if function.startswith("__vector_") and changing.match(text)}
    assert changed == {"__vector_7"}
    clock = [text for function, text in instructions() if function == "__vector_7"]
    assert clock[0] == "in r4, 0x3f"
    assert clock[clock.index("reti") - 1] == "out 0x3f, r4"
    assert not [text for text in clock[1 : clock.index("reti") - 1] if re.search(r"\br4\b", text)]
