"""What the programme has the panel ask, and what an answer there means (TP3, TP5, TP15).  Pure; the texts of the points are checklist.py's.

Keys and the occasion are this file's own: the core hands them back as it got them (controller/core/asking.py).  People are named by
their key: a display, a log and a telemetry message that anybody may see know no name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from controller.core.asking import Asking, Confirmed, Question
from controller.programme import checklist
from controller.programme.model import Preparation, SetUpItem
from controller.programme.outcome import Offer, Verdict
from controller.requests import AnyRequest, Choose, ConfirmPractice, ConfirmPrepared, ConfirmSetUp

PRACTISED, SET_UP, PREPARED, PERSON, NOBODY = "practised", "set_up.", "prepared.", "person.", "nobody"

PRACTICE = Question(
    key=PRACTISED,
    title="lever",
    shows="You have found the manual release lever and practised with it once, upright.",
    says="Have you found the manual release lever and practised with it once? Then press OK.",
)
HEAT = Question(
    key=f"{PREPARED}{Preparation.HEAT.value}",
    title="heat",
    shows="You have warmed the tight muscles for 15 minutes just now.",
    says="Have you warmed the tight muscles for fifteen minutes just now? Then press OK.",
)
WATER = Question(
    key=f"{PREPARED}{Preparation.WATER.value}",
    title="water",
    shows="You have drunk a glass of water (8 oz, a quarter of a litre) half an hour ago.",
    says="Have you drunk a glass of water half an hour ago? Then press OK.",
)
PREPARATIONS = {Preparation.HEAT: HEAT, Preparation.WATER: WATER}
IS_IT_YOU = "Is this your key? Then press OK; SELECT shows the next."
HAVE_LEFT = "Has whoever used the table left? Then press OK."
WHO_DONE = "Chosen. Wait until the display says what comes next."


def of(verdict: Verdict, offer: Offer | None) -> Asking | None:
    """What the person can confirm now for this offer; None when nothing is open that is confirmed at the panel."""
    names = {refused.name for refused in (*verdict.refusals, *(offer.refusals if offer is not None else ()))}
    points = tuple(_points(names, verdict.shaft_setting))
    return Asking(occasion=f"{verdict.person}/{verdict.next_session}", rule="TP3", questions=points) if points else None


def _points(refused: set[str], shaft: str | None) -> Iterator[Question]:
    """In the order in which it is best done: what takes long first, arms crossed last but one."""
    yield from (question for what, question in PREPARATIONS.items() if f"not_prepared_{what.value}" in refused)
    if "release_not_practised" in refused:
        yield PRACTICE
    if "set_up_unconfirmed" in refused:
        yield from (set_up(item, shaft) for item in SetUpItem)


def set_up(item: SetUpItem, shaft: str | None) -> Question:
    """One point of the set-up, with the person's own mark where there is one."""
    words = checklist.ITEMS[item]
    return Question(
        key=f"{SET_UP}{item.value}",
        title=checklist.TITLES[item],
        shows=words.format(shaft=shaft or checklist.NO_SHAFT),
        says=words.replace(": {shaft}", ""),
        with_locks=item is SetUpItem.CLICKS_HEARD,
    )


def who(keys: Iterable[str], chosen: str | None = None) -> Asking | None:
    """Who lies on the table: everybody but whoever does already, and nobody.  None when there is nothing to choose."""
    points = tuple(Question(key=f"{PERSON}{key}", title=key, shows=IS_IT_YOU, says=IS_IT_YOU) for key in keys if key != chosen)
    if chosen is not None:
        points = (*points, Question(key=NOBODY, title="nobody", shows=HAVE_LEFT, says=HAVE_LEFT))
    return Asking(occasion="", rule="TP15", questions=points, one=True, done=WHO_DONE) if points else None


def every_point() -> tuple[Question, ...]:
    """All that can be asked of anybody, in its order."""
    return (*PREPARATIONS.values(), PRACTICE, *(set_up(item, None) for item in SetUpItem))


def phrases() -> Iterator[str]:
    """Everything that is said here, so that a voice may prepare it."""
    yield from (each.says for each in every_point())
    yield from (IS_IT_YOU, HAVE_LEFT, WHO_DONE, Asking(occasion="", rule="", questions=()).done)


def requests(answer: Confirmed) -> tuple[AnyRequest, ...]:
    """What is to be recorded, as somebody at a page would ask for it.  Raises ValueError for keys that are not this file's."""
    if not answer.occasion:
        return (Choose(person=None if answer.keys == (NOBODY,) else _after(answer.keys[0], PERSON)),)
    person, _, number = answer.occasion.rpartition("/")
    session, keys = int(number), answer.keys
    asked: list[AnyRequest] = [
        ConfirmPrepared(person=person, session=session, what=Preparation(_after(key, PREPARED))) for key in keys if key.startswith(PREPARED)
    ]
    if PRACTISED in keys:
        asked.append(ConfirmPractice(person=person))
    items = frozenset(SetUpItem(_after(key, SET_UP)) for key in keys if key.startswith(SET_UP))
    if items:
        asked.append(ConfirmSetUp(person=person, session=session, confirmed=items))
    return tuple(asked)


def _after(key: str, prefix: str) -> str:
    if not key.startswith(prefix):
        raise ValueError(f"{key!r}: no answer to anything that the panel asks")
    return key.removeprefix(prefix)
