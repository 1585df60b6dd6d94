"""A picture of one run: angle, rate, rests, phases, presses, trips.  Draws into a file; matplotlib is imported only when asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sim.expectations import Moment
from sim.runner import Result
from sim.trace import Row

COLOURS: dict[str, str] = {
    "STARTING": "#d9dde2",
    "IDLE": "#e8ebee",
    "PROOF_TEST": "#cfe0f5",
    "DESCENDING": "#a9c9f0",
    "HOLDING": "#7fb2e5",
    "PAUSED": "#f6dd8c",
    "RETURNING": "#bfe3c0",
    "RESTING": "#8fce9b",
    "BOARD_RETURN": "#9ad1c4",
    "LEVEL_WAIT": "#f3c38b",
    "DIZZY_BACK": "#e3c7ee",
    "DIZZY_WAIT": "#d5aee6",
    "SETTLING": "#dff0d8",
    "RELEASE": "#c9e8b8",
    "STOPPED": "#f2a7a0",
    "RESCUE": "#f5c3a6",
    "FAULT": "#e98b86",
    "PI_DEAD": "#8a8f98",
}
"""One colour per mode of the Pi; grey where nobody was there to be in a mode."""
INK, MUTED, BLUE, RED, GREEN = "#20252c", "#6b7480", "#1f5fa8", "#b3261e", "#2e7d4f"
FLAG_ROWS = 7
NOTED = ("action", "button", "reason", "refusal", "violation", "ladder")


def _bands(rows: list[Row]) -> Iterator[tuple[str, float, float]]:
    """Mode, from, until."""
    begin = rows[0]
    for row in rows:
        if _mode(row) != _mode(begin):
            yield _mode(begin), begin.t_s, row.t_s
            begin = row
    yield _mode(begin), begin.t_s, rows[-1].t_s


def _mode(row: Row) -> str:
    return row.pi_mode if row.pi_alive else "PI_DEAD"


def _rests(rows: list[Row]) -> Iterator[tuple[float, float]]:
    """Spans of true rest of at least 2 s off upright rest."""
    begin: float | None = None
    for row in rows:
        still = row.peak_rate_dps < 0.15 and row.angle_deg > -73.0
        if still and begin is None:
            begin = row.t_s
        elif not still and begin is not None:
            if row.t_s - begin >= 2.0:
                yield begin, row.t_s
            begin = None


def _thin(rows: list[Row]) -> list[Row]:
    """At most some 6,000 points: a picture has no more columns."""
    return rows[:: max(1, len(rows) // 6000)]


def _angle_panel(axes: Any, rows: list[Row], permitted_deg: float) -> None:
    thin = _thin(rows)
    t_s = [row.t_s for row in thin]
    for level, label, colour, style in (
        (permitted_deg, "permitted", RED, "--"),
        (30.0, "30° rest", GREEN, "-"),
        (0.0, "level", MUTED, "-"),
        (-75.0, "upright", MUTED, ":"),
    ):
        axes.axhline(level, color=colour, linewidth=0.8, linestyle=style, zorder=1)
        axes.annotate(
            label,
            (1.003, level),
            xycoords=("axes fraction", "data"),
            fontsize=8,
            color=colour,
            va="bottom" if label == "permitted" else "center",
        )
    axes.axhspan(28.0, 32.0, color=GREEN, alpha=0.12, linewidth=0)
    for begin, end in _rests(rows):
        axes.axvspan(begin, end, color=INK, alpha=0.05, linewidth=0)
    believed = [(row.t_s, row.pi_angle_deg) for row in thin if row.pi_angle_deg is not None and row.pi_alive]
    if believed:
        axes.plot(*zip(*believed, strict=True), color="#e0992f", linewidth=2.6, alpha=0.55, label="as the Pi believes", zorder=2)
    axes.plot(t_s, [row.angle_deg for row in thin], color=BLUE, linewidth=1.6, label="true angle", zorder=3)
    axes.set_ylabel("inversion angle, °")
    axes.set_ylim(-84, 98)
    axes.set_yticks([-75, -45, -15, 0, 30, 60, 90])
    axes.legend(loc="upper right", fontsize=8, frameon=False, ncols=2)


def _rate_panel(axes: Any, rows: list[Row]) -> None:
    thin = _thin(rows)
    t_s = [row.t_s for row in thin]
    rates = [row.rate_dps for row in thin]
    axes.fill_between(t_s, rates, color=BLUE, alpha=0.25, linewidth=0)
    axes.plot(t_s, rates, color=BLUE, linewidth=0.9)
    most = max(2.0, *(abs(rate) + 0.4 for rate in rates))
    axes.set_ylim(-most, most)
    axes.axhline(0.0, color=MUTED, linewidth=0.6)
    axes.set_ylabel("rate, °/s")
    axes.annotate("down", (0.004, 0.86), xycoords="axes fraction", fontsize=7, color=MUTED)
    axes.annotate("up", (0.004, 0.06), xycoords="axes fraction", fontsize=7, color=MUTED)


def _mode_panel(axes: Any, rows: list[Row]) -> None:
    span_s = max(rows[-1].t_s - rows[0].t_s, 1e-3)
    for mode, begin, end in _bands(rows):
        axes.axvspan(begin, end, color=COLOURS.get(mode, "#ffffff"), linewidth=0)
        if (end - begin) / span_s > 0.006 * len(mode):
            axes.text((begin + end) / 2, 0.5, mode.replace("_", " ").lower(), ha="center", va="center", fontsize=7, color=INK)
        elif (end - begin) / span_s > 0.008:
            axes.text((begin + end) / 2, 0.5, mode.replace("_", " ").lower(), ha="center", va="center", fontsize=5, color=INK, rotation=90)
    axes.set_yticks([])
    axes.set_ylim(0, 1)
    axes.set_xlabel("seconds")


def _short(moment: Moment) -> str:
    """A flag's words: names, not sentences."""
    words = moment.text.split(": ")
    if moment.kind == "reason":
        return " ".join(words[:2]) if words[0] in ("board", "Pi") else words[0]
    if moment.kind == "refusal":
        return f"refused {moment.rule}"
    if moment.kind == "violation":
        return f"{moment.rule} BROKEN: {words[0]}"
    return f"help {words[0]}" if moment.kind == "ladder" else moment.text


