"""Pictures of the records: progress over the sessions, one session's angle, one session's events; PNG or SVG by the file's ending.

matplotlib is imported only when a picture is asked for: a table that draws none need not have it.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from controller.core.limits import Limits
from controller.exit_codes import ExitCode
from controller.people.command import command, option, who
from controller.people.desk import Desk, person_of
from controller.people.export import write_new
from controller.records.database import RecordsError
from controller.records.reader import Reader, Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ENDINGS = (".png", ".svg")
INK, BLUE, GREEN, MUTED = "#20252c", "#1f5fa8", "#2e7d4f", "#6b7480"


def _picture(path: Path, title: str, rows: int) -> tuple[Any, list[Axes]]:
    """A figure and its axes.  Raises RecordsError for an ending that is no picture, or without matplotlib."""
    if path.suffix not in ENDINGS:
        raise RecordsError(f"--to {path}: ends in {path.suffix or 'nothing'}; {' or '.join(ENDINGS)} would be right", ExitCode.USAGE)
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415  # see above
    except ImportError:
        raise RecordsError("pictures need matplotlib: install the project with its extra 'sim'", ExitCode.UNAVAILABLE) from None
    figure = Figure(figsize=(9.0, 2.2 * rows + 0.6), layout="constrained")
    figure.suptitle(title, color=INK)
    axes = figure.subplots(rows, 1, sharex=True, squeeze=False)
    return figure, [row[0] for row in axes]


def _save(figure: Any, path: Path) -> None:
    """Drawn in memory first: what cannot be written leaves no half picture, and nothing is overwritten."""
    drawn = io.BytesIO()
    figure.savefig(drawn, format=path.suffix[1:], dpi=120, metadata={"Date": None} if path.suffix == ".svg" else {})
    write_new(path, drawn.getvalue(), "the picture")


# ------------------------------------------------------------------ progress


def _progress(reader: Reader, key: str, path: Path | None, _session: int | None) -> object:
    series = reader.progress(key)
    if not series:
        raise RecordsError(f"{key}: has had no session yet; there is nothing to draw", ExitCode.USAGE)
    if path is not None:
        figure, (pain, reach, hours) = _picture(path, f"{key}: progress over {len(series)} sessions", 3)
        numbers = [row["session"] for row in series]
        _line(pain, numbers, [row["pain_before"] for row in series], "before", BLUE)
        _line(pain, numbers, [row["pain_after"] for row in series], "after", GREEN)
        pain.set(ylabel="pain 0-10", ylim=(-0.5, 10.5))
        _line(reach, numbers, [row["toe_touch_before_cm"] for row in series], "before", BLUE)
        reach.set(ylabel="toe-touch, cm")
        _line(hours, numbers, [row["deepest_deg"] for row in series], "deepest angle", BLUE)
        hours.set(ylabel="degrees", xlabel="session")
        _save(figure, path)
    return series


def _line(axes: Axes, xs: list[int], ys: list[float | None], label: str, colour: str) -> None:
    """What was not rated leaves a gap: a line across it would be a guess."""
    axes.plot(xs, [float("nan") if y is None else y for y in ys], marker="o", markersize=3, color=colour, label=label)
    axes.grid(alpha=0.3)
    axes.legend(loc="upper right", fontsize="small")


# ------------------------------------------------------------------ one session


def _of_session(reader: Reader, key: str, number: int | None) -> tuple[Row, dict[str, list[Row]]]:
    """The session that is meant, the last one without a number, and what happened in it."""
    sessions = reader.sessions(key)
    found = next((row for row in sessions if number is None or row["number"] == number), None)
    if found is None:
        there = "none yet" if not sessions else f"1 to {sessions[0]['number']}"
        raise RecordsError(f"{key}: there is no session {number or 1}; there are: {there}", ExitCode.USAGE)
    return found, reader.what_happened(found["id"])


def _session(reader: Reader, key: str, path: Path | None, number: int | None) -> object:
    found, happened = _of_session(reader, key, number)
    phases = happened["phases"]
    if path is not None:
        figure, (axes,) = _picture(path, f"{key}: session {found['number']}, {found['protocol']}", 1)
        times, angles = _track(phases)
        axes.plot(times, angles, color=BLUE)
        axes.axhline(Limits().gate_deg, color=MUTED, linestyle="--", linewidth=0.8)
        axes.annotate("30°, the rest", (0.0, Limits().gate_deg), color=MUTED, fontsize="small", va="bottom")
        for phase in phases:
            axes.axvline(phase["begun_s"], color=MUTED, linewidth=0.4)
            axes.annotate(phase["mode"].lower(), (phase["begun_s"], -78.0), rotation=90, fontsize="x-small", color=INK)
        axes.set(ylabel="inversion angle, degrees", xlabel="s since START", ylim=(-80.0, 95.0))
        _save(figure, path)
    return {"session": found, "phases": phases}


def _track(phases: list[Row]) -> tuple[list[float], list[float]]:
    """Angle at the beginning and the end of each phase."""
    times, angles = [], []
    for phase in phases:
        for at_s, angle in ((phase["begun_s"], phase["begun_deg"]), (phase["begun_s"] + phase["lasted_s"], phase["ended_deg"])):
            if angle is not None:
                times.append(at_s)
                angles.append(angle)
    return times, angles


def _events(reader: Reader, key: str, path: Path | None, number: int | None) -> object:
    found, happened = _of_session(reader, key, number)
    events = happened["events"]
    if path is not None:
        figure, (axes,) = _picture(path, f"{key}: what happened in session {found['number']}", 1)
        figure.set_figheight(max(3.0, 0.22 * len(events) + 1.2))
        first_s = events[0]["at_s"] if events else 0.0
        for row, event in enumerate(events):
            axes.plot([event["at_s"] - first_s], [-row], marker="o", markersize=4, color=BLUE if event["kind"] == "mode" else GREEN)
            text = f"{event['kind']}: {event['text']}" + (f" ({event['rule']})" if event["rule"] else "")
            axes.annotate(text, (event["at_s"] - first_s, -row), xytext=(6, -3), textcoords="offset points", fontsize="x-small")
        axes.set(yticks=[], xlabel="s")
        axes.margins(x=0.4)
        _save(figure, path)
    return {"session": found, "events": events}


DRAWN = {"progress": _progress, "session": _session, "events": _events}


EXAMPLES = ("draw ada progress --to progress.svg", "draw ada session --session 3 --to session.png", "--json draw ada events")


@command("draw", examples=EXAMPLES)
@who
@click.argument("what", type=click.Choice(sorted(DRAWN)))
@option("--to", "path", type=click.Path(path_type=Path, dir_okay=False), help="the picture, .png or .svg")
@option("--session", type=click.IntRange(min=1), help="which session; the last one without it")
def draw(desk: Desk, who: str, what: str, path: Path | None, session: int | None) -> None:
    """Draw progress, a session or its events; with --json, what would be drawn."""
    if path is None and not desk.as_json:
        raise RecordsError("draw: say where --to, or ask for the figures with --json", ExitCode.USAGE)
    with desk.to_read() as reader:
        figures = DRAWN[what](reader, person_of(reader, who).key, path, session)
    if desk.as_json:
        desk.give(figures)
    else:
        desk.tell(f"wrote {path}")


COMMANDS = (draw,)
