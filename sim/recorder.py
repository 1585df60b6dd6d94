"""Writes down what happens: a trace row per tick, the timeline, the phases.  Reads the world and the process; changes neither."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from controller.core.model import BoardReport, Buzzer, Lamps, Mode, Outputs, Reason
from controller.core.wire import BOARD_REASONS, BoardMode, Request
from sim.expectations import Moment
from sim.process import Process
from sim.scenario import DEAD
from sim.trace import Row
from sim.world import CONTACT, Truth, World

if TYPE_CHECKING:
    from sim.runner import Result

_MODES = tuple(mode.name for mode in BoardMode)
_TOLD = ("refusal", "prompt", "ask", "answer", "plan", "proof", "ladder", "cleared")
_NAMES = {mode: mode.name for mode in Mode}
_REQUESTS = tuple(request.name for request in Request)
_WORDS = {buzzer: buzzer.value for buzzer in Buzzer}
"""An Enum's `.name` and `.value` are worked out in Python each time."""
_NO_REPORT = BoardReport()
_ANKLE_LEFT_PRIMARY = 1 << CONTACT["ankle_left_primary"]
_ANKLE_LEFT_SECONDARY = 1 << CONTACT["ankle_left_secondary"]
_ANKLE_RIGHT_PRIMARY = 1 << CONTACT["ankle_right_primary"]
_ANKLE_RIGHT_SECONDARY = 1 << CONTACT["ankle_right_secondary"]
_DIZZY = 1 << CONTACT["dizzy"]
_SPOTTER = 1 << CONTACT["spotter"]
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
        truth = self._world.truth()
        self._now_s = round(truth.now_s, 6)
        outputs = self._process.disk.outputs
        inputs = self._process.disk.inputs
        if inputs is not None:
            self._report = inputs.board
        row = self._row(truth, outputs)
        self._result.rows.append(row)
        self._tell_changes(row, truth, outputs)
        return row

    def _row(self, truth: Truth, outputs: Outputs) -> Row:
        """In the order of Row's columns."""
        return Row._make((*self._physics(truth), *self._heard(truth, outputs), *self._believed(truth, outputs)))

    def _physics(self, truth: Truth) -> tuple[object, ...]:
        """What is so, contacts and fingers included."""
        wires = self._world.wires()
        return (
            self._now_s,
            truth.angle_deg,
            truth.rate_dps,
            truth.max_angle_deg,
            truth.min_angle_deg,
            truth.peak_rate_dps,
            truth.peak_accel_dps2,
            truth.brake_on,
            truth.contactor_closed,
            truth.duty,
            round(truth.motor_a * 1000.0),
            round(truth.bus_v * 1000.0),
            truth.mains,
            truth.estop_a_closed,
            truth.estop_b_closed,
            wires & _ANKLE_LEFT_PRIMARY != 0,
            wires & _ANKLE_LEFT_SECONDARY != 0,
            wires & _ANKLE_RIGHT_PRIMARY != 0,
            wires & _ANKLE_RIGHT_SECONDARY != 0,
            truth.start_pressed,
            truth.return_pressed,
            truth.ok_pressed,
            wires & _DIZZY != 0,
            wires & _SPOTTER != 0,
            truth.release_pulled,
        )

    def _heard(self, truth: Truth, outputs: Outputs) -> tuple[object, ...]:
        """What a bystander hears and sees, and who is alive."""
        alive = self._process.alive
        return (
            truth.buzzer,
            _WORDS[outputs.buzzer] if alive else "off",
            self._lamp_words(outputs.lamps),
            self._process.disk.said,
            alive,
            self._process.starts,
            truth.board_running,
            truth.boot_count - self._boots,
            "+".join(self._world.active_faults),
        )

    def _believed(self, truth: Truth, outputs: Outputs) -> tuple[object, ...]:
        """What the Pi decided, then what the board said."""
        report, command = self._report, outputs.command
        return (
            _NAMES[outputs.mode] if self._process.alive else DEAD,
            outputs.angle_deg,
            outputs.rate_dps,
            outputs.target_deg,
            outputs.hold_left_s,
            outputs.rest_left_s,
            outputs.inverted_s,
            outputs.ladder,
            self._reason_words(outputs.reasons),
            _REQUESTS[command.request] if command is not None else "",
            command.rate_dps if command is not None else 0.0,
            _MODES[truth.board_mode],
            report.angle_deg,
            report.rate_dps,
            report.pot_deg,
            report.encoder_deg,
            self._board_words(truth.board_reasons),
            truth.board_flags,
            report.rest_s,
            report.budget_left_s,
        )

    @staticmethod
    def _only_starting(row: Row) -> bool:
        """Before anybody has spoken to the board it misses the Pi and its battery: news only if it lasts beyond the start."""
        return row.pi_starts == 1 and row.pi_mode == "STARTING" and row.t_s <= STARTS_WITHIN_S

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

    def _tell_changes(self, row: Row, truth: Truth, outputs: Outputs) -> None:
        result = self._result
        if not result.modes or result.modes[-1] != row.pi_mode:
            result.modes.append(row.pi_mode)
            result.phases.setdefault(row.pi_mode, []).append(row.t_s)
            self.note("mode", f"{row.pi_mode} at {row.angle_deg:.1f} deg")
        before = result.rows[-2] if len(result.rows) > 1 else None
        if before is None or before.board_mode != row.board_mode:
            result.phases.setdefault(f"board.{row.board_mode}", []).append(row.t_s)
            self.note("board", f"{row.board_mode} at {row.angle_deg:.1f} deg")
        new = 0 if self._only_starting(row) else truth.board_reasons & ~self._told_reasons
        if new != 0:
            for bit, (rule, name, says) in BOARD_REASONS.items():
                if new & bit:
                    self.note("reason", f"board: {name}: {says}", rule)
        self._told_reasons &= truth.board_reasons
        self._told_reasons |= new
        if row.pi_alive:
            for event in outputs.events:
                if event.kind in _TOLD:
                    self.note(event.kind, event.text, event.rule)
                elif event.kind == "reason":
                    self.note("reason", f"Pi: {event.text}", event.rule)
