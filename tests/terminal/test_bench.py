"""The bench command measures what it says: percentiles are right, a digest sees a difference, the document is replaced and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.ports import Machine
from sim import bench
from sim.generated import END


def test_percentiles_are_those_of_the_sorted_times() -> None:
    found = bench.cost([1000 * value for value in range(1000, 0, -1)])
    assert (found.count, found.mean_us, found.p50_us, found.p99_us, found.p999_us) == (1000, 500.5, 501.0, 991.0, 1000.0)


@pytest.mark.req("SE3")
@pytest.mark.parametrize("depth", ["fast", "bus"])
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(depth: str) -> None:
    first, again, other = (bench.digest(seed, depth, for_s=12.0) for seed in (7, 7, 8))
    assert first == again
    assert first != other


def test_a_timed_machine_counts_every_tick() -> None:
    made: list[bench.Timed] = []

    def wrap(machine: Machine) -> Machine:
        made.append(bench.Timed(machine))
        return made[-1]

    bench.session(1, "fast", for_s=2.0, wrap=wrap)
    assert len(made) == 1
    assert len(made[0].spent_ns) == len(made[0].inputs) == 100
    assert bench.step_cost(made[0].inputs).count == 100


LINES = [
    bench.Line(what="step()", found="mean 20 us", budget="<= 60 us"),
    bench.Line(what="speed", found="90 x", budget=">= 500 x", held=False),
]


def test_only_the_generated_part_of_the_document_is_replaced(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text(f"# Before\n{bench.BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    bench.write(document, "inversion-table-sim bench", LINES)
    written = document.read_text(encoding="utf-8")
    assert written.startswith(f"# Before\n{bench.BEGIN}\n`inversion-table-sim bench`, Python ")
    assert written.endswith(f"| speed | 90 x | >= 500 x | NO |\n{END}\nafter\n")
    assert "old" not in written


def test_a_document_without_its_place_is_left_alone(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text("# Mine\n", encoding="utf-8")
    with pytest.raises(OSError, match="no part between"):
        bench.write(document, "x", LINES)
    assert document.read_text(encoding="utf-8") == "# Mine\n"
