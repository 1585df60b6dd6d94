"""Writes down what happens: a trace row per tick, the timeline, the phases.  Reads the world and the process; changes neither."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from controller.core.model import BoardReport, Buzzer, Lamps, Mode, Outputs, Reason
from controller.core.quick import Draft, closed, drafter
from controller.core.wire import BOARD_REASONS, BoardMode, Request
from sim.expectations import Moment
from sim.process import Process
from sim.scenario import DEAD
from sim.trace import Row
from sim.world import CONTACT, World

if TYPE_CHECKING:
    from sim.runner import Result

_MODES = tuple(mode.name for mode in BoardMode)
_TOLD = ("refusal", "confirmed", "prompt", "ask", "answer", "plan", "proof", "load", "ladder", "cleared")
_NAMES = {mode: mode.name for mode in Mode}
_REQUESTS = tuple(request.name for request in Request)
"""An Enum's `.name` is worked out in Python each time."""
_NO_REPORT = BoardReport()
_CONTACTS = tuple(
    1 << CONTACT[name]
    for name in ("ankle_left_primary", "ankle_left_secondary", "ankle_right_primary", "ankle_right_secondary", "dizzy", "spotter")
)
"""In the order in which a row takes them."""
_row = drafter(Row)
STARTS_WITHIN_S = 5.0
"""As long as the Pi itself waits for its sensors before it tells what is broken."""


