"""The documents say what the program is: generated parts fresh, links and pictures there, names in them real."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.hygiene import documents
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


def png_size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels, from the header."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def test_every_picture_is_a_picture_of_a_size_one_can_read() -> None:
    pictures = sorted((ROOT / "docs/pictures").glob("*"))
    assert [path.name for path in pictures] == ["session-week-3.png"]
    for path in pictures:
        wide, high = png_size(path.read_bytes())
        assert 800 <= wide <= 3000
        assert 400 <= high <= 2500
        assert path.stat().st_size < 600_000
