"""Every number of the therapy programme, with its hard range and the guide's words for it.  Must never read a file or a clock.

Where the guide gives a number, that number is the default; a table may be set stricter, never looser: each range ends at
what the guide allows.  docs/programme.md is written from this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from math import isfinite

from controller.programme.outcome import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One number: default and hard range, the requirement row, the guide's sentence, and the module that uses it."""

    default: float
    least: float
    most: float
    unit: str
    rule: str
    what: str
    guide: str
    used_in: str


def _number(default: float, least: float, most: float, unit: str, rule: str, what: str, guide: str, used_in: str) -> Number:
    return Number(default=default, least=least, most=most, unit=unit, rule=rule, what=what, guide=guide, used_in=used_in)


_FIT, _STEPS, _GROWTH, _QUOTAS, _SIGNS = "fit", "rules", "progression", "quotas", "stop_signs"
_W12, _W34, _W5 = "Weeks 1-2: 15-30° Incline", "Weeks 3-4: 45-60° Incline", "Week 5+: 60-90° Full Inversion"
_H12, _H34, _H5 = "Hold 30-120 seconds max, 2-3x daily", "Extend to 3-5 minutes, 1-2x daily", "Limit to 5-10 minutes once daily"
_MINDED = "During acute flare-ups, do 2-3 sessions daily but never exceed 5 minutes per session"

