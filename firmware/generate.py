"""Writes both ends of the wire from firmware/protocol.toml: `python -m firmware.generate`, or `--check` to compare only.

Writes the files named in outputs() and nothing else; what it writes is committed, and a test compares.
"""

from __future__ import annotations

import sys
from pathlib import Path

from firmware.emit_c import protocol_c, protocol_h
from firmware.emit_python import protocol_py, wire_py
from firmware.schema import Schema, SchemaError, load, setting_text

ROOT = Path(__file__).parent.parent
DOC_BEGIN = "<!-- begin: written by firmware/generate.py -->\n"
DOC_END = "<!-- end: written by firmware/generate.py -->\n"


def outputs(schema: Schema, root: Path = ROOT) -> dict[Path, str]:
    """Every generated file with the text it must have."""
    return {
        root / "controller/core/wire.py": wire_py(schema),
        root / "hardware/drive/protocol.py": protocol_py(schema),
        root / "firmware/core/protocol.h": protocol_h(schema),
        root / "firmware/core/protocol.c": protocol_c(schema),
        root / "docs/wire.md": _between_marks(root / "docs/wire.md", wire_tables(schema)),
    }


# ------------------------------------------------------------------ the tables in docs/wire.md


def wire_tables(schema: Schema) -> str:
    lines = [f"Schema hash `0x{schema.hash:08X}`.", "", "| setting | value |", "|---|---|"]
    lines += [f"| `{name}` | {setting_text(name, value)} |" for name, value in schema.settings.items()]
    for message in schema.messages:
        lines += ["", f"### `{message.name}` (id `0x{message.id:02X}`)", "", "| byte | field | type | meaning |", "|---|---|---|---|"]
        lines += ["| 0 | `id` | u8 | |", "| 1 | `seq` | u8 | counts every frame this end sends, wraps |"]
        for at, field in message.places():
            kind = f"one of `{field.enum}`" if field.enum else f"bits of `{field.bits}`" if field.bits else ""
            lines.append(f"| {at} | `{field.name}` | {field.type} | {'; '.join(part for part in (kind, field.about) if part)} |")
    for title, sets in (("value", schema.enums), ("bit", schema.bits)):
        for name, options in sets.items():
            lines += ["", f"### `{name}`", "", f"| {title} | name | rule | meaning |", "|---|---|---|---|"]
            lines += [f"| {option.value} | `{option.name}` | {option.rule} | {option.about} |" for option in options]
    return "\n".join(lines) + "\n"


def _between_marks(path: Path, tables: str) -> str:
    text = path.read_text(encoding="utf-8") if path.exists() else DOC_BEGIN + DOC_END
    before, mark, rest = text.partition(DOC_BEGIN)
    _, end, after = rest.partition(DOC_END)
    if not mark or not end:
        raise SchemaError(f"{path}: the marks around the tables are missing; put back {DOC_BEGIN.strip()} and {DOC_END.strip()}")
    return f"{before}{DOC_BEGIN}\n{tables}\n{DOC_END}{after}"


# ------------------------------------------------------------------ command line


def main(arguments: list[str]) -> int:
    """0 done or fresh, 1 stale (`--check`), 2 a mistake in what was read or asked."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python -m firmware.generate [--check]\n")
        return 2
    try:
        wanted = outputs(load())
    except SchemaError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        if arguments:
            sys.stderr.write(f"{path.relative_to(ROOT)}: stale; run python -m firmware.generate\n")
        else:
            path.write_text(wanted[path], encoding="utf-8")
            sys.stdout.write(f"wrote {path.relative_to(ROOT)}\n")
    return 1 if arguments and stale else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
