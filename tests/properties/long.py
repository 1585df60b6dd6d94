"""The same properties over many more histories: python -m tests.properties.long --examples N --seed S [--property NAME].

Prints each failure with the history that led to it as it comes, most frequent kind last, and how many histories were lived; exit code 1
if any failed.  Same arguments, same histories.  Failures are not made smaller here: pytest does that with the history at hand.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import Phase as Stage

from tests.properties.properties import PROPERTIES, Property

FIGURE = re.compile(r"-?\d+(\.\d+)?")


def _told(drawn: Any) -> str:
    return " | ".join(map(str, drawn)) if isinstance(drawn, tuple) else str(drawn)


def campaign(name: str, it: Property, examples: int, number: int) -> Counter[str]:
    """Failures by kind."""
    failures: Counter[str] = Counter()

    @seed(number)
    @settings(max_examples=examples, deadline=None, database=None, phases=[Stage.generate], suppress_health_check=list(HealthCheck))
    @given(it.draw)
    def live(drawn: Any) -> None:
        try:
            it.judge(drawn)
        except AssertionError as error:
            kind = FIGURE.sub("#", str(error))[:90]
            failures[kind] += 1
            if failures[kind] <= 3:
                sys.stdout.write(f"{name}: {error}\n    {_told(drawn)}\n")
                sys.stdout.flush()

    live()
    return failures


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.properties.long", description="Random histories in great number.")
    parser.add_argument("--examples", type=int, default=1000, help="histories of each property")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--property", choices=sorted(PROPERTIES), help="only this one")
    given_ = parser.parse_args(arguments)
    failed = 0
    for name, it in PROPERTIES.items():
        if given_.property in (None, name):
            failures = campaign(name, it, given_.examples, given_.seed)
            failed += sum(failures.values())
            sys.stdout.write(f"{it.says}: {given_.examples} histories, {sum(failures.values())} failed\n")
            for kind, count in reversed(failures.most_common()):
                sys.stdout.write(f"    {count} x {kind}\n")
            sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
