"""Everything the core remembers from one tick to the next.  One frozen value; `step` makes the next one."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf

from controller.core import answers, dialogue, ladder, rest, session
from controller.core.buttons import Buttons
from controller.core.load import NOT_YET, Load
from controller.core.model import Latches, Mode, Reason
from controller.core.motion import AT_REST, MotionState
from controller.core.panel import Screen
from controller.core.proof import Proof
from controller.core.safety import Safety
from controller.core.tilt import TiltState
from controller.core.watch import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The whole state of the decision core."""

    now_s: float | None = None  # None until the first tick
    mode: Mode = Mode.STARTING
    since_s: float = 0.0  # when the mode was entered
    buttons: Buttons = field(default_factory=Buttons)
    tilt: TiltState = field(default_factory=TiltState)
    watch: Watch = field(default_factory=Watch)
    safety: Safety = field(default_factory=Safety)
    session: session.Session = session.NONE
    rest: rest.Rest = rest.NONE
    ask: answers.Ask = answers.HEARD
    progress: ladder.Progress = ladder.NOT_DUE
    ladder: ladder.Ladder = ladder.OFF
    proof: Proof = field(default_factory=Proof)
    load: Load = NOT_YET
    motion: MotionState = AT_REST
    warned_s: float = 0.0  # how long the warning before the coming motion has sounded (SR4)
    warning: bool = False  # ... and sounds now
    hold_s: float = 0.0  # held in this stage
    way_s: float = 0.0  # on the way to this stage
    inverted_s: float = 0.0  # of this session's budget (SR2)
    selection: int = 0
    latched_s: float = inf  # since when an emergency stop has been latched
    asked_up_s: float = inf  # when RETURN was first pressed in the stop for a fault that goes on
    spotted_s: float = -inf  # when SPOTTER was last pressed
    screen: Screen = field(default_factory=Screen)
    latches: Latches = field(default_factory=Latches)
    dialogue: dialogue.Dialogue = dialogue.CLOSED
    reminded: tuple[str, ...] = ()  # keys of the reminders that have been told since they are due
    told: tuple[Reason, ...] = ()  # reasons the story has told and not seen cleared

    @staticmethod
    def initial(latches: Latches) -> State:
        """As the service starts: nothing read, nothing trusted, nothing moves."""
        return State(latches=latches)
