"""Every key of a TOML text is found on the line where it is written, however it is written."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.toml_lines import Path, TomlError, line_of, name_of, parse

TEXT = '''# a comment with [brackets] and = signs
title = "a = b # no comment"
[limits]
rate_dps = 1.5  # comment
  "rest_s" = 12
hold.inner . deep = 1

[[stages]]
angle_deg = 20
prompts = [
  { at_s = 0, text = "one ] } , [" }, # first
  { at_s = 5, text = """two
lines ] = [""" },
]
[[stages]]
angle_deg = 30
oscillation = { to_deg = 25, period_s = 20 }
[stages.extra]
x = [ [1, 2],
  [3] ]
[[stages.more]]
y = \'\'\'it''s # here\'\'\'
[a."b.c".'d']
z = 1979-05-27T07:32:00Z
'''

PLACES: list[tuple[Path, int]] = [
    (("title",), 2),
    (("limits",), 3),
    (("limits", "rate_dps"), 4),
    (("limits", "rest_s"), 5),
    (("limits", "hold", "inner", "deep"), 6),
    (("stages",), 8),
    (("stages", 0), 8),
    (("stages", 0, "angle_deg"), 9),
    (("stages", 0, "prompts"), 10),
    (("stages", 0, "prompts", 0, "text"), 11),
    (("stages", 0, "prompts", 1), 12),
    (("stages", 0, "prompts", 1, "text"), 12),
    (("stages", 1), 15),
    (("stages", 1, "angle_deg"), 16),
    (("stages", 1, "oscillation", "period_s"), 17),
    (("stages", 1, "extra", "x", 1, 0), 20),
    (("stages", 1, "more", 0, "y"), 22),
    (("a", "b.c", "d", "z"), 24),
]


@pytest.mark.parametrize(("path", "line"), PLACES)
def test_a_key_is_found_on_its_line(path: Path, line: int) -> None:
    _, lines = parse(TEXT)
    assert lines[path] == line


def test_windows_line_ends_count_the_same() -> None:
    assert parse(TEXT.replace("\n", "\r\n"))[1] == parse(TEXT)[1]


def test_what_is_not_written_down_is_looked_for_in_the_table_around_it() -> None:
    _, lines = parse(TEXT)
    assert line_of(lines, ("stages", 1, "oscillation", "absent", "deeper")) == 17
    assert line_of(lines, ("nowhere",)) == 1
    assert line_of(lines, ()) == 1


def test_places_are_named_as_a_person_counts_them() -> None:
    assert name_of(("stages", 1, "prompts", 0, "at_s")) == "stages[2].prompts[1].at_s"


@pytest.mark.parametrize(
    ("text", "line"), [("a = 1\nb = \n", 2), ("a = 1\n[x\n", 2), ("a = 1\na = 2\n", 2), ("[t]\n\nx = 'open", 3), ("= 1", 1)]
)
def test_bad_toml_says_its_line(text: str, line: int) -> None:
    with pytest.raises(TomlError) as caught:
        parse(text)
    assert caught.value.line == line
    assert "\n" not in str(caught.value)


KEYS = st.one_of(st.from_regex(r"[A-Za-z0-9_-]{1,6}", fullmatch=True), st.sampled_from(['"a b"', "'x.y'", '"#"', '"="', '"]"']))
VALUES = st.recursive(
    st.sampled_from(["1", "-2.5e3", "true", '"s"', "'#'", '"]"', '"\\"}"', "1979-05-27", "inf", '"""a\nb"""', "'''c'''"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[\n" + ",\n".join(items) + " # c ]\n]"),
        st.lists(inner, max_size=2).map(lambda items: "{" + ", ".join(f"k{i} = {item}" for i, item in enumerate(items)) + "}"),
    ),
    max_leaves=6,
)


def written(values: object, path: Path = ()) -> set[Path]:
    """Every path that has a value."""
    if isinstance(values, dict):
        return {path} | {place for key, value in values.items() for place in written(value, (*path, key))}
    if isinstance(values, list):
        return {path} | {place for number, value in enumerate(values) for place in written(value, (*path, number))}
    return {path}


@given(st.lists(st.tuples(KEYS, VALUES), max_size=6, unique_by=lambda pair: pair[0].strip("\"'")))
def test_every_value_of_any_file_has_a_line(pairs: list[tuple[str, str]]) -> None:
    text = "".join(f"[t{n}]\n{key} = {value}\n" for n, (key, value) in enumerate(pairs))
    values, lines = parse(text)
    assert values == tomllib.loads(text)
    assert written(values) - {()} == set(lines)
    headers = [number for number, line in enumerate(text.split("\n"), start=1) if line.startswith("[t")]
    assert [lines[(f"t{n}",)] for n in range(len(pairs))] == headers
