"""The native library is built once per change, and what is missing is one clear line."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sim import build
from sim.table import TABLE, Person
from sim.world import CONTACTS, World


def test_a_second_build_compiles_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    first = build.library()
    monkeypatch.setattr(build, "_compile", lambda *_: pytest.fail("compiled again"))
    assert build.library() == first


def test_a_changed_source_gives_another_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = build.library().name
    native = tmp_path / "native"
    shutil.copytree(build.NATIVE, native)
    (native / "rng.h").write_text((native / "rng.h").read_text(encoding="utf-8") + "\n/* another thought */\n", encoding="utf-8")
    monkeypatch.setattr(build, "NATIVE", native)
    monkeypatch.setattr(build, "_compile", lambda _cc, _flags, target: target.touch())
    monkeypatch.setenv("INVERSION_TABLE_BUILD", str(tmp_path))
    assert build.library().name != before


def test_without_a_compiler_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(build.BuildError, match=r"no C compiler found.*install") as refused:
        build.library()
    assert "\n" not in str(refused.value)


def test_a_source_that_does_not_compile_is_named_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "broken.c"
    broken.write_text("int world(void) { return nothing; }\n", encoding="utf-8")
    monkeypatch.setattr(build, "sources", lambda: [broken])
    monkeypatch.setenv("INVERSION_TABLE_BUILD", str(tmp_path))
    with pytest.raises(build.BuildError, match=r"broken\.c:1") as refused:
        build.library()
    assert "\n" not in str(refused.value)
    assert not list((tmp_path / "native").glob("*.part"))


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("INVERSION_TABLE_BUILD", str(tmp_path / "file"))
    with pytest.raises(build.BuildError, match="set INVERSION_TABLE_BUILD"):
        build.library()


def test_contacts_stand_in_the_order_of_the_c_code() -> None:
    text = (build.NATIVE / "contacts.h").read_text(encoding="utf-8")
    names = [word.strip() for word in text.split("enum {")[1].split("}")[0].replace("\n", " ").split(",")]
    assert [name.removeprefix("CONTACT_").lower() for name in names[:-1]] == list(CONTACTS)


@pytest.mark.req("SE1")
def test_every_number_of_the_table_has_a_source() -> None:
    assert all(len(part.source) > 10 for part in TABLE.values())
    fields = build.declarations().split("} table_t;")[0].split("typedef struct {")[-1]
    assert all(name in fields for name in TABLE)


@pytest.mark.parametrize("wrong", [{"mass_kg": 200.0}, {"mass_kg": -1.0}, {"height_m": 3.0}, {"balance_m": float("nan")}])
def test_an_impossible_person_is_refused_with_the_range(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=f"person: {next(iter(wrong))}.*outside"):
        Person(**wrong)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda w: w.press("reset"), "no button 'reset'; there are start"),
        (lambda w: w.contact("door", closed=True), "no contact 'door'"),
        (lambda w: w.set_ankle("middle", closed=True), "no ankle 'middle'"),
        (lambda w: w.set_person(weight=1.0), "a person has no 'weight'"),
        (lambda w: w.set_part("colour", 1.0), "the table has no 'colour'"),
    ],
)
def test_a_wrong_name_is_one_clear_line(call: Callable[[World], None], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        call(World(1))
