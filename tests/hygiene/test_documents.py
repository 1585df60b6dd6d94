"""The documents say what the program is: generated parts fresh, links and pictures there, names in them real."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hygiene import documents, positions
from tests.hygiene.sources import ROOT, project_files, text

GENERATED = sorted({home for home, _ in documents.PARTS.values()})
MARKDOWN = [path for path in project_files() if path.suffix == ".md"]


@pytest.mark.parametrize("path", GENERATED)
def test_the_generated_parts_are_fresh(path: str) -> None:
    """`./task docs` writes them again."""
    assert (ROOT / path).read_text(encoding="utf-8") == documents.as_it_should_be(path)


def test_a_document_without_its_part_is_refused() -> None:
    with pytest.raises(ValueError, match="no part 'modes'"):
        documents.filled("# nothing here\n", "modes", "x")


def test_a_stale_part_is_seen() -> None:
    old = "a\n<!-- generated: modes -->\nold\n<!-- end -->\nb\n"
    assert documents.filled(old, "modes", "new") == "a\n<!-- generated: modes -->\nnew\n<!-- end -->\nb\n"


@pytest.mark.parametrize("path", MARKDOWN, ids=str)
def test_every_link_in_a_document_leads_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", text(path))
    assert [link for link in links if not (ROOT / path.parent / link).exists()] == []


@pytest.mark.parametrize("path", [path for path in MARKDOWN if path.name != "CHANGELOG.md"], ids=str)
def test_every_file_of_ours_that_a_document_names_exists(path: Path) -> None:
    named = re.findall(r"`((?:controller|hardware|sim|firmware|tests|docs|systemd)/[\w./-]*)`", text(path))
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_readme_offers_the_two_commands_and_the_makefile_has_them() -> None:
    readme, makefile = text(Path("README.md")), (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("run", "test"):
        assert f"    make {target} " in readme
        assert re.search(rf"^{target}:.*\n\t@\./task {target}$", makefile, re.M)


def test_ci_runs_the_readmes_test_command() -> None:
    assert text(Path(".ci/run")).rstrip().endswith("exec make test")


def png_header(path: Path) -> bytes:
    """Signature, size, depth and colour type."""
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    return data[:29]


def test_the_readmes_picture_is_one_the_program_draws_today(tmp_path: Path) -> None:
    """Drawn by `./task docs`; a picture of another size or format is of another program."""
    scenario, drawn = "sim/scenarios/sessions/week_3.toml", tmp_path / "drawn.png"
    command = [sys.executable, "-m", "sim", "scenario", scenario, "--quiet", "--plot", str(drawn)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    shipped = ROOT / "docs/pictures/session-week-3.png"
    assert png_header(shipped) == png_header(drawn)
    assert shipped.stat().st_size < 600_000


def test_the_picture_of_the_positions_is_drawn_from_todays_limits() -> None:
    assert (ROOT / positions.PICTURE).read_text(encoding="utf-8") == positions.svg()


def test_every_picture_is_shown_in_a_document() -> None:
    shown = {Path(found).name for path in MARKDOWN for found in re.findall(r"!\[[^]]+\]\(([^)]+)\)", text(path))}
    assert {path.name for path in (ROOT / "docs/pictures").iterdir()} - shown == set()


def test_every_page_for_people_begins_with_what_to_do_when_something_is_wrong() -> None:
    for page in ("person", "spotter"):
        headings = re.findall(r"^## (.+)$", text(Path(f"docs/manual-{page}.md")), re.M)
        assert headings[0] == "If something is wrong"


def test_the_clinicians_table_has_the_programmes_numbers() -> None:
    """Restated by hand from the guide: weeks, degrees, minutes, sessions a day."""
    page = text(Path("docs/manual-clinician.md"))
    for row in (
        "| the very first session | 15° | 30 s |",
        "| 1-2 | up to 30° | up to 2 min | up to 3 |",
        "| 3-4 | up to 60° | up to 5 min | up to 2 |",
        "| 5 on | up to 90° | up to 10 min, the return included | 1 |",
    ):
        assert row in page
