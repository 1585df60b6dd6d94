"""The running table's seam: the chosen person's answers, made when something changes and only looked up in the loop.

Implements ports.Programme.  Whoever owns the store calls `tell` with each new Verdict: after any change of the person, at
Start, at a session's end, and at least once a minute, because days begin and checklists grow old.  `tell` may run in another
thread: what the loop reads is exchanged in one piece.

Once the table has left upright rest, what was told before is used up: the next Start waits until a verdict has counted the
session, or, if none was held, until one is told with the table back at upright rest.
"""

from __future__ import annotations

from controller.core.model import Permission, Prompt, Refusal
from controller.programme.outcome import Verdict

UNCHOSEN = Refusal(
    rule="TP15", says="Nobody is chosen.", way_back="Choose who lies on the table, or add a person first.", name="nobody_chosen"
)
NOBODY = Permission(refusals=(UNCHOSEN,))
USED_UP = Permission(
    refusals=(Refusal(rule="TP6", says="The last session is not recorded yet.", way_back="Wait a moment; if it stays, see the records."),)
)
NOTHING_FITS = Refusal(rule="TP5", says="No protocol fits this person and this table.", way_back="Write one of your own for them.")


class PersonalProgramme:
    """One person's answers, one per protocol, in SELECT's order."""

    def __init__(self) -> None:
        self._answers: tuple[Permission, ...] = (NOBODY,)
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
        if verdict is None:
            self._answers, self._session, self._first = (NOBODY,), 0, None
            return
        counted = self._at_upright or verdict.next_session > self._left_with
        self._answers, self._session = permissions(verdict), verdict.next_session
        if counted:
            self._left_with = 0  # last: until then the loop must not see older answers as fresh

    def permission(self, selection: int, at_upright: bool) -> Permission:
        """SELECT goes round: one step past the last protocol is the first again."""
        if not at_upright and self._at_upright:
            self._left_with = self._session
        self._at_upright, self._selection = at_upright, selection
        if self._left_with:
            return USED_UP
        answers, first = self._answers, self._first
        if first is not None:
            selection += (_place(answers, first[0]) or 0) - first[1]
        return answers[selection % len(answers)]


def _place(answers: tuple[Permission, ...], protocol: str) -> int | None:
    return next((place for place, answer in enumerate(answers) if answer.plan is not None and answer.plan.name == protocol), None)


def permissions(verdict: Verdict) -> tuple[Permission, ...]:
    """One Permission for each protocol that SELECT shows."""
    reminders = tuple(Prompt(at_s=0.0, key=reminder.key, text=reminder.text) for reminder in verdict.reminders)
    general = tuple(refused.refusal() for refused in verdict.refusals)
    if not verdict.offers:
        return (Permission(refusals=(*general, NOTHING_FITS), spotter_required=verdict.spotter_required, reminders=reminders),)
    return tuple(
        Permission(
            plan=offer.plan,
            refusals=(*general, *(refused.refusal() for refused in offer.refusals)),
            spotter_required=verdict.spotter_required,
            reminders=reminders,
        )
        for offer in verdict.offers
    )
