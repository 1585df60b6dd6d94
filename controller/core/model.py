"""The nouns of the decision core: what comes in, what goes out.  Values only.

Angles are inversion angles in degrees (0 level, + head down, negative head up); rates are positive for descent.
Every input's default is its dangerous value: nothing counts as healthy until it has been read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, IntEnum
from math import inf

from controller.core.asking import Asking, Confirmed
from controller.core.wire import BoardMode, Request

NEVER_S = inf
"""The age of a reading that has never been taken."""


# ------------------------------------------------------------------ what comes in


@dataclass(frozen=True, slots=True, kw_only=True)
class ImuReading:
    """One LSM6DS sample in the chip's own axes, and how far it can be believed."""

    accel_mps2: tuple[float, float, float] = (0.0, 0.0, 0.0)
    gyro_dps: tuple[float, float, float] = (0.0, 0.0, 0.0)
    chip_time_s: float = 0.0  # the chip's own time stamp; standing still means a stuck sensor
    age_s: float = NEVER_S  # since the newest good transfer, by the Pi's clock
    configured: bool = False  # identity, ranges and data rates read back as set


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Button levels as the pins read now; True is pressed.  Debouncing is the core's."""

    start: bool = False
    return_: bool = False
    dizzy: bool = False
    ok: bool = False
    select_minus: bool = False
    select_plus: bool = False
    spotter: bool = False
    age_s: float = NEVER_S


@dataclass(frozen=True, slots=True, kw_only=True)
class AnkleLocks:
    """Primary switches; the secondary ones are the board's."""

    left_closed: bool = False
    right_closed: bool = False

    @property
    def all_closed(self) -> bool:
        return self.left_closed and self.right_closed


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardReport:
    """The drive board as its newest telemetry tells it; see firmware/protocol.toml for each field."""

    age_s: float = NEVER_S  # since the newest whole status *and* detail
    identified: bool = False  # schema hash heard and equal to ours
    mode: BoardMode = BoardMode.FAULT
    reasons: int = 0  # bits of wire.BoardReason
    flags: int = 0  # bits of wire.StatusFlag
    contacts: int = 0  # bits of wire.Contact
    angle_deg: float = 0.0
    rate_dps: float = 0.0
    current_ma: int = 0
    pot_deg: float = 0.0
    encoder_deg: float = 0.0
    battery_mv: int = 0
    budget_left_s: float = 0.0
    rest_s: float = 0.0
    challenge: int = 0
    command_seq: int = 0
    tick_ms: int = 0
    round_trip_s: float = NEVER_S  # newest measured command -> echo time
    reset_cause: int = 0
    uptime_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """How the Pi itself is doing."""

    late_s: float = 0.0  # how late this tick began
    temperature_c: float = inf
    storage_ok: bool = False  # records can be written
    config_ok: bool = False
    watcher_ok: bool = True  # of the dead man on another host (SR14): in reach, or none is configured
    watcher_armed: bool = True  # ... and it watches


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """Something said and shown at a moment of a stage."""

    at_s: float  # after the stage's hold began
    key: str  # phrase key: lower-case words joined by underscores
    text: str  # what is shown and spoken, 80 characters at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Oscillation:
    """Slow rocking between the stage's angle and `to_deg`, both on one side of the gate."""

    to_deg: float
    period_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One step of a protocol: go to `angle_deg`, stay `hold_s`.  It keeps its prompts in the order of their moments, however they come."""

    angle_deg: float
    hold_s: float
    prompts: tuple[Prompt, ...] = ()
    way_prompts: tuple[Prompt, ...] = ()  # on the way there; their at_s counts from the beginning of that motion (TP7)
    oscillation: Oscillation | None = None

    def __post_init__(self) -> None:
        for name in ("prompts", "way_prompts"):
            object.__setattr__(self, name, tuple(sorted(getattr(self, name), key=lambda prompt: prompt.at_s)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPlan:
    """What one session will do; the ceiling is the person's, the stages are the protocol's."""

    name: str
    title: str
    ceiling_deg: float
    stages: tuple[Stage, ...]
    max_inverted_s: float = 600.0
    dizzy_to_level: bool = False  # a clinician's setting (TP10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why Start is not obeyed, and what lifts it."""

    rule: str  # "SR6", "TP8" ...
    says: str  # plain words
    way_back: str  # what to do
    name: str = ""  # of the programme's rule, unique among them: what lifts it is found by it; empty for the core's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """The programme's answer to "may they start, and what?".  The seam behind which people and clearance live."""

    plan: SessionPlan | None = None
    refusals: tuple[Refusal, ...] = ()  # rule, words, how it lifts; any entry refuses Start
    spotter_required: bool = True
    reminders: tuple[Prompt, ...] = ()  # told one after another while the table is idle (TP5, TP14); their at_s says nothing
    asking: Asking | None = None  # what can be confirmed at the panel while it is idle (TP3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Latches:
    """What must survive a restart of the Pi's service."""

    inspection_due: bool = True  # an ankle lock opened off upright rest: OK and SPOTTER held 5 s at upright rest
    load_refused: bool = False  # over-weight or wrong balance seen (fault 86): lifted by inspection too
    clean_shutdown: bool = False  # False at start means the last run ended mid-session (SR13)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """One consistent snapshot of the world, taken once per tick."""

    now_s: float  # monotonic
    imu: ImuReading = ImuReading()
    panel: Panel = Panel()
    ankles: AnkleLocks = AnkleLocks()
    estop_aux_closed: bool = False  # auxiliary contact of the emergency stop; True is healthy
    board: BoardReport = BoardReport()
    host: Host = Host()
    permission: Permission = Permission()


