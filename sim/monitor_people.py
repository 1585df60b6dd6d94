"""Monitors of what is owed to the person: SR2, SR4's warning, SR7, SR10, SR11-SR16.  True columns only, numbers restated by hand."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from sim.story import AT_REST_DPS, Story, estop_closed, help_heard
from sim.trace import Row


@dataclass(slots=True)
class InvertedTime:
    """SR2: 600 s inverted in a session, return included, unless the help ladder is on."""

    rule: str = "SR2"

    def feed(self, row: Row, story: Story) -> str:
        if story.inverted_s <= 600.5 or row.angle_deg <= 0.0 or help_heard(row):
            return ""
        return f"inverted for {story.inverted_s:.1f} s, 600 is the most"


@dataclass(slots=True)
class Warned:
    """SR4: 2 s of warning before motion nobody just asked for (0.2 s for hearing it begin).

    Just asked: START at most 20 s ago (the proof test is between), RETURN, OK or DIZZY at most 3 s ago, RETURN held.
    """

    rule: str = "SR4"
    heard: deque[tuple[float, bool]] = field(default_factory=lambda: deque(maxlen=126))
    still_s: float = 0.0

    def feed(self, row: Row, story: Story) -> str:
        was_still_s = self.still_s
        self.still_s = self.still_s + story.dt_s if row.peak_rate_dps < AT_REST_DPS else 0.0
        sounded = row.board_buzzer != 0 or row.pi_buzzer != "off"
        self.heard.append((story.dt_s, sounded))
        if self.still_s > 0.0 or was_still_s < 0.5 or row.lever_pulled:
            return ""
        asked = row.return_ or story.since("START") < 20.0 or story.since_any("RETURN", "OK", "DIZZY") < 3.0
        if asked or story.pushed:
            return ""
        heard_s = sum(dt_s for dt_s, on in self.heard if on)
        return f"moves after {heard_s:.2f} s of warning, 2 s is the least" if heard_s < 1.8 else ""


@dataclass(slots=True)
class LostController:
    """SR7: from the Pi's last command, a descent is at rest within 0.1 + 1.3 s, and nothing moves again before 2 s."""

    rule: str = "SR7"

    def feed(self, row: Row, story: Story) -> str:
        if story.pi_lost_s is None or row.peak_rate_dps < AT_REST_DPS or story.due_why not in ("", "Pi silent") or row.lever_pulled:
            return ""
        since_s = row.t_s - story.pi_lost_s
        if row.rate_dps > AT_REST_DPS and since_s > 1.5:
            return f"descends {since_s:.2f} s after the controller was lost"
        moving_early = 1.5 < since_s < 1.9 and story.since("RETURN") > 3.0 and not story.estop_latched
        return f"moves {since_s:.2f} s after the controller was lost, before the board's 2 s" if moving_early else ""


@dataclass(slots=True)
class Power:
    """SR10: on battery no descent but the controlled stop; no session begins on battery."""

    rule: str = "SR10"
    lost_s: float | None = None

    def feed(self, row: Row, story: Story) -> str:
        if row.mains:
            self.lost_s = None
            return ""
        if self.lost_s is None:
            self.lost_s = row.t_s
        since_s = row.t_s - self.lost_s
        if row.rate_dps > AT_REST_DPS and since_s > 1.5 and story.since("DIZZY") > 60.0 and not row.lever_pulled:
            return f"descends at {row.rate_dps:.2f} deg/s {since_s:.1f} s after the mains was lost"
        return ""


@dataclass(slots=True)
class FreshStart:
    """SR11, SR12: leaves upright rest only after a START pressed at most 5 s before, everything closed, locks for 1 s.

    What turns the table by itself is SR9's for the one degree within which it must be caught.
    """

    rule: str = "SR11"
    open: bool = False
    far: bool = False

    def feed(self, row: Row, story: Story) -> str:
        height_deg = row.angle_deg - story.setting.upright_deg
        if height_deg > 4.0:
            self.far = True
        stood = story.upright_since_s is not None and row.t_s - story.upright_since_s > 20.0
        if stood or (self.far and height_deg < 1.0):
            self.open = self.far = False
        leaving = row.rate_dps > AT_REST_DPS and not self.open and 0.0 < height_deg < 4.0  # lower is the rubber of the stop, springing back
        if not leaving or row.lever_pulled:
            return ""
        missing = [
            name
            for name, good in (
                ("START pressed within 5 s", story.since("START") <= 5.3),
                ("emergency stop closed", estop_closed(row) and not story.estop_latched),
                ("ankle locks closed for 1 s", story.locks_closed_since_s is not None and row.t_s - story.locks_closed_since_s >= 0.95),
                ("mains", row.mains),
            )
            if not good
        ]
        if missing and story.pushed and height_deg < 2.0:
            return ""
        self.open = True
        return f"leaves upright rest at {row.angle_deg:.1f} deg without {', '.join(missing)}" if missing else ""


