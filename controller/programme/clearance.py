"""Medical clearance (TP1): the nine questions, what needs a clinician, whose clearance holds, and how far it lets somebody go.

A yes stays a need however often it is answered no later: only a clinician lifts it.  For each need the newest clearance
that names it decides.  Its ceilings stay when it expires, until a newer one takes its place: an expiry never grants more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from controller.programme import stop_signs
from controller.programme.days import Now
from controller.programme.model import Clearance, Contraindication, History
from controller.programme.outcome import Refused, Step
from controller.programme.progression import Progress
from controller.programme.rules import Rules
from controller.programme.sessions import BlockedUntilCleared, StopSign

QUESTIONS: dict[Contraindication, str] = {
    Contraindication.HIGH_BLOOD_PRESSURE: "Is your upper (systolic) blood pressure over 140, or have you been told that it is too high?",
    Contraindication.GLAUCOMA: "Do you have glaucoma (raised pressure in the eye)?",
    Contraindication.RETINAL_DETACHMENT: "Have you ever had a detached retina?",
    Contraindication.RECENT_STROKE: "Have you had a stroke or a passing attack of one lately?",
    Contraindication.PREGNANCY: "Are you pregnant?",
    Contraindication.BLOOD_THINNERS: "Do you take blood thinners?",
    Contraindication.SEVERE_OSTEOPOROSIS: "Do you have severe osteoporosis (a bone density T-score below -2.5)?",
    Contraindication.VERTIGO: "Do you suffer from vertigo (the room spins)?",
    Contraindication.ABDOMINAL_HERNIA: "Do you have an abdominal hernia (a bulge in the belly or groin)?",
}
"""In plain words.  Whoever does not know the answer should say yes and ask a doctor."""

NAMES: dict[Contraindication, str] = {
    Contraindication.HIGH_BLOOD_PRESSURE: "high blood pressure",
    Contraindication.GLAUCOMA: "glaucoma",
    Contraindication.RETINAL_DETACHMENT: "a detached retina",
    Contraindication.RECENT_STROKE: "a recent stroke",
    Contraindication.PREGNANCY: "pregnancy",
    Contraindication.BLOOD_THINNERS: "blood thinners",
    Contraindication.SEVERE_OSTEOPOROSIS: "severe osteoporosis",
    Contraindication.VERTIGO: "vertigo",
    Contraindication.ABDOMINAL_HERNIA: "an abdominal hernia",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """What clinicians allow at most; None: nothing said."""

    angle_deg: float | None = None
    inverted_s: float | None = None


def refusals(history: History, progress: Progress, when: Now, rules: Rules) -> Iterator[Refused]:
    """Everything about clearance that refuses Start now."""
    yield from _unanswered(history)
    yield from _not_cleared(history, when)
    yield from _not_signed_off(history, when)
    yield from _general_refused(history, when)
    yield from _blocked(history, progress, when, rules)


def needs(history: History) -> tuple[Contraindication, ...]:
    """What has ever been answered yes, or a clinician has said no to, in the order of the questions."""
    yes = {question for answers in history.answers for question in answers.yes}
    yes |= {question for clearance in history.clearances if not clearance.allows for question in clearance.covers}
    return tuple(question for question in Contraindication if question in yes)


def blocks(history: History, progress: Progress, when: Now, rules: Rules) -> tuple[BlockedUntilCleared, ...]:
    """Every block, those that are written down and those that are owed."""
    return history.blocks + owed_blocks(history, progress, when, rules)


def owed_blocks(history: History, progress: Progress, when: Now, rules: Rules) -> tuple[BlockedUntilCleared, ...]:
    """The blocks that what was felt amounts to and that are not written down yet, numbered on from those that are.

    The store writes them down together with what was felt; until it has, they bind all the same.
    """
    written = {(block.session, block.sign) for block in history.blocks}
    owed = [each for each in dict.fromkeys(_serious(history, progress, rules)) if each not in written]
    number = max((block.number for block in history.blocks), default=0)
    return tuple(
        BlockedUntilCleared(number=number + place, at=when.at, session=session, sign=sign)
        for place, (session, sign) in enumerate(owed, start=1)
    )


def narrowed(history: History) -> Narrowed:
    """The least of what the deciding clearances allow."""
    deciding = _deciding(history)
    angles = [clearance.angle_ceiling_deg for clearance in deciding if clearance.angle_ceiling_deg is not None]
    times = [clearance.inverted_ceiling_s for clearance in deciding if clearance.inverted_ceiling_s is not None]
    return Narrowed(angle_deg=min(angles, default=None), inverted_s=min(times, default=None))


# ------------------------------------------------------------------ which clearance decides


def _general(clearance: Clearance) -> bool:
    """About nothing in particular: about using the table at all."""
    return not clearance.covers and not clearance.lifts


def _newest(history: History, about: Callable[[Clearance], bool]) -> Clearance | None:
    return next((clearance for clearance in reversed(history.clearances) if about(clearance)), None)


def _deciding(history: History) -> list[Clearance]:
    """For each thing that any clearance is about, the newest one about it."""
    abouts: list[Callable[[Clearance], bool]] = [_general]
    abouts += [partial(_covers, question) for question in Contraindication]
    abouts += [partial(_lifts, number) for number in sorted({number for each in history.clearances for number in each.lifts})]
    newest = (_newest(history, about) for about in abouts)
    return [clearance for clearance in newest if clearance is not None]


def _covers(question: Contraindication, clearance: Clearance) -> bool:
    return question in clearance.covers


def _lifts(number: int, clearance: Clearance) -> bool:
    return number in clearance.lifts


def _shortfall(clearance: Clearance | None, when: Now) -> str | None:
    """Why this clearance does not hold now, in words; None when it does."""
    if clearance is None:
        return "no clearance is recorded"
    if not clearance.allows:
        return f"the clinician said no on {clearance.on}"
    if when.sure and clearance.on > when.latest:
        return f"the clearance is dated {clearance.on}, a day that has not come"
    if clearance.expires_on is None:
        return None
    if clearance.expires_on < when.latest:
        return f"the clearance ended on {clearance.expires_on}"
    return None if when.sure else f"the clearance ends on {clearance.expires_on}, and the clock is not sure"


def _way_back(shortfall: str) -> str:
    if "clock" in shortfall:
        return "Set or confirm the date and time; then the clearance counts again."
    return "Ask a clinician, and record the clearance: who gave it, when, and until when."


# ------------------------------------------------------------------ the refusals


def _unanswered(history: History) -> Iterator[Refused]:
    newest = history.answers[-1] if history.answers else None
    asked = (newest.yes | newest.no) if newest is not None else frozenset()
    missing = [NAMES[question] for question in Contraindication if question not in asked]
    if missing:
        yield Refused(
            rule="TP1",
            name="questions_unanswered",
            value=", ".join(missing),
            says=f"Not every health question is answered: {', '.join(missing)}.",
            way_back="Answer the nine questions; who does not know says yes and asks a doctor.",
        )


def _not_cleared(history: History, when: Now) -> Iterator[Refused]:
    for question in needs(history):
        shortfall = _shortfall(_newest(history, partial(_covers, question)), when)
        if shortfall is not None:
            yield Refused(
                rule="TP1",
                name=f"not_cleared_{question.value}",
                value=shortfall,
                says=f"Not cleared for {NAMES[question]}: {shortfall}.",
                way_back=_way_back(shortfall),
            )


def _not_signed_off(history: History, when: Now) -> Iterator[Refused]:
    dated = [sign_off for sign_off in history.sign_offs if not when.sure or sign_off.on <= when.latest]
    if not dated:
        yield Refused(
            rule="TP1",
            name="not_signed_off",
            value=f"dated {history.sign_offs[-1].on}" if history.sign_offs else "",
            says="No sign-off for the first session is recorded.",
            way_back="Ask your physical therapist or doctor, and record who signed off and when.",
        )


def _general_refused(history: History, when: Now) -> Iterator[Refused]:
    """A general clearance is the need only of somebody who was erased in need; but one that holds no longer refuses anybody."""
    newest = _newest(history, _general)
    if newest is None and not history.erased_before:
        return
    shortfall = _shortfall(newest, when)
    if shortfall is not None:
        since = " (needed before an erasure)" if history.erased_before else ""
        yield Refused(
            rule="TP1",
            name="general_clearance",
            value=shortfall,
            says=f"Not cleared to use the table{since}: {shortfall}.",
            way_back=_way_back(shortfall),
        )


def _blocked(history: History, progress: Progress, when: Now, rules: Rules) -> Iterator[Refused]:
    for block in blocks(history, progress, when, rules):
        shortfall = _shortfall(_newest(history, partial(_lifts, block.number)), when)
        if shortfall is not None:
            since = f"session {block.session}" if block.session else "before an erasure"
            yield Refused(
                rule="TP11" if block.sign is StopSign.LONG_DIZZINESS else "TP9",
                name=f"blocked_{block.number}",
                value=f"{stop_signs.WORDS[block.sign]} since {since}; {shortfall}",
                says=f"Blocked since {since}: {stop_signs.WORDS[block.sign]}; {shortfall}.",
                way_back=f"Have it looked at; a clinician's clearance that lifts block {block.number} lets you go on."
                if "clock" not in shortfall
                else _way_back(shortfall),
            )


def _serious(history: History, progress: Progress, rules: Rules) -> Iterator[tuple[int, StopSign]]:
    """What blocks: serious signs from wherever they are known, and any sign where there is no step left to go back to."""
    for each in history.felt:
        found = stop_signs.said(each, rules)
        if found:
            yield from ((each.session, sign) for sign in _in_order(found & stop_signs.SERIOUS))
    for session in history.sessions:
        if session.dizzy_after_s > 0.0:
            yield from ((session.number, sign) for sign in stop_signs.measured(session, rules))
    for past in progress.past:
        if past.signs and past.step is Step.FIRST:
            yield from ((past.held.session.number, sign) for sign in _in_order(past.signs))


def _in_order(signs: frozenset[StopSign]) -> Iterator[StopSign]:
    """So that blocks are numbered alike each time."""
    return (sign for sign in StopSign if sign in signs)
