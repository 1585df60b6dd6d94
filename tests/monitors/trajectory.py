"""Hand-made true traces for the monitors: a few words draw a session, nothing of the product runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sim.trace import Row

DT_S = 0.02


@dataclass
class Drawing:
    """A pencil over a trace: it stands, it moves, contacts change in between."""

    angle_deg: float = -75.0
    t_s: float = 0.0
    rate_dps: float = 0.0
    rows: list[Row] = field(default_factory=list)
    now: dict[str, Any] = field(default_factory=dict)

    def set(self, **columns: Any) -> Drawing:
        self.now.update(columns)
        return self

    def _row(self, rate_dps: float, **once: Any) -> None:
        self.t_s = round(self.t_s + DT_S, 6)
        self.angle_deg += (self.rate_dps + rate_dps) / 2.0 * DT_S
        self.rate_dps = rate_dps
        columns = {
            "peak_angle_deg": self.angle_deg,
            "low_angle_deg": self.angle_deg,
            "peak_rate_dps": abs(rate_dps),
            "brake_set": rate_dps == 0.0,
            "contactor_closed": rate_dps != 0.0,
            "duty": int(200 * rate_dps),
            **self.now,
            **once,
        }
        self.rows.append(Row(t_s=self.t_s, angle_deg=self.angle_deg, rate_dps=rate_dps, **columns))

    def stand(self, seconds: float, **columns: Any) -> Drawing:
        for _ in range(round(seconds / DT_S)):
            self._row(0.0, **columns)
        return self

    def ramp(self, to_dps: float, accel_dps2: float = 1.5) -> Drawing:
        while self.rate_dps != to_dps:
            step = accel_dps2 * DT_S
            gap = to_dps - self.rate_dps
            self._row(to_dps if abs(gap) <= step else self.rate_dps + (step if gap > 0 else -step))
        return self

    def go(self, to_deg: float, rate_dps: float = 1.5, accel_dps2: float = 1.5) -> Drawing:
        """Ramp, cruise and ramp to stand still near `to_deg`."""
        sign = 1.0 if to_deg > self.angle_deg else -1.0
        self.ramp(sign * rate_dps, accel_dps2)
        stopping_deg = rate_dps * rate_dps / (2.0 * accel_dps2)
        while (to_deg - self.angle_deg) * sign > stopping_deg:
            self._row(sign * rate_dps)
        return self.ramp(0.0, accel_dps2)

    def cruise(self, seconds: float) -> Drawing:
        for _ in range(round(seconds / DT_S)):
            self._row(self.rate_dps)
        return self

    def halt(self) -> Drawing:
        """The emergency stop's brake: still within 0.1 s."""
        return self.ramp(0.0, 30.0)

    def press(self, button: str, seconds: float = 0.3) -> Drawing:
        return self.stand(seconds, **{button: True})

    def warn(self) -> Drawing:
        return self.stand(2.1, board_buzzer=1)


def start() -> Drawing:
    """Steps on, each ankle switch seen open and closed, presses START, passes the proof test."""
    drawing = Drawing()
    drawing.stand(1.0, left_primary=False, left_secondary=False, right_primary=False, right_secondary=False)
    drawing.stand(2.0).press("start").stand(0.5)
    drawing.stand(0.4, brake_set=True, contactor_closed=True, duty=100)
    return drawing.stand(0.2)


def inverted(to_deg: float = 15.0) -> Drawing:
    return start().go(to_deg)


def rest_and_up(drawing: Drawing, rest_s: float = 12.0, rate_dps: float = 1.5) -> Drawing:
    """From anywhere, by 30 degrees, to upright rest; a good return."""
    drawing.warn()
    if drawing.angle_deg > 31.0:
        drawing.go(30.0, rate_dps).stand(rest_s)
        drawing.warn()
    else:
        drawing.stand(rest_s).warn()
    return drawing.go(-75.0, rate_dps)


def good_session(to_deg: float = 60.0) -> Drawing:
    drawing = inverted(to_deg).stand(1.0, pi_buzzer="ask").press("ok")
    for _ in range(2):
        drawing.stand(50.0).stand(1.0, pi_buzzer="ask").press("ok")
    return (
        rest_and_up(drawing).stand(50.0).stand(35.0, left_primary=False, left_secondary=False, right_primary=False, right_secondary=False)
    )
