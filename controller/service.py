"""The loop: sense, step, act, publish, in that order, once per tick.  Touches the world only through its ports.

Nothing here catches a failure: a crash is a safe state.  The board hears no command, stops, and brings the person up.
"""

from __future__ import annotations

from collections.abc import Callable

from controller.core.limits import Limits
from controller.core.model import Mode
from controller.core.state import State
from controller.core.step import step
from controller.ports import NOBODY_LISTENS, Heartbeat, Journal, Machine, Telemetry, Voice

STATUS = {mode: mode.value for mode in Mode}
"""What the service manager is told."""


def tick(
    state: State,
    machine: Machine,
    voice: Voice,
    journal: Journal,
    heartbeat: Heartbeat,
    limits: Limits,
    telemetry: Telemetry = NOBODY_LISTENS,
) -> State:
    """One tick, without the wait for the next."""
    inputs = machine.sense()
    state, outputs = step(state, inputs, limits)
    machine.act(outputs)
    if outputs.phrase:
        voice.say(outputs.phrase, outputs.urgent)
    journal.put(inputs, outputs)
    telemetry.put(inputs, outputs)
    heartbeat.beat(STATUS[outputs.mode])
    return state


def run(
    machine: Machine,
    voice: Voice,
    journal: Journal,
    heartbeat: Heartbeat,
    limits: Limits,
    stop: Callable[[], bool],
    telemetry: Telemetry = NOBODY_LISTENS,
) -> None:
    """Tick until `stop()`.  Begins in STARTING with what the last run left behind (SR13)."""
    state = State.initial(journal.latches())
    heartbeat.ready()
    while not stop():
        machine.wait_for_tick()
        state = tick(state, machine, voice, journal, heartbeat, limits, telemetry)
    heartbeat.stopping()
