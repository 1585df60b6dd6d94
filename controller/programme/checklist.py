"""The set-up checklist, the manual release practised once (TP3), and preparations that a protocol requires (TP5).  Pure.

What is confirmed is confirmed for one session, by its number; the next one needs its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from controller.programme.days import Now
from controller.programme.model import History, Person, Preparation, SetUpItem
from controller.programme.outcome import Refused
from controller.programme.rules import Rules

ITEMS: dict[SetUpItem, str] = {
    SetUpItem.HEIGHT_SET: "The shaft is set to your mark: {shaft}.",
    SetUpItem.NON_SLIP_SOCKS: "You wear non-slip athletic socks.",
    SetUpItem.CLAMP_LEVEL: "Your ankle bones are level with the clamps' top edge, not buried in the padding.",
    SetUpItem.ONE_FINGER: "The clamps are snug: one finger fits underneath.",
    SetUpItem.CLICKS_HEARD: "Both ankle locks clicked.",
    SetUpItem.TABLE_STABLE: "The table stands firm when you bounce it gently, and its safety mark can be seen.",
    SetUpItem.ARMS_CROSSED: "You lie back fully with your arms crossed over the chest.",
    SetUpItem.PHONE_IN_REACH: "Your phone is within arm's reach.",
}
"""In the order in which they are done."""

NO_SHAFT = "not recorded yet"

TITLES: dict[SetUpItem, str] = {
    SetUpItem.HEIGHT_SET: "height",
    SetUpItem.NON_SLIP_SOCKS: "socks",
    SetUpItem.CLAMP_LEVEL: "clamps",
    SetUpItem.ONE_FINGER: "one finger",
    SetUpItem.CLICKS_HEARD: "both clicks",
    SetUpItem.TABLE_STABLE: "table firm",
    SetUpItem.ARMS_CROSSED: "arms",
    SetUpItem.PHONE_IN_REACH: "phone",
}
"""For a display line that has room for little."""

SHORT = TITLES | {
    SetUpItem.CLAMP_LEVEL: "clamp level with the ankle bone",
    SetUpItem.ONE_FINGER: "one finger under the clamp",
    SetUpItem.ARMS_CROSSED: "arms crossed",
    SetUpItem.PHONE_IN_REACH: "phone in reach",
}
"""The same in a list of what is missing, where there is room for more."""

PREPARATIONS: dict[Preparation, str] = {
    Preparation.HEAT: "Heat for 15 minutes before this session",
    Preparation.WATER: "8 oz (a quarter of a litre) of water half an hour before this session",
}


def words(item: SetUpItem, person: Person) -> str:
    """What is asked, with the person's own setting in it."""
    return ITEMS[item].format(shaft=person.shaft_setting or NO_SHAFT)


def refusals(history: History, when: Now, rules: Rules) -> Iterator[Refused]:
    """Everything about the set-up that refuses Start, whatever protocol is chosen."""
    if not history.practices:
        yield Refused(
            rule="TP3",
            name="release_not_practised",
            value="",
            says="You have not practised the manual release yet.",
            way_back="Find the release lever and practise with it once, upright; then press OK and confirm it.",
        )
    newest = next((each for each in reversed(history.checklists) if each.session == history.next_session), None)
    missing = [SHORT[item] for item in SetUpItem if newest is None or item not in newest.confirmed]
    if missing:
        what = ", ".join(missing) if len(missing) < len(SetUpItem) else "the whole set-up"
        yield _unconfirmed(", ".join(missing), f"Not confirmed for this session: {what}.")
    elif newest is not None and not _within(newest.at, when, rules.checklist_minutes):
        yield _unconfirmed(
            f"confirmed at {newest.at.isoformat()}", f"The set-up was confirmed more than {rules.checklist_minutes} minutes ago."
        )


def _unconfirmed(value: str, says: str) -> Refused:
    return Refused(
        rule="TP3",
        name="set_up_unconfirmed",
        value=value,
        says=says,
        way_back="Press OK, then confirm each point of the set-up with OK.",
    )


def _within(at: datetime, when: Now, minutes: int) -> bool:
    """By the clock as it stands, sure or not: both readings are minutes old; a clock set in between asks again."""
    return timedelta(0) <= when.moment.at - at <= timedelta(minutes=minutes)


def unprepared(history: History, required: tuple[Preparation, ...], when: Now, rules: Rules) -> Iterator[Refused]:
    """What a protocol requires and nobody has confirmed for this session, or so long ago that it has worn off."""
    for what in required:
        ats = (each.at for each in reversed(history.prepared) if each.what is what and each.session == history.next_session)
        at = next(ats, None)
        if at is None or not _within(at, when, rules.prepared_minutes):
            yield Refused(
                rule="TP5",
                name=f"not_prepared_{what.value}",
                value=what.value if at is None else f"{what.value} confirmed at {at.isoformat()}",
                says=f"{PREPARATIONS[what]} is not confirmed."
                if at is None
                else f"{PREPARATIONS[what]}: that was more than {rules.prepared_minutes} minutes ago.",
                way_back=f"{PREPARATIONS[what]}; then press OK and confirm it, or choose another protocol.",
            )
