"""What a bystander with a stopwatch and a protractor remembers: presses, contacts, session, returns that are due.

Fed with the true columns of trace.Row only.  It must never look at a belief column, nor import a limit of the software:
every number here is restated by hand from the requirements.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.trace import Row

ESTOP_LATCHED, INVERTED, RETURN_DUE, FAULT_PRESENT, ON_BATTERY, PI_LOST = (1 << bit for bit in range(6))
"""Bits of Story.situation: what most rows of most stories are not in, and some rules speak of nothing else."""

AT_REST_DPS = 0.15  # 0.1 deg/s of the requirements, and what gear play does to the true rate
HARD_FAULTS = frozenset(
    [
        "pot_open",
        "pot_short",
        "pot_inverted",
        "pot_and_imu_wrong",
        "adc_reference_sag",
        "adc_stuck",
        "board_reset",
        "board_brownout",
        "board_hang",
        "board_interrupts_off",
        "board_tick_stops",
        "board_stack_overflow",
        "board_ram_flip",
        "board_flash_corrupt",
        "board_eeprom_corrupt",
        "board_register_altered",
        "estop_pressed",
        "estop_wire_open",
        "estop_contact_welded",
        "estop_released_latched",
        "end_stop_wire_open",
        "end_stop_welded",
        "both_end_stops",
        "motor_stall",
        "runaway",
        "motor_reversed",
        "gear_slips",
        "encoder_stuck",
        "brake_weak",
        "brake_drags",
        "power_lost",
        "regeneration",
        "motor_short",
        "obstacle",
    ]
)
"""Faults whose row in the catalogue says STO or outputs off by hardware: the emergency stop's brake is the right answer.  And what stands
in the way of the table, which no software brakes gently."""
PUSHING_FAULTS = frozenset(
    ["runaway", "motor_reversed", "brake_weak", "gear_slips", "motor_short", "obstacle", "weight_shift", "regeneration"]
)
"""Faults that turn the table themselves: no warning can come before."""
BUTTONS = ("START", "RETURN", "OK", "DIZZY")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the monitors are told beforehand: the table and the permission, not the software's opinion of them."""

    upright_deg: float = -75.0
    permitted_deg: float = 90.0
    rocking_deg: float = 0.0  # how far the protocol rocks back past the gate without it being a return


def locks_closed(row: Row) -> bool:
    return row.left_primary and row.left_secondary and row.right_primary and row.right_secondary


def estop_closed(row: Row) -> bool:
    return row.estop_a_closed and row.estop_b_closed


def help_heard(row: Row) -> bool:
    """Any sound of the help ladder, from either side."""
    return row.board_buzzer == 3 or row.pi_buzzer == "help"


def _since(began_s: float | None, so: bool, now_s: float) -> float | None:
    """When it began to be so; None while it is not."""
    return (now_s if began_s is None else began_s) if so else None