NUMBERS: dict[str, Number] = {
    "load_ratio": _number(1.2, 1.2, 2.0, "x", "TP2", "the person's mass times this must not exceed the table's capacity",
                          "Verify weight capacity exceeds your actual weight by 20%", _FIT),
    "first_angle_deg": _number(15, 5, 15, "°", "TP4", "angle of the very first session", "Start at 15° for 30 seconds", _STEPS),
    "first_hold_s": _number(30, 10, 30, "s", "TP4", "hold of the very first session", "Start at 15° for 30 seconds", _STEPS),
    "weeks_1_2_angle_deg": _number(30, 5, 30, "°", "TP4", "ceiling in weeks 1-2", _W12, _STEPS),
    "weeks_1_2_hold_s": _number(120, 10, 120, "s", "TP4", "longest hold in weeks 1-2", _H12, _STEPS),
    "weeks_1_2_per_day": _number(3, 1, 3, "", "TP6", "sessions a day in weeks 1-2", _H12, _STEPS),
    "weeks_3_4_angle_deg": _number(60, 5, 60, "°", "TP4", "ceiling in weeks 3-4", _W34, _STEPS),
    "weeks_3_4_hold_s": _number(300, 10, 300, "s", "TP4", "longest hold in weeks 3-4", _H34, _STEPS),
    "weeks_3_4_per_day": _number(2, 1, 2, "", "TP6", "sessions a day in weeks 3-4", _H34, _STEPS),
    "week_5_angle_deg": _number(90, 5, 90, "°", "TP4", "ceiling from week 5 on", _W5, _STEPS),
    "week_5_hold_s": _number(600, 10, 600, "s", "TP4", "longest hold from week 5 on", _H5, _STEPS),
    "week_5_per_day": _number(1, 1, 1, "", "TP6", "sessions a day from week 5 on", _H5, _STEPS),
    "inverted_s": _number(600, 60, 600, "s", "SR2", "inverted time in a session, the return included",
                          "Never exceed 10 minutes", "verdict"),
    "break_days": _number(14, 7, 14, "days", "TP4", "a longer break between sessions steps back one step",
                          "Consistency beats intensity", _GROWTH),
    "maintenance_months": _number(3, 1, 3, "months", "TP6", "of consistent use until the routine thins out to maintenance",
                                  "After 3 months of consistent use", _GROWTH),
    "maintenance_per_week": _number(2, 1, 2, "", "TP6", "sessions a week after three months of consistent use",
                                    "many users reduce to 2 maintenance sessions weekly", _QUOTAS),
    "spotter_sessions": _number(10, 10, 1000, "", "TP8", "first sessions that each need the spotter's button",
                                "Always have a spotter during your first 10 sessions", "verdict"),
    "pain_points": _number(2, 0, 2, "points", "TP9", "pain may rise by this much and no more from week 3 on",
                           "Pain spikes exceeding 2 points on a 0-10 scale", _SIGNS),
    "early_pain_points": _number(0, 0, 0, "points", "TP9", "pain may rise by this much in weeks 1-2",
                                 "Stop immediately if pain increases", _SIGNS),
    "dizzy_minutes": _number(5, 1, 5, "min", "TP11", "longer dizziness blocks until cleared",
                             "Persistent dizziness lasting over 5 minutes post-session requires medical evaluation", _SIGNS),
    "checklist_minutes": _number(15, 1, 15, "min", "TP3", "the set-up checklist is this old at most when Start is pressed",
                                 "(ours: the person stands at the table already)", "checklist"),
    "flare_up_inverted_s": _number(300, 60, 300, "s", "TP5", "inverted time with an acute flare-up, the return included",
                                   _MINDED, "conditions"),
    "flare_up_per_day": _number(3, 1, 3, "", "TP5", "sessions a day with an acute flare-up, within TP4's", _MINDED, "conditions"),
    "disc_angle_deg": _number(45, 5, 45, "°", "TP5", "ceiling with a herniated disc", "Invert at 30-45° for 3-5 minutes", "conditions"),
    "disc_hold_s": _number(300, 10, 300, "s", "TP5", "longest hold with a herniated disc",
                           "Invert at 30-45° for 3-5 minutes", "conditions"),
    "sciatica_week_1_deg": _number(15, 5, 15, "°", "TP5", "ceiling with sciatica in week 1",
                                   "Start at 15° for just 60 seconds during week one", "conditions"),
    "sciatica_week_1_hold_s": _number(60, 10, 60, "s", "TP5", "longest hold with sciatica in week 1",
                                      "Start at 15° for just 60 seconds during week one", "conditions"),
    "sciatica_week_2_deg": _number(30, 5, 30, "°", "TP5", "ceiling with sciatica in week 2: half-way, which is TP4's ceiling too",
                                   "increase to 45° by week three", "conditions"),
    "sciatica_angle_deg": _number(45, 5, 45, "°", "TP5", "ceiling with sciatica from week 3 on",
                                  "increase to 45° by week three", "conditions"),
    "spasm_angle_deg": _number(60, 5, 60, "°", "TP5", "ceiling with a muscle spasm", "invert at 30-60° for 5 minutes", "conditions"),
    "spasm_hold_s": _number(300, 10, 300, "s", "TP5", "longest hold with a muscle spasm", "invert at 30-60° for 5 minutes", "conditions"),
    "pain_marker_percent": _number(20, 20, 100, "%", "TP13", "less pain by week 2", "Week 2: 20% pain reduction", "markers"),
    "toe_marker_percent": _number(30, 30, 100, "%", "TP13", "better toe-touch by week 6",
                                  "Week 6: 30% improvement in toe-touch distance", "markers"),
    "night_marker_months": _number(3, 3, 3, "months", "TP13", "until there is no night pain any more",
                                   "Month 3: Elimination of nighttime pain", "markers"),
    "walk_minutes": _number(90, 45, 90, "min", "TP5", "the walking window after a session ends here",
                            "the decompression effect lasts 45-90 minutes", "reminders"),
    "water_minutes": _number(30, 30, 30, "min", "TP14", "a glass of water before a session",
                             "Sip 8oz water 30 minutes before", "reminders"),
    "heat_minutes": _number(15, 15, 15, "min", "TP5", "heat before a session for a muscle spasm",
                            "Apply heat for 15 minutes pre-inversion", "reminders"),
    "prepared_minutes": _number(60, 15, 60, "min", "TP5", "heat or water that a protocol requires is this old at most at Start",
                                "(ours: after an hour the muscles are cold again)", "checklist"),
}  # fmt: skip
"""Every number of `Rules`; a value outside [least, most] is refused wherever it comes from."""


NEVER_FALLING = (
    ("first_angle_deg", "weeks_1_2_angle_deg", "weeks_3_4_angle_deg", "week_5_angle_deg"),
    ("first_hold_s", "weeks_1_2_hold_s", "weeks_3_4_hold_s", "week_5_hold_s"),
    ("week_5_per_day", "weeks_3_4_per_day", "weeks_1_2_per_day"),
    ("sciatica_week_1_deg", "sciatica_week_2_deg", "sciatica_angle_deg"),
)
"""Numbers in an order that must hold: doubt takes the lower step for what is allowed at once and the higher one for how often."""


def complaint(name: str, value: float) -> str | None:
    """The one line that says why `value` cannot stand for `name`, or None if it can."""
    hard = NUMBERS[name]
    if isfinite(value) and hard.least <= value <= hard.most:
        return None
    if hard.least == hard.most:
        return f"{value:g} is not the fixed value {hard.least:g} ({hard.rule}); it cannot be configured"
    return f"{value:g} is outside {hard.least:g} to {hard.most:g} ({hard.rule}): a table may be stricter than the guide, never looser"


