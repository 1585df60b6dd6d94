"""The programme's case of one person, put together from the records and the table's settings, for the commands that ask it."""

from __future__ import annotations

from controller.people.desk import Desk
from controller.programme.model import Person
from controller.programme.verdict import Case
from controller.records.store import Store
from controller.therapy import protocols_of, table_facts


def case_of(desk: Desk, store: Store, person: Person) -> Case:
    """What `verdict.judge` answers on."""
    table = table_facts(desk.settings.table, latest_seen=store.latest_seen(), erased_session_at=store.erased_session_at())
    return Case(
        person=person,
        history=store.history(person.key),
        moment=desk.moment,
        table=table,
        protocols=protocols_of(desk.settings),
        limits=desk.settings.limits,
    )
