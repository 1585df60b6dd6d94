"""What is told outside the session: water and heat before, a walk after, core work on days off (TP5, TP14).  Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta

from controller.programme.days import Now
from controller.programme.model import History, Person, Preparation
from controller.programme.outcome import Reminder
from controller.programme.progression import Progress
from controller.programme.protocols import Protocol
from controller.programme.rules import Rules
from controller.programme.sessions import SessionRecord

KG_PER_POUND = 0.45359237
LITRES_PER_OUNCE = 0.0295735

CORE_WORK = "On days without a session, core work keeps what you gained. Planks, or bird-dogs, a few minutes."
WALK = "Walk now: the space you gained in your spine lasts {least} to {most} minutes."
GLASS = "Drink a glass of water (8 oz, a quarter of a litre) {minutes} minutes before the session."
HEAT = "Apply heat to the tight muscles for {minutes} minutes, then confirm it on the panel."
HYDRATE = "Drink about {ounces} oz ({litres} litres) of water over the day."
LEAST_WALK_MINUTES = 45


def now(
    person: Person,
    history: History,
    progress: Progress,
    when: Now,
    protocols: Mapping[str, Protocol],
    rules: Rules,
    before: frozenset[Preparation],
) -> tuple[Reminder, ...]:
    """All that is to be told at this moment, the soonest over first; `before` is what still belongs before today's next session."""
    last = history.sessions[-1] if history.sessions else None
    protocol = protocols.get(last.protocol) if last is not None else None
    after = after_session(last, protocol, rules) if last is not None and protocol is not None else ()
    coming = (each for each in _before(when.moment.at, rules) if each.key in {what.value for what in before})
    return tuple(due((*after, *coming, *today(person, progress, when)), when.moment.at))


def _before(at: datetime, rules: Rules) -> tuple[Reminder, ...]:
    """Heat and water while nobody has said when the session will be: from now on."""
    return (
        Reminder(key="heat", text=HEAT.format(minutes=rules.heat_minutes), from_at=at),
        Reminder(key="water", text=GLASS.format(minutes=rules.water_minutes), from_at=at),
    )


def before_session(start_at: datetime, protocol: Protocol, rules: Rules) -> tuple[Reminder, ...]:
    """For a session planned for `start_at` (UTC): water, and heat where the protocol requires it."""
    water_at = start_at - timedelta(minutes=rules.water_minutes)
    found = [Reminder(key="water", text=GLASS.format(minutes=rules.water_minutes), from_at=water_at, until_at=start_at)]
    if Preparation.HEAT in protocol.requires:
        heat_at = start_at - timedelta(minutes=rules.heat_minutes)
        found.append(Reminder(key="heat", text=HEAT.format(minutes=rules.heat_minutes), from_at=heat_at, until_at=start_at))
    return tuple(found)


def after_session(session: SessionRecord, protocol: Protocol, rules: Rules) -> tuple[Reminder, ...]:
    """The walking window, where the protocol asks for a walk; none after a session whose end is not known."""
    if "walk" not in protocol.after or session.ended_at is None or not session.held:
        return ()
    text = WALK.format(least=min(LEAST_WALK_MINUTES, rules.walk_minutes), most=rules.walk_minutes)
    until = session.ended_at + timedelta(minutes=rules.walk_minutes)
    return (Reminder(key="walk", text=text, from_at=session.ended_at, until_at=until),)


def today(person: Person, progress: Progress, when: Now) -> tuple[Reminder, ...]:
    """For the whole local day: how much to drink, and core work on a day without a session once there has been one."""
    zone = when.moment.zone
    begins = datetime.combine(when.today, time.min, zone).astimezone(UTC)
    ends = datetime.combine(when.today + timedelta(days=1), time.min, zone).astimezone(UTC)
    found = [Reminder(key="hydrate", text=_hydrate(person), from_at=begins, until_at=ends)]
    if progress.past and not any(each.today for each in progress.recent):
        found.append(Reminder(key="core_work", text=CORE_WORK, from_at=begins, until_at=ends))
    return tuple(found)


def alike_for_all(rules: Rules) -> tuple[str, ...]:
    """The texts that hang on no person: what a voice may prepare."""
    walk = WALK.format(least=min(LEAST_WALK_MINUTES, rules.walk_minutes), most=rules.walk_minutes)
    return walk, HEAT.format(minutes=rules.heat_minutes), GLASS.format(minutes=rules.water_minutes), CORE_WORK


def ounces_a_day(mass_kg: float) -> float:
    """The guide's half of the body weight (in pounds) in ounces."""
    return mass_kg / KG_PER_POUND / 2.0


def _hydrate(person: Person) -> str:
    ounces = ounces_a_day(person.mass_kg)
    return HYDRATE.format(ounces=f"{ounces:.0f}", litres=f"{ounces * LITRES_PER_OUNCE:.1f}")


def due(reminders: tuple[Reminder, ...], at: datetime) -> Iterator[Reminder]:
    """Those whose time it is."""
    return (each for each in reminders if each.from_at <= at and (each.until_at is None or at < each.until_at))
