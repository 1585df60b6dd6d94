"""Parts of documents that a command writes: everything between a first line and `<!-- end -->`.  Touches only the file it is told."""

from __future__ import annotations

from pathlib import Path

END = "<!-- end -->"


def replace_part(path: Path, begin: str, text: str) -> None:
    """Put `text` after the line `begin`, up to the next END.  Raises OSError, also when the part is not there."""
    document = path.read_text(encoding="utf-8")
    at = document.find(begin)
    end = document.find(END, at)
    if at < 0 or end < 0:
        raise OSError(0, f"it has no part between {begin} and {END}", str(path))
    path.write_text(f"{document[: at + len(begin)]}\n{text}\n{document[end:]}", encoding="utf-8")