@dataclass(slots=True)
class ReturnOnly:
    """SR13, TP10: once a return is due nothing goes down, but the controlled stop (1.5 s) and DIZZY's way back to 30 degrees."""

    rule: str = "SR13"
    from_deg: float = 0.0  # where the present motion down began

    def feed(self, row: Row, story: Story) -> str:
        if row.rate_dps <= AT_REST_DPS:
            self.from_deg = row.angle_deg
        if story.due_at_s is None or row.t_s - story.due_at_s < 1.5 or row.rate_dps <= AT_REST_DPS or row.lever_pulled:
            return ""
        if story.pushed and row.angle_deg - self.from_deg <= 1.0:
            return ""  # RETURN on a drive that turns the wrong way by itself: caught before a degree (SR9)
        if story.since("DIZZY") < story.since("RETURN") and story.since("DIZZY") < 60.0 and row.angle_deg < 30.5:
            return ""
        return f"descends at {row.rate_dps:.2f} deg/s {row.t_s - story.due_at_s:.1f} s after a return was due ({story.due_why})"


@dataclass(slots=True)
class ComesUp:
    """SR14: once a return is due the angle falls half a degree in every 10 s of due motion, or help is called.

    Allowed on top: the warning, the stop and the start (6 s), the rest where it belongs (15 s), DIZZY's wait, the wait at level.
    A latched emergency stop away from upright rest calls for help after 60 s (2 s for hearing it).
    """

    rule: str = "SR14"
    low_deg: float = 0.0
    progress_s: float = 0.0
    latched_s: float = 0.0

    def feed(self, row: Row, story: Story) -> str:
        helped = help_heard(row)
        stuck = story.estop_latched and row.peak_rate_dps < AT_REST_DPS and not story.upright and story.session_at_s is not None
        self.latched_s = self.latched_s + story.dt_s if stuck else 0.0
        if self.latched_s > 62.0 and not helped:
            return f"emergency stop latched for {self.latched_s:.0f} s away from upright rest and nobody is called"
        waiting = story.due_at_s is None or story.estop_latched or story.since("DIZZY") < story.since("RETURN") or story.upright
        if waiting or helped or row.angle_deg < self.low_deg - 0.5 or row.lever_pulled:
            self.low_deg, self.progress_s = row.angle_deg, row.t_s
            return ""
        resting_place = row.angle_deg < 32.5
        allowed_s = 31.0 if resting_place else 16.0
        stood_s = row.t_s - self.progress_s
        if stood_s <= allowed_s:
            return ""
        return f"no way up for {stood_s:.0f} s at {row.angle_deg:.1f} deg after {story.due_why}, and nobody is called"


QUESTION = "Are you all right?"


@dataclass(slots=True)
class Asked:
    """SR15: while inverted, every 60 s somebody asks (2 s for hearing it); a return that is due asks by other means."""

    rule: str = "SR15"
    asked_s: float | None = None

    def feed(self, row: Row, story: Story) -> str:
        if story.inverted_since_s is None or story.due_at_s is not None or story.estop_latched or not row.pi_alive or help_heard(row):
            self.asked_s = None
            return ""
        asked = row.pi_buzzer == "ask" or row.said.startswith(QUESTION)  # an alarm's sound does not hide the spoken question
        if self.asked_s is None or asked or row.ok or row.rate_dps < -AT_REST_DPS:
            self.asked_s = row.t_s
        quiet_s = row.t_s - self.asked_s
        return f"inverted and not asked for {quiet_s:.0f} s, 60 is the most" if quiet_s > 62.0 else ""


@dataclass(slots=True)
class LevelWait:
    """SR15: a return nobody asked for goes no higher than level (-3 within 2, half a degree for the sensors) without OK or RETURN.

    Whoever was on the way up already when it became due, and had answered on that way, has answered for it: nothing stopped there.
    """

    rule: str = "SR15"

    def feed(self, row: Row, story: Story) -> str:
        unasked = story.due_at_s is not None and not story.due_asked and story.due_at_deg > -3.0
        if not unasked or row.lever_pulled or story.due_at_s is None:
            return ""
        answered = max(story.edge_s.get("OK", -1.0), story.edge_s.get("RETURN", -1.0)) >= story.answers_from_s
        if answered or row.angle_deg > -5.5 or row.rate_dps > -AT_REST_DPS:
            return ""
        return f"rises past level to {row.angle_deg:.1f} deg after {story.due_why}, nobody having answered"


@dataclass(slots=True)
class Proof:
    """SR16: before a descent goes beyond 3.5 degrees: the brake was pushed against (0.2 s) and each ankle switch was seen open."""

    rule: str = "SR16"
    brake_s: float = 0.0
    seen_open: set[str] = field(default_factory=set)
    judged: bool = False

    def feed(self, row: Row, story: Story) -> str:
        if story.upright:
            if self.judged:
                self.brake_s, self.judged = 0.0, False
                self.seen_open = set()
            self.brake_s += story.dt_s if row.brake_set and row.contactor_closed and row.duty != 0 else 0.0
            if not story.locks_closed:
                self.seen_open |= {
                    name for name in ("left_primary", "left_secondary", "right_primary", "right_secondary") if not getattr(row, name)
                }
        if self.judged or row.angle_deg < story.setting.upright_deg + 3.5 or row.rate_dps < AT_REST_DPS or row.lever_pulled:
            return ""
        self.judged = True
        if self.brake_s < 0.2:
            return f"inverts after {self.brake_s:.2f} s of brake test, 0.2 is the least"
        return f"inverts with only {len(self.seen_open)} of 4 ankle switches seen open" if len(self.seen_open) < 4 else ""