def disorder(values: Mapping[str, float]) -> tuple[str, str] | None:
    """The first two numbers, lesser name first, that stand the wrong way round; None when all is in order."""
    pairs = (pair for names in NEVER_FALLING for pair in pairwise(names))
    return next((pair for pair in pairs if values[pair[0]] > values[pair[1]]), None)


def disordered(name: str, other: str, values: Mapping[str, float]) -> str:
    """The one line about `name`, which stands the wrong way round beside `other`."""
    side = "less" if values[name] < values[other] else "more"
    return (
        f"{values[name]:g} is {side} than {other}, which is {values[other]:g} ({NUMBERS[name].rule}); set that to {values[name]:g} "
        f"or {side} as well: a later step lets people go as far and as long at least, and no more often"
    )


def _default(name: str) -> float:
    return NUMBERS[name].default


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The programme's numbers for one table; constructing one outside the hard ranges raises ValueError with one clear line."""

    load_ratio: float = _default("load_ratio")
    first_angle_deg: float = _default("first_angle_deg")
    first_hold_s: float = _default("first_hold_s")
    weeks_1_2_angle_deg: float = _default("weeks_1_2_angle_deg")
    weeks_1_2_hold_s: float = _default("weeks_1_2_hold_s")
    weeks_1_2_per_day: int = int(_default("weeks_1_2_per_day"))
    weeks_3_4_angle_deg: float = _default("weeks_3_4_angle_deg")
    weeks_3_4_hold_s: float = _default("weeks_3_4_hold_s")
    weeks_3_4_per_day: int = int(_default("weeks_3_4_per_day"))
    week_5_angle_deg: float = _default("week_5_angle_deg")
    week_5_hold_s: float = _default("week_5_hold_s")
    week_5_per_day: int = int(_default("week_5_per_day"))
    inverted_s: float = _default("inverted_s")
    break_days: int = int(_default("break_days"))
    maintenance_months: int = int(_default("maintenance_months"))
    maintenance_per_week: int = int(_default("maintenance_per_week"))
    spotter_sessions: int = int(_default("spotter_sessions"))
    pain_points: int = int(_default("pain_points"))
    early_pain_points: int = int(_default("early_pain_points"))
    dizzy_minutes: int = int(_default("dizzy_minutes"))
    checklist_minutes: int = int(_default("checklist_minutes"))
    flare_up_inverted_s: float = _default("flare_up_inverted_s")
    flare_up_per_day: int = int(_default("flare_up_per_day"))
    disc_angle_deg: float = _default("disc_angle_deg")
    disc_hold_s: float = _default("disc_hold_s")
    sciatica_week_1_deg: float = _default("sciatica_week_1_deg")
    sciatica_week_1_hold_s: float = _default("sciatica_week_1_hold_s")
    sciatica_week_2_deg: float = _default("sciatica_week_2_deg")
    sciatica_angle_deg: float = _default("sciatica_angle_deg")
    spasm_angle_deg: float = _default("spasm_angle_deg")
    spasm_hold_s: float = _default("spasm_hold_s")
    pain_marker_percent: float = _default("pain_marker_percent")
    toe_marker_percent: float = _default("toe_marker_percent")
    night_marker_months: int = int(_default("night_marker_months"))
    walk_minutes: int = int(_default("walk_minutes"))
    water_minutes: int = int(_default("water_minutes"))
    heat_minutes: int = int(_default("heat_minutes"))
    prepared_minutes: int = int(_default("prepared_minutes"))

    def __post_init__(self) -> None:
        for item in fields(self):
            wrong = complaint(item.name, getattr(self, item.name))
            if wrong is not None:
                raise ValueError(f"{item.name}: {wrong}")
        values = asdict(self)
        pair = disorder(values)
        if pair is not None:
            raise ValueError(f"{pair[1]}: {disordered(pair[1], pair[0], values)}")


def angle_deg(step: Step, rules: Rules) -> float:
    """TP4's ceiling of a step."""
    return (rules.first_angle_deg, rules.weeks_1_2_angle_deg, rules.weeks_3_4_angle_deg, rules.week_5_angle_deg)[step]


def hold_s(step: Step, rules: Rules) -> float:
    """TP4's longest hold of a step."""
    return (rules.first_hold_s, rules.weeks_1_2_hold_s, rules.weeks_3_4_hold_s, rules.week_5_hold_s)[step]


def per_day(step: Step, rules: Rules) -> int:
    """TP6's sessions a day of a step; attempts at the first session count as in week 1."""
    return (rules.weeks_1_2_per_day, rules.weeks_1_2_per_day, rules.weeks_3_4_per_day, rules.week_5_per_day)[step]