def _shown(result: Result) -> Iterator[tuple[float, str, str]]:
    """Time, words, colour of each flag: the power-up's own and repeated reasons are left out."""
    told: set[str] = set()
    for moment in result.timeline:
        words = _short(moment)
        if moment.kind not in NOTED or moment.t_s < 0.7 or (moment.kind == "reason" and words in told):
            continue
        told.add(words)
        yield moment.t_s, words[:30], RED if moment.kind in ("reason", "refusal", "violation", "ladder") else INK


def _notes(strip: Any, axes: Any, result: Result) -> None:
    """Presses, trips and refusals as flags above the angle, each on the first row that has room; one that has none keeps its line."""
    end_s = result.rows[-1].t_s
    free_s = [-1.0] * FLAG_ROWS
    for t_s, words, colour in _shown(result):
        axes.axvline(t_s, color=colour, linewidth=0.7, alpha=0.45, zorder=1)
        row = next((row for row, until_s in enumerate(free_s) if until_s <= t_s), None)
        if row is not None:
            free_s[row] = t_s + end_s * (0.0062 * len(words) + 0.012)
            strip.plot([t_s, t_s], [-0.5, row], color=colour, linewidth=0.7, alpha=0.45, clip_on=False)
            strip.text(t_s, row, f" {words}", fontsize=6.8, color=colour, va="center", ha="left")
    strip.set_ylim(-0.5, FLAG_ROWS - 0.5)
    strip.axis("off")


def draw(result: Result, path: Path) -> None:
    """Write the picture; the ending of `path` chooses the format (png, svg, pdf)."""
    import matplotlib  # noqa: PLC0415  # slow to import and needed for pictures only

    matplotlib.use("Agg")
    from matplotlib import pyplot  # noqa: PLC0415

    figure, (strip, top, middle, bottom) = pyplot.subplots(
        4, 1, figsize=(13, 7.8), sharex=True, height_ratios=[1.5, 6, 1.8, 0.6], gridspec_kw={"hspace": 0.05}
    )
    rows = result.rows
    for axes in (top, middle, bottom):
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=8, colors=INK)
    _angle_panel(top, rows, result.scenario.plan.ceiling_deg)
    _notes(strip, top, result)
    _rate_panel(middle, rows)
    _mode_panel(bottom, rows)
    top.set_xlim(rows[0].t_s, rows[-1].t_s)
    verdict = "all expectations and monitors hold" if result.ok else "; ".join(result.failures())[:110]
    strip.set_title(result.scenario.title, loc="left", fontsize=13, color=INK, pad=22)
    subtitle = f"{result.scenario.plan.title} · {result.depth} · {verdict}"
    strip.text(0.0, 1.08, subtitle, transform=strip.transAxes, fontsize=8.5, color=GREEN if result.ok else RED)
    figure.savefig(path, dpi=110, bbox_inches="tight", metadata={"Software": None} if path.suffix == ".png" else None)
    pyplot.close(figure)
