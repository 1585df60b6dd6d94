"""What whole runs on the ideal table have in common: plans, what was told, and the end of a session."""

from __future__ import annotations

from dataclasses import replace

from controller.core.model import Mode, SessionPlan, Stage
from tests.core.ideal import PLAN, Ideal


def plan(*stages: Stage, dizzy_to_level: bool = False) -> SessionPlan:
    return replace(PLAN, stages=stages, ceiling_deg=90.0, dizzy_to_level=dizzy_to_level)


def events(world: Ideal, kind: str, rule: str) -> list[str]:
    return [event.text for event in world.seen if event.kind == kind and event.rule == rule]


def refused(world: Ideal) -> list[str]:
    return [refusal.rule for refusal in world.out.refusals]


def finish(world: Ideal) -> Ideal:
    world.until(Mode.RELEASE)
    world.ankles_closed = False
    return world.until(Mode.IDLE)
