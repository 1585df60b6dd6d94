"""The running table's seam: the chosen person's answers, made when something changes and only looked up in the loop.

Implements ports.Programme.  Whoever owns the store calls `tell` with each new Verdict: after any change of the person, at
Start, at a session's end, and at least once a minute, because days begin and checklists grow old.  `tell` may run in another
thread: what the loop reads is exchanged in one piece.

Once the table has left upright rest, what was told before is used up: the next Start waits until a verdict has counted the
session, or, if none was held, until one is told with the table back at upright rest.
"""

from __future__ import annotations

from dataclasses import replace

from controller.core.model import Permission, Prompt, Refusal
from controller.programme import questions
from controller.programme.outcome import Offer, Verdict

UNCHOSEN = Refusal(
    rule="TP15",
    says="Nobody is chosen.",
    way_back="Press OK and choose who lies on the table, or add a person first.",
    name="nobody_chosen",
)
NOBODY = Permission(refusals=(UNCHOSEN,))
SOMEBODY_ELSE = Refusal(
    rule="TP15", says="Somebody else?", way_back="Press OK and choose who lies on the table, or SELECT a session.", name="nobody_chosen"
)
USED_UP = Permission(
    refusals=(
        Refusal(
            rule="TP6",
            says="The last session is not recorded yet.",
            way_back="Wait a moment; if it stays, see the records.",
            name="not_recorded_yet",
        ),
    )
)
NOTHING_FITS = Refusal(
    rule="TP5", says="No protocol fits this person and this table.", way_back="Write one of your own for them.", name="nothing_fits"
)


class PersonalProgramme:
    """One person's answers, one per protocol, in SELECT's order."""

    def __init__(self) -> None:
        self._answers: tuple[Permission, ...] = (NOBODY,)
        self._people: tuple[str, ...] = ()
        self._verdict: Verdict | None = None
        self._session = 0
        self._at_upright = False
        self._left_with = 0  # the session that could have begun when the table left upright rest; 0: it has not
        self._selection = 0  # as the loop last asked
        self._first: tuple[str, int] | None = None  # a protocol asked for, and where SELECT stood then

    def offer_first(self, protocol: str) -> bool:
        """From where SELECT stands now, this protocol is the one shown; SELECT goes round from there.  False when it is not offered."""
        if _place(self._answers, protocol) is None:
            return False
        self._first = (protocol, self._selection)
        return True

    def tell(self, verdict: Verdict | None) -> None:
        """The newest answer; None when nobody is chosen."""
        self._verdict = verdict
        if verdict is None:
            self._answers, self._session, self._first = self._ring(), 0, None
            return
        counted = self._at_upright or verdict.next_session > self._left_with
        self._answers, self._session = self._ring(), verdict.next_session
        if counted:
            self._left_with = 0  # last: until then the loop must not see older answers as fresh

    def know(self, people: tuple[str, ...]) -> None:
        """The keys of everybody who can be chosen at the panel."""
        if people != self._people:
            self._people = people
            self._answers = self._ring()

    def _ring(self) -> tuple[Permission, ...]:
        """What SELECT goes round: the person's protocols and, where there is somebody else, the way to them."""
        verdict = self._verdict
        if verdict is None:
            return (replace(NOBODY, asking=questions.who(self._people)),)
        if not any(key != verdict.person for key in self._people):
            return permissions(verdict)
        other = Permission(refusals=(SOMEBODY_ELSE,), asking=questions.who(self._people, chosen=verdict.person))
        return (*permissions(verdict), other)

    def permission(self, selection: int, at_upright: bool) -> Permission:
        """SELECT goes round: one step past the last protocol is the first again."""
        if not at_upright and self._at_upright:
            self._left_with = self._session
        self._at_upright, self._selection = at_upright, selection
        if self._left_with and (self._verdict is not None or not at_upright):
            return USED_UP  # with nobody known any more it is that which has to be said
        answers, first = self._answers, self._first
        if first is not None:
            selection += (_place(answers, first[0]) or 0) - first[1]
        return answers[selection % len(answers)]


def _place(answers: tuple[Permission, ...], protocol: str) -> int | None:
    return next((place for place, answer in enumerate(answers) if answer.plan is not None and answer.plan.name == protocol), None)


def permissions(verdict: Verdict) -> tuple[Permission, ...]:
    """One Permission for each protocol that SELECT shows."""
    if not verdict.offers:
        return (_permission(verdict, None, NOTHING_FITS),)
    return tuple(_permission(verdict, offer) for offer in verdict.offers)


def _permission(verdict: Verdict, offer: Offer | None, *more: Refusal) -> Permission:
    own = offer.refusals if offer is not None else ()
    reminders = tuple(Prompt(at_s=0.0, key=reminder.key, text=reminder.text) for reminder in verdict.reminders)
    return Permission(
        plan=offer.plan if offer is not None else None,
        refusals=(*(refused.refusal() for refused in (*verdict.refusals, *own)), *more),
        spotter_required=verdict.spotter_required,
        reminders=reminders,
        asking=questions.of(verdict, offer),
    )