# ------------------------------------------------------------------ what goes out


class Mode(Enum):
    """Where a session is, as the Pi sees it.  Scenario files and traces use these names."""

    STARTING = "STARTING"  # until every input has been read and the board identified
    IDLE = "IDLE"  # at upright rest, no session
    PROOF_TEST = "PROOF_TEST"  # Start obeyed; SR16's tests within 3 degrees of upright rest
    DESCENDING = "DESCENDING"
    HOLDING = "HOLDING"
    PAUSED = "PAUSED"  # controlled stop and ask
    RETURNING = "RETURNING"  # the Pi steers the controlled return
    RESTING = "RESTING"  # the rest of SR3, at the gate or where a return past it began
    BOARD_RETURN = "BOARD_RETURN"  # the board brings the person up by itself
    LEVEL_WAIT = "LEVEL_WAIT"  # SR15: at level until OK or RETURN
    DIZZY_BACK = "DIZZY_BACK"  # going back down to 30 degrees
    DIZZY_WAIT = "DIZZY_WAIT"  # waiting for the dizziness to pass, until RETURN
    SETTLING = "SETTLING"  # at upright rest, locks still closed
    RELEASE = "RELEASE"  # the locks may be opened
    STOPPED = "STOPPED"  # emergency stop, latched in the board
    RESCUE = "RESCUE"  # RETURN held after an emergency stop
    FAULT = "FAULT"  # emergency-stop reaction to a fault, latched in the board

    __hash__ = object.__hash__  # each member is one object; Enum's own hash is worked out in Python, ten times a tick


class Action(IntEnum):
    """What a safety rule demands.  The greatest one wins."""

    ALLOW = 0
    WARN = 1  # LOG: record and alarm, nothing moves differently
    PAUSE = 2  # controlled stop, brake, ask
    RETURN = 3  # controlled stop of a descent, controlled return
    RETURN_HALF_RATE = 4
    BOARD_RETURN = 5  # the same, steered by the board because the Pi's angle cannot be trusted
    SILENCE = 6  # stop commanding at all, so that the board takes over (SR7)
    TRIP = 7  # emergency-stop reaction


class Clears(Enum):
    """When a broken rule's demand goes away."""

    WHEN_GOOD = "when good again"
    AT_UPRIGHT = "at upright rest"
    BY_RESET = "by reset"  # at upright rest, both channels closed 1 s, OK held 3 s
    BY_INSPECTION = "by inspection"  # at upright rest, OK and SPOTTER held 5 s
    NEVER = "not while the service runs"


class Lamp(Enum):
    OFF = "off"
    ON = "on"
    BLINK = "blink"  # 1 Hz
    FLASH = "flash"  # 4 Hz


class Buzzer(Enum):
    OFF = "off"
    WARNING = "warning"  # two seconds before motion nobody just asked for
    ASK = "ask"  # are you all right?
    ALARM = "alarm"
    HELP = "help"  # SR14


@dataclass(frozen=True, slots=True, kw_only=True)
class Lamps:
    ready: Lamp = Lamp.OFF
    moving: Lamp = Lamp.OFF
    release_ok: Lamp = Lamp.OFF
    fault: Lamp = Lamp.OFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What the Pi asks of the board this tick; expires after 100 ms."""

    request: Request = Request.HOLD
    rate_dps: float = 0.0
    imu_angle_deg: float | None = None  # None: not to be used as a witness
    permitted_angle_deg: float = 0.0
    unasked: bool = False
    half_rate: bool = False
    session: bool = False
    alarm: bool = False
    warn: bool = False
    challenge: int = 0  # the newest challenge heard; the link turns it into the reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A safety rule that is broken now or whose demand has not cleared."""

    rule: str  # "SR8"
    name: str  # snake_case, unique: "imu_stuck"
    says: str  # plain words: what happened
    way_back: str  # plain words: what to do


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of the story: mode change, refusal, trip, prompt, button.  For journal, timeline and screen."""

    at_s: float
    kind: str  # "mode", "refusal", "reason", "cleared", "prompt", "ask", "answer", "ladder", "button", "plan", "proof"
    text: str
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """Everything the Pi does this tick.  A default Outputs moves nothing."""

    command: Command | None = None  # None: stay silent, so that the board takes over
    mode: Mode = Mode.STARTING
    lamps: Lamps = Lamps(fault=Lamp.ON)
    buzzer: Buzzer = Buzzer.OFF
    release_locks: bool = False  # optional lock solenoid
    lines: tuple[str, str] = ("", "")  # 21 characters each
    turned: bool = False  # text turned round because the reader is inverted
    phrase: str = ""  # spoken once; empty on every tick but the one it begins
    urgent: bool = False  # the phrase cuts what is being said
    ladder: int = 0  # help ladder: 0 off, 1 tone, 2 speech, 3 remote notice
    reasons: tuple[Reason, ...] = ()
    refusals: tuple[Refusal, ...] = ()  # what would refuse Start now
    events: tuple[Event, ...] = ()
    latches: Latches = field(default_factory=Latches)  # what must be on the disk; written by the journal, off this thread
    angle_deg: float | None = None  # the Pi's own angle, None when it has none it trusts
    rate_dps: float = 0.0
    target_deg: float | None = None
    hold_left_s: float = 0.0
    rest_left_s: float = 0.0
    inverted_s: float = 0.0  # of this session's budget
    selection: int = 0  # SELECT -/+: which protocol is shown (-1 and +1 steps since start)
    plan: SessionPlan | None = None  # of the session under way; while none is open, what Start would begin
    confirmed: Confirmed | None = None  # at the panel, on the tick in which the last point was
