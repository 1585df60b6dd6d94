"""The running table's seam: the chosen person's answers, made when something changes and only looked up in the loop.

Implements ports.Programme.  Whoever owns the store calls `tell` with each new Verdict: after any change of the person, at
Start, at a session's end, and at least once a minute, because days begin and checklists grow old.  `tell` may run in another
thread: what the loop reads is exchanged in one piece.

Once the table has left upright rest, what was told before is used up: the next Start waits until a verdict has counted the
session, or, if none was held, until one is told with the table back at upright rest.
"""

from __future__ import annotations

from controller.core.model import Permission, Refusal
from controller.programme.outcome import Verdict

NOBODY = Permission(
    refusals=(Refusal(rule="TP15", says="Nobody is chosen.", way_back="Choose who lies on the table, or add a person first."),)
)
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

    def tell(self, verdict: Verdict | None) -> None:
        """The newest answer; None when nobody is chosen."""
        if verdict is None:
            self._answers, self._session = (NOBODY,), 0
            return
        counted = self._at_upright or verdict.next_session > self._left_with
        self._answers, self._session = permissions(verdict), verdict.next_session
        if counted:
            self._left_with = 0  # last: until then the loop must not see older answers as fresh

    def permission(self, selection: int, at_upright: bool) -> Permission:
        """SELECT goes round: one step past the last protocol is the first again."""
        if not at_upright and self._at_upright:
            self._left_with = self._session
        self._at_upright = at_upright
        if self._left_with:
            return USED_UP
        answers = self._answers
        return answers[selection % len(answers)]


def permissions(verdict: Verdict) -> tuple[Permission, ...]:
    """One Permission for each protocol that SELECT shows."""
    general = tuple(refused.refusal() for refused in verdict.refusals)
    if not verdict.offers:
        return (Permission(refusals=(*general, NOTHING_FITS), spotter_required=verdict.spotter_required),)
    return tuple(
        Permission(
            plan=offer.plan,
            refusals=(*general, *(refused.refusal() for refused in offer.refusals)),
            spotter_required=verdict.spotter_required,
        )
        for offer in verdict.offers
    )