@dataclass(slots=True)
class Story:
    """Running memory, brought up to date once per row before the monitors see it."""

    setting: Setting
    row: Row | None = None
    dt_s: float = 0.0
    situation: int = 0
    upright: bool = False
    pushed: bool = False  # a fault that turns the table by itself is present
    edge_s: dict[str, float] = field(default_factory=dict)  # newest press of each button
    upright_since_s: float | None = None
    locks_closed: bool = True  # all four switches
    locks_closed_since_s: float | None = None
    # emergency stop
    estop_at_s: float | None = None  # newest opening while latched
    estop_at_deg: float = 0.0
    estop_latched: bool = False
    estop_closed_since_s: float | None = None
    ok_since_s: float | None = None
    # a session
    locks_seen_open_since_s: float | None = None
    inverted_s: float = 0.0
    session_at_s: float | None = None  # left upright rest
    answer_s: float | None = None  # newest sign of life while inverted
    inverted_since_s: float | None = None
    # a return that is due
    due_at_s: float | None = None
    due_why: str = ""
    due_asked: bool = False
    due_at_deg: float = 0.0
    answers_from_s: float = 0.0  # a press since then answers for this return
    way_up_at_s: float | None = None  # since when the table has only gone up, the rest at 30 degrees included
    stood_s: float = 0.0
    hard_stop_s: float = -9.0  # newest event that entitles to an emergency stop's brake
    pi_lost_s: float | None = None
    _faults: tuple[str, bool, bool] = ("", False, False)  # as in the row, hard, pushing

    def since(self, button: str) -> float:
        """Seconds since the newest press of a button."""
        return self.row.t_s - self.edge_s.get(button, -1e9) if self.row else 1e9

    def since_any(self, *buttons: str) -> float:
        return min(self.since(button) for button in buttons)

    def update(self, row: Row) -> None:
        last, self.row = self.row, row
        before = last or row
        self.dt_s = row.t_s - before.t_s
        self.upright = row.angle_deg <= self.setting.upright_deg + 1.5
        self._buttons(before, row)
        self._durations(row)
        self._emergency(row)
        self._session(row)
        self._way_up(row)
        self._returns(before, row)
        self.situation = (
            (ESTOP_LATCHED if self.estop_latched else 0)
            | (INVERTED if row.angle_deg > 0.0 else 0)
            | (RETURN_DUE if self.due_at_s is not None else 0)
            | (FAULT_PRESENT if row.faults else 0)
            | (0 if row.mains else ON_BATTERY)
            | (0 if row.pi_alive else PI_LOST)
        )

    def _buttons(self, before: Row, row: Row) -> None:
        if row.start or row.return_ or row.ok or row.dizzy:
            now = (row.start, row.return_, row.ok, row.dizzy)
            then = (before.start, before.return_, before.ok, before.dizzy)
            for name, is_down, was_down in zip(BUTTONS, now, then, strict=True):
                if is_down and not was_down:
                    self.edge_s[name] = row.t_s
        self.ok_since_s = _since(self.ok_since_s, row.ok, row.t_s)

    def _durations(self, row: Row) -> None:
        self.upright_since_s = _since(self.upright_since_s, self.upright, row.t_s)
        self.locks_closed = row.left_primary and row.left_secondary and row.right_primary and row.right_secondary
        self.locks_closed_since_s = _since(self.locks_closed_since_s, self.locks_closed, row.t_s)
        seen_open = self.upright and not (row.left_secondary or row.right_secondary)
        self.locks_seen_open_since_s = _since(self.locks_seen_open_since_s, seen_open, row.t_s)
        self.pi_lost_s = _since(self.pi_lost_s, not row.pi_alive, row.t_s)

    def _emergency(self, row: Row) -> None:
        closed = row.estop_a_closed and row.estop_b_closed
        if not closed:
            if self.estop_closed_since_s is not None or not self.estop_latched:
                self.estop_at_s, self.estop_at_deg = row.t_s, row.angle_deg
                self.hard_stop_s = row.t_s
            self.estop_latched = True
            self.estop_closed_since_s = None
        elif self.estop_closed_since_s is None:
            self.estop_closed_since_s = row.t_s
        if self.estop_latched and closed and self.upright:
            held = self.ok_since_s is not None and row.t_s - self.ok_since_s >= 2.9
            if held and self.estop_closed_since_s is not None and row.t_s - self.estop_closed_since_s >= 0.9:
                self.estop_latched = False
        if row.faults and row.faults != self._faults[0]:
            names = row.faults.split("+")
            self._faults = (row.faults, not HARD_FAULTS.isdisjoint(names), not PUSHING_FAULTS.isdisjoint(names))
        self.pushed = bool(row.faults) and self._faults[2]
        if (row.faults and self._faults[1]) or not row.board_runs or row.lever_pulled:
            self.hard_stop_s = row.t_s

    def _session(self, row: Row) -> None:
        if row.angle_deg > 0.0:
            self.inverted_s += self.dt_s
            if self.inverted_since_s is None:
                self.inverted_since_s = self.answer_s = row.t_s
            if row.ok or row.start or row.return_:
                self.answer_s = row.t_s
        else:
            self.inverted_since_s = self.answer_s = None
        cleared = self.locks_seen_open_since_s is not None and row.t_s - self.locks_seen_open_since_s >= 30.0
        if cleared:
            self.inverted_s = 0.0
        if row.angle_deg > self.setting.upright_deg + 3.5 and self.session_at_s is None:
            self.session_at_s = row.t_s
        if self.upright and self.session_at_s is not None:
            self.session_at_s = None

    def _way_up(self, row: Row) -> None:
        """One way up ends by going down, or by standing longer than its rest (12 s and the warning) or, elsewhere, a change of hands."""
        self.stood_s = self.stood_s + self.dt_s if row.peak_rate_dps < AT_REST_DPS else 0.0
        longest_s = 16.0 if abs(row.angle_deg - 30.0) <= 2.5 else 4.0
        if row.rate_dps > AT_REST_DPS or self.stood_s > longest_s:
            self.way_up_at_s = None
        elif row.rate_dps < -AT_REST_DPS and self.way_up_at_s is None:
            self.way_up_at_s = row.t_s

    def _returns(self, before: Row, row: Row) -> None:
        if self.session_at_s is None:
            self.due_at_s, self.due_why, self.due_asked = None, "", False
            return
        if row.return_ and self.since("RETURN") == 0.0 and not self.estop_latched:
            self._due(row, "RETURN", asked=True)
        if self.due_at_s is None:
            why = self._trip(before, row)
            if why:
                self._due(row, why, asked=False)

    def _due(self, row: Row, why: str, *, asked: bool) -> None:
        if self.due_at_s is None:
            self.due_at_s, self.due_why, self.due_at_deg = row.t_s, why, row.angle_deg
            began_s = None if why == "unanswered" else self.way_up_at_s  # silence is what came after the newest press
            self.answers_from_s = row.t_s if began_s is None else began_s
        self.due_asked = self.due_asked or asked

    def _trip(self, before: Row, row: Row) -> str:
        """What, by the requirements, makes a return due without anybody asking."""
        why = ""
        if not self.locks_closed:
            why = "ankle lock open"
        elif not row.mains:
            why = "mains lost"
        elif self.pi_lost_s is not None and row.t_s - self.pi_lost_s >= 2.2:
            why = "Pi silent"
        elif row.pi_starts != before.pi_starts:
            why = "Pi restarted"
        elif row.board_resets != before.board_resets:
            why = "board reset"
        elif self.answer_s is not None and row.t_s - self.answer_s > 84.0 and not self.estop_latched:
            why = "unanswered"
        return why