class Recorder:
    """The pen of one run."""

    def __init__(self, world: World, process: Process, result: Result, tell: Callable[[Moment], None]) -> None:
        self._world = world
        self._process = process
        self._result = result
        self._tell = tell
        self._lamps: tuple[Lamps, str] = (Lamps(), "off off off off")
        self._reasons: tuple[tuple[Reason, ...], str] = ((), "")
        self._board_reasons: dict[int, str] = {0: ""}
        self._buzzer: tuple[Buzzer, str] = (Buzzer.OFF, "off")
        self._wires = -1
        self._contacts: tuple[bool, ...] = ()
        self._told_reasons = 0
        self._report = _NO_REPORT
        self._now_s = 0.0
        self._boots = world.truth().boot_count

    def note(self, kind: str, text: str, rule: str = "") -> None:
        """One line of the timeline."""
        moment = Moment(t_s=self._now_s, kind=kind, text=text, rule=rule)
        self._result.timeline.append(moment)
        self._tell(moment)

    def row(self) -> Row:
        """The tick that has just passed."""
        outputs, inputs = self._process.disk.outputs, self._process.disk.inputs
        if inputs is not None:
            self._report = inputs.board
        new = _row()
        board_reasons = self._physics(new)
        self._heard(new, outputs)
        self._believed(new, outputs)
        new.board_reasons = self._board_words(board_reasons)
        row = closed(new, Row)
        self._result.rows.append(row)
        self._tell_changes(row, board_reasons, outputs)
        return row

    def _physics(self, new: Draft) -> int:
        """What is so, contacts and fingers included, in the order of sim.world.Truth; returns the board's reasons."""
        (
            now_s, new.angle_deg, new.rate_dps, _, new.peak_rate_dps, new.peak_accel_dps2, _, new.peak_angle_deg, new.low_angle_deg,
            _, motor_a, bus_v, _, _, _, _, _, _, new.duty, boots, board_reasons, new.board_flags, board_mode, _, new.board_buzzer,
            _, _, _, new.brake_set, new.contactor_closed, _, new.mains, new.board_runs, _, new.estop_a_closed, new.estop_b_closed,
            _, _, _, _, new.lever_pulled, new.start, new.return_, new.ok,
        ) = self._world.truth_values()  # fmt: skip
        new.t_s = self._now_s = round(now_s, 6)
        new.current_ma, new.battery_mv = round(motor_a * 1000.0), round(bus_v * 1000.0)
        new.board_resets, new.board_mode = boots - self._boots, _MODES[board_mode]
        wires = self._world.wires()
        if wires != self._wires:
            self._wires, self._contacts = wires, tuple([wires & contact != 0 for contact in _CONTACTS])
        new.left_primary, new.left_secondary, new.right_primary, new.right_secondary, new.dizzy, new.spotter = self._contacts
        return int(board_reasons)

    def _heard(self, new: Draft, outputs: Outputs) -> None:
        """What a bystander hears and sees, who is alive, and what is broken."""
        alive = self._process.alive
        new.pi_alive, new.pi_starts = alive, self._process.starts
        new.pi_mode = _NAMES[outputs.mode] if alive else DEAD
        new.pi_buzzer = self._buzzer_words(outputs.buzzer) if alive else "off"
        new.lamps, new.said = self._lamp_words(outputs.lamps), self._process.disk.said
        new.faults = "+".join(self._world.active_faults) if self._world.broken else ""

    def _believed(self, new: Draft, outputs: Outputs) -> None:
        """What the Pi decided, then what the board said."""
        report, command = self._report, outputs.command
        new.pi_angle_deg, new.pi_rate_dps, new.pi_target_deg = outputs.angle_deg, outputs.rate_dps, outputs.target_deg
        new.pi_hold_left_s, new.pi_rest_left_s, new.pi_inverted_s = outputs.hold_left_s, outputs.rest_left_s, outputs.inverted_s
        new.pi_ladder, new.pi_reasons = outputs.ladder, self._reason_words(outputs.reasons)
        new.request = _REQUESTS[command.request] if command is not None else ""
        new.request_rate_dps = command.rate_dps if command is not None else 0.0
        new.board_angle_deg, new.board_rate_dps = report.angle_deg, report.rate_dps
        new.pot_deg, new.encoder_deg = report.pot_deg, report.encoder_deg
        new.board_rest_s, new.board_budget_left_s = report.rest_s, report.budget_left_s

    @staticmethod
    def _only_starting(row: Row) -> bool:
        """Before anybody has spoken to the board it misses the Pi and its battery: news only if it lasts beyond the start."""
        return row.pi_starts == 1 and row.pi_mode == "STARTING" and row.t_s <= STARTS_WITHIN_S

    def _buzzer_words(self, buzzer: Buzzer) -> str:
        if buzzer is not self._buzzer[0]:
            self._buzzer = (buzzer, buzzer.value)
        return self._buzzer[1]

    def _lamp_words(self, lamps: Lamps) -> str:
        if lamps is not self._lamps[0]:
            self._lamps = (lamps, f"{lamps.ready.value} {lamps.moving.value} {lamps.release_ok.value} {lamps.fault.value}")
        return self._lamps[1]

    def _reason_words(self, reasons: tuple[Reason, ...]) -> str:
        if reasons is not self._reasons[0]:
            self._reasons = (reasons, "+".join(reason.name for reason in reasons))
        return self._reasons[1]

    def _board_words(self, reasons: int) -> str:
        words = self._board_reasons.get(reasons)
        if words is None:
            words = "+".join(name for bit, (_rule, name, _says) in BOARD_REASONS.items() if reasons & bit)
            self._board_reasons[reasons] = words
        return words

    # ------------------------------------------------------------ the timeline

    def _tell_changes(self, row: Row, board_reasons: int, outputs: Outputs) -> None:
        result = self._result
        if not result.modes or result.modes[-1] != row.pi_mode:
            result.modes.append(row.pi_mode)
            result.phases.setdefault(row.pi_mode, []).append(row.t_s)
            self.note("mode", f"{row.pi_mode} at {row.angle_deg:.1f} deg")
        before = result.rows[-2] if len(result.rows) > 1 else None
        if before is None or before.board_mode != row.board_mode:
            result.phases.setdefault(f"board.{row.board_mode}", []).append(row.t_s)
            self.note("board", f"{row.board_mode} at {row.angle_deg:.1f} deg")
        new = 0 if self._only_starting(row) else board_reasons & ~self._told_reasons
        if new != 0:
            for bit, (rule, name, says) in BOARD_REASONS.items():
                if new & bit:
                    self.note("reason", f"board: {name}: {says}", rule)
        self._told_reasons &= board_reasons
        self._told_reasons |= new
        if row.pi_alive:
            for event in outputs.events:
                if event.kind in _TOLD:
                    self.note(event.kind, event.text, event.rule)
                elif event.kind == "reason":
                    self.note("reason", f"Pi: {event.text}", event.rule)
