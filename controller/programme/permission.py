"""The standing programme: any built-in or own protocol, chosen by SELECT, for anybody.  Must never read a file or a clock.

People, clearance, quotas and history are a programme of their own behind the same port (controller.ports.Programme).
Until one is there nobody's history is known, so everybody counts as being in their first ten sessions (TP8).
"""

from __future__ import annotations

from collections.abc import Sequence

from controller.core.limits import Limits
from controller.core.model import Permission, Refusal
from controller.programme.protocols import Protocol

NOTHING_TO_DO = Refusal(
    rule="TP16",
    says="no protocol fits this table's limits",
    way_back="add a protocol, or ask whoever set the table's ceiling",
)


class StandingProgramme:
    """Implements ports.Programme.  Every answer is made once, so that asking each tick costs nothing."""

    def __init__(self, protocols: Sequence[Protocol], limits: Limits, *, spotter_required: bool = True) -> None:
        self._answers = tuple(Permission(plan=protocol.plan(limits), spotter_required=spotter_required) for protocol in protocols)

    def permission(self, selection: int, at_upright: bool) -> Permission:  # noqa: ARG002  # where the table stands is the core's interlock
        """SELECT goes round: one step past the last protocol is the first again."""
        if not self._answers:
            return Permission(refusals=(NOTHING_TO_DO,))
        return self._answers[selection % len(self._answers)]
