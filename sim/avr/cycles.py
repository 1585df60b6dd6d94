"""What a tick costs the drive board: awake cycles of the real binary in a session, and which function they go to.

    python -m sim.avr.cycles                      mean and worst tick of each part of a session, quiet and with a noisy serial line
    python -m sim.avr.cycles --functions 40       and the forty dearest functions of the descent, by the compiler's line table
    python -m sim.avr.cycles --lines 40           the same by source line
    python -m sim.avr.cycles --scenarios FILE…    and the dearest tick of each of these scenario files or folders

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

from controller.exit_codes import ExitCode
from hardware.drive.protocol import TELEMETRY_PERIOD_MS
from sim.agenda import Agenda
from sim.avr import build, latency
from sim.avr.processor import MS_CYCLES, Processor
from sim.build import BuildError
from sim.copies import in_a_copy
from sim.runner import Run
from sim.scenario import Scenario, ScenarioError
from sim.scenario_loader import find_scenarios, load_scenario

BUDGET = 0.40
"""Of a millisecond, worst tick."""
STARTING = 0.9
"""Of a millisecond: whoever is awake so long does not tick yet."""
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


def awake_cycles(processor: Processor, pass_one_ms: Callable[[], object]) -> int:
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
        awake.append(awake_cycles(processor, partial(run.world.run_ms, 1)))
    return _cost(awake)


def _look_at_each(run: Run) -> list[int]:
    """From here on the run's own steps are made millisecond by millisecond, and the awake cycles of each are added to this list."""
    processor, whole = run.world.processor, run.world.run_ms
    awake: list[int] = []

    def one_by_one(ticks: int) -> None:
        awake.extend(awake_cycles(processor, partial(whole, 1)) for _ in range(ticks))

    setattr(run.world, "run_ms", one_by_one)  # noqa: B010  (the world is the run's own)
    return awake


def _steered(run: Run, ms: int, shift_ms: int) -> list[int]:
    run.world.run_ms(shift_ms)
    awake = _look_at_each(run)
    agenda, row = Agenda(run.scenario, run), run.recorder.row()
    while len(awake) < ms:
        run.tick(agenda, row)
        row = run.recorder.row()
    return awake


def cost_with_pi(run: Run, ms: int) -> Cost:
    """The same while the Pi steers: a command every 20 ms, as in any session, beginning in each of the ten milliseconds between two of the
    board's messages in turn.  In copies: the run stays as it is.  Raises CopyError."""
    shifts = range(TELEMETRY_PERIOD_MS)
    return _cost([cycles for shift_ms in shifts for cycles in in_a_copy(partial(_steered, run, ms // len(shifts), shift_ms))])


@dataclass(frozen=True, slots=True, kw_only=True)
class Dearest:
    """The dearest tick of a scenario, and when it was over."""

    cycles: int
    at_s: float


def dearest(scenario: Scenario) -> Dearest:
    """Of the whole scenario on the binary.  A millisecond with hardly any sleep is the start of the program, and so are its neighbours."""
    awake = _look_at_each(run := Run(scenario, scenario.depths[0], scenario.seed, lambda _moment: None, "avr"))
    run.to_the_end()
    found = Dearest(cycles=0, at_s=0.0)
    for ms, (before, cycles, after) in enumerate(zip(awake, awake[1:], awake[2:], strict=False), 2):
        if max(before, cycles, after) < STARTING * MS_CYCLES and found.cycles < cycles:
            found = Dearest(cycles=cycles, at_s=ms / 1000)
    return found


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


def _line(what: str, mean: str, worst_cycles: int) -> str:
    return f"{what:<52} {mean:>8} mean {worst_cycles:8d} worst of {MS_CYCLES} ({100 * worst_cycles / MS_CYCLES:.0f} %)"


def _descent() -> int:
    """Print the parts of the measured descent; the dearest tick of all."""
    worst = 0
    run = latency.driving_run()
    parts: tuple[tuple[str, Callable[[], Cost]], ...] = (
        ("descent, the Pi silent", partial(cost, run, PART_MS)),
        ("descent, the Pi steering", partial(cost_with_pi, run, PI_MS)),
        (f"descent, {NOISE_BYTES} bytes of noise a ms", partial(cost, run, PART_MS, noise=NOISE_BYTES)),
    )
    for name, spend in parts:
        spent = in_a_copy(spend)
        worst = max(worst, spent.worst_cycles)
        _say(_line(name, str(spent.mean_cycles), spent.worst_cycles))
    return worst


def _dearest_of(scenarios: list[Scenario]) -> int:
    """Print the dearest tick of each; the dearest of all."""
    worst = 0
    for scenario in scenarios:
        found = in_a_copy(partial(dearest, scenario))
        worst = max(worst, found.cycles)
        _say(f"{_line(scenario.name, '', found.cycles)} at {found.at_s:.3f} s")
    return worst


def main() -> int:
    """Print; 1 if the worst tick is over budget."""
    parser = argparse.ArgumentParser(description="Awake cycles of the drive board's binary.")
    parser.add_argument("--functions", type=int, default=0)
    parser.add_argument("--lines", type=int, default=0)
    parser.add_argument("--scenarios", nargs="+", type=Path, default=[], metavar="FILE")
    given = parser.parse_args()
    try:
        scenarios = [load_scenario(path) for path in find_scenarios(given.scenarios)]
        worst = max(_descent(), _dearest_of(scenarios))
    except ScenarioError as error:
        sys.stderr.write(f"{error}\n")
        return ExitCode.BAD_DATA
    except BuildError as error:
        sys.stderr.write(f"{error}\n")
        return ExitCode.UNAVAILABLE
    for which, most in ((0, given.functions), (1, given.lines)):
        if most:
            spot = latency.driving_run()
            _say(*_table(profile(spot, PART_MS), build.firmware_elf(), PART_MS, which, most))
    return ExitCode.OK if worst <= BUDGET * MS_CYCLES else ExitCode.CHECK_FAILED


if __name__ == "__main__":
    sys.exit(main())
