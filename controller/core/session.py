"""One session: stages, holds, rocking, prompts, and the hold cut so that the return ends in time (SR2).  Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf

from controller.core.facts import Facts
from controller.core.limits import Limits
from controller.core.model import Oscillation, Prompt, SessionPlan, Stage
from controller.core.motion import plan_holds_s

HOLD_MARGIN_S = 2.5
LEG_MARGIN_S = 1.8
"""A hold that other things have delayed ends this long before the last moment for a half-rate return, so that the drive board does
not take a completed session for one out of time: what its margin has over our own reckoning of the way, less motion.INTO_BOARD_S.
Its margin is for two legs; past the gate there is only one, and the leg's worth counts here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Where the programme stands.  Made when Start is obeyed, gone when the session is finished."""

    open: bool = False  # from an obeyed Start, or a restart off upright rest, until FINISHED
    plan: SessionPlan | None = None
    deepest_deg: float = inf  # that the plan goes to, or its ceiling if that is less
    holds_s: tuple[float, ...] = ()  # the holds that really fit
    stage: int = 0
    prompted: int = 0  # prompts of this stage's hold already given
    way_prompted: int = 0  # prompts on the way to this stage already given
    unasked: bool = False  # nobody asked for this return (SR15)
    level_seen: bool = False  # in LEVEL_WAIT: the board's own wait has been seen on
    dizzy_at_gate: bool = False  # TP10: wait at the gate when it is reached
    dizzy_target_deg: float = 0.0


NONE = Session()


def begin(plan: SessionPlan, limits: Limits) -> Session:
    """The session that an obeyed Start opens."""
    deepest = max(max(s.angle_deg, s.oscillation.to_deg if s.oscillation else s.angle_deg) for s in plan.stages)
    return Session(open=True, plan=plan, deepest_deg=min(plan.ceiling_deg, deepest), holds_s=plan_holds_s(plan, limits))


def stage_of(session: Session) -> Stage | None:
    """The stage under way."""
    return session.plan.stages[session.stage] if session.plan is not None else None


def permitted_deg(session: Session, limits: Limits) -> float:
    """This session's ceiling (SR5): the person's, the protocol's deepest angle and the table's, whichever is least."""
    # after a restart nobody knows the session's; the board keeps the least it has heard
    return session.deepest_deg if session.deepest_deg < limits.ceiling_deg else limits.ceiling_deg


def hold_left_s(session: Session, hold_s: float, f: Facts) -> float:
    """What is left of this stage's hold: the plan's, and never more than lets a half-rate return end in time."""
    if session.plan is None or not session.holds_s:
        return 0.0
    planned_s = session.holds_s[session.stage] - hold_s
    if not f.inverted:
        return planned_s
    allowed_s = f.time_left_s - f.return_s - hold_margin_s(f)
    return allowed_s if allowed_s < planned_s else planned_s


def hold_margin_s(f: Facts) -> float:
    """How long before the last moment for a half-rate return a hold ends at this place."""
    return HOLD_MARGIN_S if f.angle_deg > f.limits.gate_deg + f.limits.gate_half_deg else HOLD_MARGIN_S + LEG_MARGIN_S


def last_stage(session: Session) -> bool:
    """No further stage that still has a hold."""
    return session.plan is None or not any(session.holds_s[session.stage + 1 :])


def next_stage(session: Session) -> Session:
    """On to the next stage with a hold."""
    later = next(i for i in range(session.stage + 1, len(session.holds_s)) if session.holds_s[i])
    return replace(session, stage=later, prompted=0, way_prompted=0)


def prompt_due(prompts: tuple[Prompt, ...], given: int, elapsed_s: float) -> Prompt | None:
    """The next prompt whose moment has come; a stage has them in order."""
    return prompts[given] if given < len(prompts) and prompts[given].at_s <= elapsed_s else None


def rocking_deg(stage: Stage, swing: Oscillation, hold_s: float) -> float:
    """Where the stage's rocking wants the table now."""
    return swing.to_deg if (hold_s % swing.period_s) < swing.period_s / 2.0 else stage.angle_deg


def rocking_dps(stage: Stage, swing: Oscillation, limits: Limits) -> float:
    """A rate that fills half a period with one swing, never over the normal one."""
    return min(limits.rate_dps, 3.0 * abs(swing.to_deg - stage.angle_deg) / swing.period_s)
