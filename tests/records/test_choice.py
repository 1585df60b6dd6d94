"""Who lies on the table next is said in the records, and nothing else is said with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from controller.programme.model import Person
from controller.records import erase
from controller.records.database import RecordsError
from controller.records.store import Store, opened

NOW = datetime(2026, 3, 1, 18, 30, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path / "records") as store:
        yield store


def add(store: Store, key: str) -> None:
    store.add_person(Person(key=key, name=f"Somebody {key}", added_at=NOW, height_cm=170.0, mass_kg=70.0))


@pytest.mark.req("TP15")
def test_nobody_is_chosen_on_an_empty_table_and_the_only_person_without_a_word(store: Store) -> None:
    assert store.chosen() is None
    add(store, "ada")
    assert store.chosen() == "ada"


def test_of_several_nobody_is_chosen_until_somebody_says_who(store: Store) -> None:
    add(store, "ada")
    add(store, "bob")
    assert store.chosen() is None
    store.choose("bob", NOW)
    assert store.chosen() == "bob"
    store.choose(None, NOW)
    assert store.chosen() is None


def test_when_who_was_chosen_is_erased_nobody_is_chosen_not_the_one_before(store: Store) -> None:
    add(store, "ada")
    add(store, "bob")
    add(store, "eve")
    store.choose("bob", NOW)
    store.choose("ada", NOW)
    erase.erase(store.connection, "ada", NOW)
    assert store.chosen() is None


def test_a_key_that_nobody_has_cannot_be_chosen(store: Store) -> None:
    with pytest.raises(RecordsError, match=r"^zed: nobody has this key$"):
        store.choose("zed", NOW)
