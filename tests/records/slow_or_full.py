"""A journal on a disk that misbehaves, in a process of its own: `python -m tests.records.slow_or_full FOLDER SECONDS`.

Ticks at 50 Hz with something new on each; prints, as JSON lines, twice a second how late the loop was and what the journal says.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from controller.records.journal import RecordsJournal
from hardware.clock import MonotonicClock, Ticker
from tests.records.tables import INPUTS, LIMITS, story
from tests.records.values import MOMENT

TICK_S = 0.02


def say(made: RecordsJournal, told: list[str], **state: float) -> None:
    journal_says = {"ok": made.storage_ok, "trouble": made.trouble, "waiting": made.waiting, "dropped": made.dropped, "told": told}
    sys.stdout.write(json.dumps(state | journal_says) + "\n")
    sys.stdout.flush()


def main(folder: Path, seconds: float) -> None:
    told: list[str] = []
    made = RecordsJournal(folder, LIMITS, moment=lambda: MOMENT, say=told.append)
    ticker = Ticker(MonotonicClock(), TICK_S)
    longest_put_s = 0.0
    for number in range(round(seconds / TICK_S)):
        ticker.wait()
        begin_s = time.perf_counter()
        made.put(INPUTS, story(number))
        longest_put_s = max(longest_put_s, time.perf_counter() - begin_s)
        if number % 25 == 0:
            say(made, told, put=number, longest_put_s=longest_put_s)
    made.close(5.0)
    say(made, told, put=number, longest_put_s=longest_put_s)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
