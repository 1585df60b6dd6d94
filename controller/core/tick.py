"""What one tick has found and decided so far: Tick.  Values only; filled from top to bottom by `step`, `drive` and `display.show`.

It lives for one tick.  A field that is read before it is filled is an AttributeError: the process dies and the board takes over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from controller.core.answers import Ask
    from controller.core.dialogue import Dialogue
    from controller.core.facts import Facts
    from controller.core.ladder import Ladder, Progress
    from controller.core.load import Load
    from controller.core.model import Buzzer, Command, Event, Lamps, Mode, Prompt, Reason, Refusal
    from controller.core.modes import Signal
    from controller.core.motion import MotionState
    from controller.core.panel import Screen
    from controller.core.proof import Proof
    from controller.core.safety import Safety, Verdict
    from controller.core.session import Session


@dataclass(slots=True, init=False, eq=False)
class Tick:
    """In the order in which it is found; `f` is what was so before the tick decided anything."""

    f: Facts
    safety: Safety  # every rule judged ...
    verdict: Verdict  # ... and what they demand together
    refused: tuple[Refusal, ...]  # why Start would not be obeyed
    answered: bool  # OK or RETURN, here or on the board's own wires
    session: Session
    proof: Proof
    steady_s: float  # how long everything has been at rest
    clean_start: bool  # the last run of the service did not end mid-session
    hold_left_s: float  # of the hold under way; 0.0 outside one
    mode: Mode  # just decided; f.mode is the one before
    signal: Signal | None  # that led there; None when the mode stays
    inspected: bool  # OK and SPOTTER held long enough, and something was due
    warned_s: float  # how long the warning before the coming motion has sounded
    hold_s: float  # held in this stage
    way_s: float  # on the way to this stage
    inverted_s: float  # of this session's budget
    dialogue: Dialogue
    prompt: Prompt | None  # whose moment has come
    motion: MotionState  # planned
    target_deg: float | None  # where it goes
    warning: bool  # sounds now
    command: Command | None  # None: the board is not heard, and will not hear us
    ask: Ask
    progress: Progress
    ladder: Ladder
    load: Load
    reasons: tuple[Reason, ...]  # that the story knows; see story.tellable
    screen: Screen
    lamps: Lamps
    buzzer: Buzzer
    release_locks: bool
    turned: bool  # the lines, for a reader who is inverted
    phrase: str
    urgent: bool  # the phrase cuts what is being said
    rest_left_s: float
    events: tuple[Event, ...]
