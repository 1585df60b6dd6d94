"""A trusted clock that had been wrong into the future is put right: what that makes of the sessions dated by it.  Pure.

Whoever is asked compares the date with a calendar.  From then on that moment is the latest seen, and a session dated after it
was held on a day nobody knows, no later than that moment: it counts as today's, and everything that grows with time waits for it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from controller.programme.sessions import SessionRecord


def dated_anew(session: SessionRecord, at: datetime) -> SessionRecord:
    """The session as it is known once `at` is right; the same one if nothing in it is later."""
    late = session.clock_trusted and max(session.started_at, session.ended_at or session.started_at) > at
    if late or (session.known_by is not None and session.known_by > at):
        return replace(session, clock_trusted=session.clock_trusted and not late, known_by=at)
    return session
