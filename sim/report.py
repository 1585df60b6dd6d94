"""How one run is told: the timeline in words, the verdicts, and the same as JSON.  Formats only."""

from __future__ import annotations

import json
from pathlib import Path

from sim.expectations import Moment
from sim.runner import Result

_MARK = {
    "mode": "phase",
    "board": "board",
    "refusal": "refused",
    "reason": "trip",
    "action": "event",
    "button": "press",
    "violation": "RULE BROKEN",
}


def line(moment: Moment) -> str:
    """One moment of the timeline."""
    rule = f"{moment.rule} " if moment.rule else ""
    return f"{moment.t_s:9.2f} s  {_MARK.get(moment.kind, moment.kind):<11}  {rule}{moment.text}"


def timeline(result: Result) -> list[str]:
    return [line(moment) for moment in result.timeline]


def verdicts(result: Result) -> list[str]:
    """Each expectation with its figure, then each broken rule, then one line that sums up."""
    lines = [f"  {'holds' if ok else 'FAILS'}  {name}: {figure}" for name, ok, figure in result.judged()]
    lines += [f"  FAILS  monitor {violation}" for violation in result.violations]
    lines.append(summary(result))
    return lines


def where(depth: str, board: str) -> str:
    """The depth, and the board where it is not the usual one."""
    return depth if board == "native" else f"{depth}, {board}"


def summary(result: Result) -> str:
    """One line per run."""
    word = "ok    " if result.ok else "FAILED"
    speed = result.rows[-1].t_s / result.wall_s if result.wall_s > 0.0 else 0.0
    first = "" if result.ok else f"  {result.failures()[0]}"
    lasted_s = result.rows[-1].t_s
    place = where(result.depth, result.board)
    return f"{word} {result.scenario.name} ({place}): {lasted_s:.0f} s in {result.wall_s:.2f} s, {speed:.0f} x real time{first}"


def as_json(results: list[Result]) -> str:
    """Documented in docs/scenarios.md; no wall-clock time in it, so that the same seed gives the same bytes."""
    return json.dumps([_one(result) for result in results], indent=1, ensure_ascii=False) + "\n"


def _one(result: Result) -> dict[str, object]:
    return {
        "scenario": result.scenario.name,
        "file": str(result.scenario.path),
        "title": result.scenario.title,
        "rules": list(result.scenario.rules),
        "depth": result.depth,
        "board": result.board,
        "seed": result.scenario.seed,
        "ok": result.ok,
        "lasted_s": round(result.rows[-1].t_s, 3),
        "modes": result.modes,
        "timeline": [{"t_s": round(m.t_s, 3), "kind": m.kind, "rule": m.rule, "text": m.text} for m in result.timeline],
        "expectations": [{"expect": name, "ok": ok, "figure": figure} for name, ok, figure in result.judged()],
        "violations": [{"rule": v.rule, "monitor": v.monitor, "t_s": round(v.t_s, 3), "says": v.says} for v in result.violations],
    }


def write_json(results: list[Result], path: Path) -> None:
    path.write_text(as_json(results), encoding="utf-8")
