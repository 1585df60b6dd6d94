"""Every rule by which the programme refuses START: one list, which docs/programme.md and the audits are made from.  Values only.

A refusal is made where its rule is judged; none can be made that does not stand here (outcome.Refused looks it up).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from controller.programme.model import Contraindication, Preparation


class Scope(Enum):
    """What a refusal is about."""

    PERSON = "whatever is chosen"
    PROTOCOL = "one protocol"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalRule:
    """One row; a name that ends in an underscore is a family, each member with what follows it."""

    name: str
    rules: tuple[str, ...]  # requirement rows that a refusal of this name may give
    scope: Scope
    refused_while: str
    lifts_by: str
    members: tuple[str, ...] = ()  # of a family, as far as they are known beforehand

    @property
    def shown(self) -> str:
        """As the document names it."""
        return f"{self.name}*" if self.name.endswith("_") else self.name


def _row(
    name: str, rules: str, refused_while: str, lifts_by: str, scope: Scope = Scope.PERSON, members: tuple[str, ...] = ()
) -> RefusalRule:
    return RefusalRule(name=name, rules=tuple(rules.split()), scope=scope, refused_while=refused_while, lifts_by=lifts_by, members=members)


_ONE = Scope.PROTOCOL

REFUSALS: tuple[RefusalRule, ...] = (
    _row("questions_unanswered", "TP1", "the newest answers leave one of the nine open", "answering all nine"),
    _row("not_cleared_", "TP1", "one of the nine was *ever* answered yes, or a clinician said no to it, and the newest clearance about it "
         "is missing, a no, over, or dated in the future", "a clinician's clearance that covers it; answering no later does not",
         members=tuple(question.value for question in Contraindication)),
    _row("not_signed_off", "TP1", "no sign-off for the first session is recorded", "recording it"),
    _row("general_clearance", "TP1", "the newest clearance about using the table at all is a no or over; or somebody recognised was erased "
         "in need of a clearance and none is there", "a newer one"),
    _row("blocked_", "TP9 TP11", "numbness or weakness, blurred vision, a throbbing headache, dizziness over 5 minutes were told or "
         "measured; or pain where no step is left to go back to", "a clinician's clearance that names the block's number"),
    _row("too_heavy", "TP2", "mass × 1.2 is over the table's capacity", "another table"),
    _row("too_small", "TP2", "height is under the table's range", "another table"),
    _row("too_tall", "TP2", "height is over the table's range", "another table"),
    _row("shaft_setting_missing", "TP2", "the setting of the main shaft is not recorded", "recording it"),
    _row("not_certified", "TP3", "the table's UL, CE or ASTM mark is not in its settings", "looking, and entering it"),
    _row("release_not_practised", "TP3", "the manual release has never been practised",
         "practising it once, and confirming it: at the panel with OK, at the page, with `practised`"),
    _row("set_up_unconfirmed", "TP3", "one of the eight points is not confirmed for this session, or longer than 15 minutes ago",
         "going through the checklist: at the panel with OK, at the page, with `checklist`"),
    _row("felt_missing", "TP9", "it is not known what was felt in the last session", "saying so; \"nothing\" is an answer"),
    _row("rating_after_missing", "TP12", "the pain after the last session is not rated", "rating it"),
    _row("day_used_up", "TP6", "the day's sessions are used up", "the day named"),
    _row("week_used_up", "TP6", "the week's sessions are used up", "the day named"),
    _row("nobody_chosen", "TP15", "nobody is chosen to lie on the table", "choosing or adding somebody: at the panel with OK, at the page, "
         "with `choose`"),
    _row("erased_today", "TP15", "somebody without a session of a sure date, on the day of the newest session of anybody erased",
         "the next day"),
    _row("not_recorded_yet", "TP6", "the session before has not been counted yet",
         "itself, within a second or two; free storage where it stays"),
    _row("nothing_fits", "TP5", "the table has no protocol for this person", "a protocol of one's own"),
    _row("first_session_due", "TP4", "it goes beyond 15° for 30 s, and that first session has not been completed", "completing it", _ONE),
    _row("too_early", "TP4", "it is for a later week", "another protocol; the day named", _ONE),
    _row("beyond_step", "TP4", "it goes beyond the ceiling of the person's step", "another protocol", _ONE),
    _row("beyond_condition", "TP5", "it goes beyond the condition's ceiling", "another protocol", _ONE),
    _row("not_prepared_", "TP5", "heat or water that it requires is not confirmed for this session, or longer than an hour ago",
         "doing and confirming it", _ONE, members=tuple(what.value for what in Preparation)),
    _row("no_time", "SR2 TP1 TP5", "the inverted time allowed does not reach there and back", "one that goes less far", _ONE),
)  # fmt: skip


def _names(row: RefusalRule) -> tuple[str, ...]:
    """Each single refusal that can be named beforehand; a family of numbers stands for itself."""
    return tuple(f"{row.name}{member}" for member in row.members) or (row.name,)


_NAMED = {name: row for row in REFUSALS for name in _names(row)}
_NUMBERED = tuple(row for row in REFUSALS if row.name.endswith("_") and not row.members)


def rule_of(name: str) -> RefusalRule | None:
    """The row of a refusal's name; None for a name that no row has."""
    return _NAMED.get(name) or next((row for row in _NUMBERED if name.startswith(row.name)), None)


def every_name() -> Iterator[str]:
    """All of them, in the rows' order."""
    return iter(_NAMED)
