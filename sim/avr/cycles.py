"""What a tick costs the drive board: awake cycles of the real binary in a session, and which function they go to.

    python -m sim.avr.cycles                      mean and worst tick of each part of a session, quiet and with a noisy serial line
    python -m sim.avr.cycles --functions 40       and the forty dearest functions of the descent, by the compiler's line table
    python -m sim.avr.cycles --lines 40           the same by source line

Cycles are exact and the same on every machine.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sim.agenda import Agenda
from sim.avr import build, latency
from sim.avr.processor import MS_CYCLES, Processor
from sim.runner import Run

BUDGET = 0.40
"""Of a millisecond, worst tick."""
NOISE_BYTES = 25
"""All that 250 000 baud can bring in a millisecond."""
FLASH_WORDS = 16384
PI_MS = 1000
PART_MS = 60
"""Not long: a Pi that is silent for 100 ms ends the descent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Awake cycles of the ticks of one stretch of a session."""

    ticks: int
    mean_cycles: int
    worst_cycles: int


def _awake(processor: Processor, pass_one_ms: Callable[[], None]) -> int:
    """Cycles of one millisecond in which the processor did not sleep."""
    slept, began = processor.stats().sleep_cycles, processor.cycle
    pass_one_ms()
    return processor.cycle - began - (processor.stats().sleep_cycles - slept)


def _cost(awake: list[int]) -> Cost:
    return Cost(ticks=len(awake), mean_cycles=round(sum(awake) / len(awake)), worst_cycles=max(awake))


def cost(run: Run, ms: int, *, noise: int = 0, seed: int = 1) -> Cost:
    """Let `ms` milliseconds pass, `noise` bytes of noise on the wire in each, and count."""
    processor = run.world.processor
    dice = random.Random(seed)
    awake: list[int] = []
    for _ in range(ms):
        if noise:
            processor.send(dice.randbytes(noise))
        awake.append(_awake(processor, partial(run.world.run_ms, 1)))
    return _cost(awake)


def cost_with_pi(run: Run, ms: int) -> Cost:
    """The same while the Pi steers: a command every 20 ms, as in any session.  Uses the run up."""
    processor, whole = run.world.processor, run.world.run_ms
    awake: list[int] = []

    def one_by_one(ticks: int) -> None:
        awake.extend(_awake(processor, partial(whole, 1)) for _ in range(ticks))

    setattr(run.world, "run_ms", one_by_one)  # noqa: B010  (the run's own steps, looked at millisecond by millisecond)
    agenda, row = Agenda(run.scenario, run), run.recorder.row()
    while len(awake) < ms:
        run.tick(agenda, row)
        row = run.recorder.row()
    return _cost(awake)


def profile(run: Run, ms: int) -> dict[int, int]:
    """Awake cycles by flash address of `ms` milliseconds."""
    words = run.world.processor.profile_begin()
    run.world.run_ms(ms)
    run.world.processor.profile_end()
    return {2 * word: words[word] for word in range(FLASH_WORDS) if words[word]}


def places(elf: Path, addresses: list[int]) -> dict[int, tuple[str, str]]:
    """(function, file:line) of each flash address; what was inlined counts as the function it was written in."""
    asked = "\n".join(hex(address) for address in addresses)
    done = subprocess.run(
        ["avr-addr2line", "-f", "-s", "-e", str(elf)], input=asked, capture_output=True, text=True, check=True, timeout=60
    )
    lines = done.stdout.splitlines()
    return {address: (lines[2 * i].split(".")[0], lines[2 * i + 1].split(" ")[0]) for i, address in enumerate(addresses)}


def _table(found: dict[int, int], elf: Path, ticks: int, which: int, most: int) -> list[str]:
    named = places(elf, list(found))
    total: Counter[str] = Counter()
    for address, cycles in found.items():
        function, line = named[address]
        file = line.split(":")[0]
        total[line if which else f"{function} ({file})"] += cycles
    return [f"{cycles / ticks:9.1f}  {name}" for name, cycles in total.most_common(most)]


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def main() -> int:
    """Print; 1 if the worst tick is over budget."""
    parser = argparse.ArgumentParser(description="Awake cycles of the drive board's binary.")
    parser.add_argument("--functions", type=int, default=0)
    parser.add_argument("--lines", type=int, default=0)
    given = parser.parse_args()
    run = latency.driving_run()
    worst = 0
    parts: tuple[tuple[str, Callable[[], Cost]], ...] = (
        ("descent, the Pi silent", partial(cost, run, PART_MS)),
        ("descent, the Pi steering", partial(cost_with_pi, latency.driving_run(), PI_MS)),
        (f"descent, {NOISE_BYTES} bytes of noise a ms", partial(cost, latency.driving_run(), PART_MS, noise=NOISE_BYTES)),
    )
    for name, spend in parts:
        spent = spend()
        worst = max(worst, spent.worst_cycles)
        share = 100 * spent.worst_cycles / MS_CYCLES
        _say(f"{name:<40} {spent.mean_cycles:8d} mean {spent.worst_cycles:8d} worst of {MS_CYCLES} ({share:.0f} %)")
    for which, most in ((0, given.functions), (1, given.lines)):
        if most:
            spot = latency.driving_run()
            _say(*_table(profile(spot, PART_MS), build.firmware_elf(), PART_MS, which, most))
    return 0 if worst <= BUDGET * MS_CYCLES else 1


if __name__ == "__main__":
    sys.exit(main())
