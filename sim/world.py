"""The simulated world: physics, sensors, contacts, serial line and the real board code, in virtual time.  Must never read a clock.

Python enters only at step boundaries; all that happens within a millisecond is C (sim/native).  Same seed, same calls, same bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from sim import board_native, faults
from sim.table import EVERYBODY, IMU_ACCEL_BIAS_MPS2, IMU_AXES, IMU_GYRO_BIAS_DPS, TABLE, Person

if TYPE_CHECKING:
    from sim.avr.processor import Processor
    from sim.board_avr import AvrBoard

CONTACTS: tuple[str, ...] = (
    "start",
    "return",
    "dizzy",
    "ok",
    "select_minus",
    "select_plus",
    "spotter",
    "ankle_left_primary",
    "ankle_right_primary",
    "estop_aux",
    "ankle_left_secondary",
    "ankle_right_secondary",
    "estop_a",
    "estop_b",
    "release",
)
"""The order of sim/native/contacts.h."""
CONTACT: dict[str, int] = {name: number for number, name in enumerate(CONTACTS)}
BOARDS: tuple[str, ...] = ("native", "avr")
BUTTONS: tuple[str, ...] = CONTACTS[:7]
SIDES: tuple[str, ...] = ("left", "right")


class Truth(NamedTuple):
    """What is so, whatever any sensor or program believes.  Peaks are since the previous truth(); fields as in world_api.h."""

    now_s: float
    angle_deg: float
    rate_dps: float
    accel_dps2: float  # change of rate over the last 50 ms
    peak_rate_dps: float
    peak_accel_dps2: float
    peak_raw_accel_dps2: float  # of single milliseconds
    max_angle_deg: float
    min_angle_deg: float
    rotor_angle_deg: float
    motor_a: float
    bus_v: float
    battery_charge: float  # 0..1
    gravity_nm: float
    still_s: float
    gate_rest_s: float
    inverted_s: float
    upright_s: float
    duty: int
    boot_count: int
    board_reasons: int
    board_flags: int
    board_mode: int
    board_contacts: int
    buzzer: int
    reset_cause: int
    brake_released_asked: bool
    contactor_asked: bool
    brake_on: bool
    contactor_closed: bool
    motor_powered: bool
    mains: bool
    board_running: bool
    overcurrent_latched: bool
    estop_a_closed: bool
    estop_b_closed: bool
    ankle_left_closed: bool
    ankle_right_closed: bool
    end_stop_up_closed: bool
    end_stop_down_closed: bool
    release_pulled: bool
    start_pressed: bool
    return_pressed: bool
    ok_pressed: bool


_TRUTH = struct.Struct("<18d2i2I4B18?")


class Instruments(NamedTuple):
    """The board's instruments as counts, and what arrives on its serial wire whether it is believed or not."""

    pot_counts: int
    current_counts: int
    battery_counts: int
    mains_counts: int
    bandgap_counts: int
    encoder_counts: int
    rx_bytes: int
    rx_frames: int
    rx_bad: int
    rate_cdps: int
    reply: int
    schema: int
    tick_ms: int
    seq: int
    request: int


class ImuSample(NamedTuple):
    """The chip's own axes, before its registers quantise it."""

    accel_mps2: tuple[float, float, float]
    gyro_dps: tuple[float, float, float]
    chip_time_s: float
    number: int  # samples taken since the start


@dataclass(slots=True)
class Host:
    """How the simulated Raspberry Pi is doing; the machine of either depth reads it."""

    temperature_c: float = 45.0
    storage_ok: bool = True
    config_ok: bool = True
    watcher_ok: bool = True  # the dead man on another host is in reach and watches (fault 91)
    late_s: float = 0.0  # every tick begins this late (fault 55)
    stall_s: float = 0.0  # once: the process does not run this long, then goes on (faults 52, 53)
    down_s: float = 0.0  # once: the process is dead this long, then starts afresh (faults 50, 51, 62, 64)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A whole world; World.restore() goes back to it."""

    data: bytes
    host: Host
    active: dict[str, dict[str, float]]


class World:
    """One table, one person, one drive board."""

    def __init__(
        self, seed: int = 1, person: Person = EVERYBODY, *, angle_deg: float = -75.0, sanitised: bool = False, board: str = "native"
    ) -> None:
        self._ffi, self._lib = board_native.load(sanitised=sanitised)
        self._memory = self._ffi.new("char[]", self._lib.world_size())
        self._world = self._ffi.cast("world_t *", self._memory)
        self._truth = self._ffi.new("truth_t *")
        self._truth_bytes = self._ffi.buffer(self._truth)
        self._imu_buffers = (self._ffi.new("double[3]"), self._ffi.new("double[3]"), self._ffi.new("double *"))
        self._serial = self._ffi.new("uint8_t[]", 512)
        self._run_c = self._lib.world_run
        self._faults = self._lib.world_faults(self._world)
        self._active: dict[str, dict[str, float]] = {}
        self.host = Host()
        self._lib.world_begin(self._world, seed & 0xFFFFFFFFFFFFFFFF, self._table(), self._person(person), angle_deg)
        self._avr = self._real_board(board)

    @property
    def native(self) -> tuple[Any, Any, Any]:
        """(ffi, lib, world pointer) for the machines of this package."""
        return self._ffi, self._lib, self._world

    def _real_board(self, board: str) -> AvrBoard | None:
        """`native`: the board's own C code compiled for this computer; `avr`: the binary that is flashed, instruction by instruction."""
        if board == "native":
            return None
        if board != "avr":
            raise ValueError(f"no board {board!r}; there are {', '.join(BOARDS)}")
        from sim.board_avr import AvrBoard  # noqa: PLC0415  # needs packages that the other board does not

        return AvrBoard(*self.native)

    @property
    def processor(self) -> Processor:
        """The real binary's processor; only a world with board = avr has one."""
        if self._avr is None:
            raise ValueError("this world's board is the native one; it has no processor")
        return self._avr.processor

    def _table(self) -> Any:
        table = self._ffi.new("table_t *", {name: part.value for name, part in TABLE.items()})
        table.imu_axes = list(IMU_AXES)
        table.imu_accel_bias_mps2 = list(IMU_ACCEL_BIAS_MPS2)
        table.imu_gyro_bias_dps = list(IMU_GYRO_BIAS_DPS)
        return table

    def _person(self, person: Person) -> Any:
        names = ("mass_kg", "height_m", "balance_m", "lift_m", "arms_overhead")
        return self._ffi.new("person_t *", {name: getattr(person, name) for name in names})

    # ------------------------------------------------------------ time and truth

    def run_bench(self, n: int, *, duty: float = 0.0, release_brake: bool = False, contactor: bool = False, lever: bool = False) -> None:
        """`n` milliseconds with the board taken out and the drive's wires in a tester's hand; duty -1..1."""
        self._lib.world_run_bench(self._world, n, duty, release_brake, contactor, lever)

    def instruments(self) -> Instruments:
        """What the board's inputs read now."""
        out = self._ffi.new("instruments_t *")
        self._lib.world_instruments(self._world, out)
        return Instruments._make(getattr(out, name) for name in Instruments._fields)

    def set_part(self, name: str, value: float) -> None:
        """Another value for one number of TABLE: a table that is built differently."""
        if name not in TABLE:
            raise ValueError(f"the table has no {name!r}")
        setattr(self._lib.world_table(self._world), name, value)

    def build(self, plant: Mapping[str, float]) -> Self:
        """A table of those numbers (sim/plants.py) instead of the reference one's."""
        for name, value in plant.items():
            self.set_part(name, value)
        return self

    def run_ms(self, n: int) -> None:
        """Let `n` milliseconds pass."""
        if self._avr is None:
            self._run_c(self._world, n)
        else:
            self._avr.run_ms(n)

    @property
    def now_ms(self) -> int:
        """Virtual milliseconds since the start."""
        return int(self._lib.world_now_ms(self._world))

    def truth(self) -> Truth:
        """What is so now, and the peaks since the last call."""
        return Truth._make(self.truth_values())

    def truth_values(self) -> tuple[Any, ...]:
        """The same without its names, in the order of Truth: for whoever writes down every tick."""
        self._lib.world_truth(self._world, self._truth)
        return _TRUTH.unpack_from(self._truth_bytes)

    def imu_sample(self) -> ImuSample:
        """The newest sample the chip took, in its own axes, unquantised."""
        accel, gyro, stamp = self._imu_buffers
        self._lib.world_imu(self._world, accel, gyro, stamp)
        a, g = self._ffi.unpack(accel, 3), self._ffi.unpack(gyro, 3)
        return ImuSample((a[0], a[1], a[2]), (g[0], g[1], g[2]), stamp[0], self._lib.world_imu_samples(self._world))

    def snapshot(self) -> Snapshot:
        """Everything, to come back to with restore().  Not with the real binary: a processor is not in these bytes."""
        if self._avr is not None:
            raise ValueError("a world with the AVR board cannot be copied; use board = native")
        return Snapshot(bytes(self._ffi.buffer(self._memory)), replace(self.host), dict(self._active))

    def restore(self, snapshot: Snapshot) -> Self:
        self._ffi.buffer(self._memory)[:] = snapshot.data
        self.host = replace(snapshot.host)
        self._active = dict(snapshot.active)
        return self

    # ------------------------------------------------------------ hands and wires

    def contact(self, name: str, closed: bool) -> None:
        """One contact of CONTACTS; the new level arrives after its bounce."""
        if name not in CONTACT:
            raise ValueError(f"no contact {name!r}; there are {', '.join(CONTACTS)}")
        self._lib.world_contact(self._world, CONTACT[name], closed)

    def seen(self, name: str) -> bool:
        """What the wire says, bounce and stuck contacts included."""
        return bool(self._lib.world_contact_seen(self._world, CONTACT[name]))

    def wires(self) -> int:
        """What every wire says: a bit for each contact, in the order of CONTACTS."""
        return int(self._lib.world_contacts_seen(self._world))

    def press(self, name: str, pressed: bool = True) -> None:
        """A panel button: start, return, dizzy, ok, select_minus, select_plus or spotter."""
        button = name.lower().rstrip("_")
        if button not in BUTTONS:
            raise ValueError(f"no button {name!r}; there are {', '.join(BUTTONS)}")
        self.contact(button, pressed)

    def set_ankle(self, side: str, closed: bool, *, primary: bool = True, secondary: bool = True) -> None:
        """An ankle lock, left or right; one of its two switches alone if the other is switched off here."""
        if side not in SIDES:
            raise ValueError(f"no ankle {side!r}; there are left and right")
        if primary:
            self.contact(f"ankle_{side}_primary", closed)
        if secondary:
            self.contact(f"ankle_{side}_secondary", closed)

    def close_ankles(self, closed: bool = True) -> None:
        """Both locks, all four switches."""
        for side in SIDES:
            self.set_ankle(side, closed)

    def estop(self, pressed: bool = True) -> None:
        """The mushroom: both channels and the Pi's auxiliary contact."""
        for name in ("estop_a", "estop_b", "estop_aux"):
            self.contact(name, not pressed)

    def release_lever(self, pulled: bool) -> None:
        """The manual release: declutches from the gearbox, lifts the brake, moves against the damper."""
        self.contact("release", pulled)

    def open_port(self, *, raw: bool) -> None:
        """A fresh process opens the serial port and has heard nothing yet; `raw`: it reads the bytes itself (bus depth)."""
        self._lib.world_open_port(self._world, raw)

    def serial_read(self) -> bytes:
        """Bytes that have arrived at the Pi's serial port since the last read."""
        count = self._lib.world_serial_read(self._world, self._serial, len(self._serial))
        return bytes(self._ffi.buffer(self._serial, count))

    def serial_write(self, data: bytes) -> None:
        """Bytes out of the Pi's serial port, paced by the line."""
        self._lib.world_serial_write(self._world, data, len(data))

    def set_mains(self, present: bool) -> None:
        self._lib.world_mains(self._world, present)

    # ------------------------------------------------------------ the person

    def set_person(self, *, change_s: float = 0.3, **values: float) -> None:
        """Change mass_kg, balance_m, lift_m, arms_overhead or hand_nm while the table runs."""
        person = self._lib.world_person(self._world)
        person.change_s = change_s
        for name, value in values.items():
            if name not in {"mass_kg", "balance_m", "lift_m", "arms_overhead", "hand_nm"}:
                raise ValueError(f"a person has no {name!r}")
            setattr(person, name, value)

    def person_value(self, name: str) -> float:
        return float(getattr(self._lib.world_person(self._world), name))

    def place(self, angle_deg: float, rate_dps: float = 0.0) -> None:
        """Put table and rotor there: for tests of one situation, never in a scenario."""
        self._lib.world_place(self._world, angle_deg, rate_dps)

    # ------------------------------------------------------------ the board

    def reset_board(self, cause: int = 2, *, lose_memory: bool = False) -> None:
        """Reset the board's processor; `cause` as MCUSR (1 power, 2 external, 4 brown-out, 8 watchdog).  EEPROM survives unless lost."""
        self._lib.world_reset_board(self._world, cause, lose_memory)

    def hang_board(self, *, watchdog_works: bool = True) -> None:
        """The main loop stops; outputs freeze until the watchdog resets (16 ms)."""
        self._lib.world_hang_board(self._world, watchdog_works)

    def board_memory(self) -> bytes:
        """The EEPROM's content, as board_memory_t."""
        size = self._lib.world_memory_size()
        out = self._ffi.new("uint8_t[]", size)
        self._lib.world_memory(self._world, out, size)
        return bytes(self._ffi.buffer(out))

    # ------------------------------------------------------------ faults

    @property
    def broken(self) -> bool:
        """Some fault is active."""
        return bool(self._active)

    @property
    def active_faults(self) -> tuple[str, ...]:
        return tuple(self._active)

    def set_fault(self, name: str, value: float) -> None:
        """One field of fault_t; scenarios use inject()."""
        setattr(self._faults, name, value)

    def fault(self, name: str) -> float:
        return float(getattr(self._faults, name))

    def stuck(self, contact: str, how: int) -> None:
        """0 healthy, 1 stuck open, 2 stuck closed."""
        self._lib.world_contact_fault(self._world, CONTACT[contact], how)

    def inject(self, name: str, **params: float) -> None:
        """A fault of sim/faults.py by name ("imu_stuck") or id ("F11"); parameters as its row says."""
        row = faults.find(name)
        if self._avr is not None and self._avr.break_by(row.name):
            self._active[row.name] = {}
            return
        values = row.values(params)
        row.start(self, values)
        self._active[row.name] = values

    def clear(self, name: str) -> None:
        """The fault is gone; what it broke for good (a board reset, a run-down budget) is not."""
        row = faults.find(name)
        values = self._active.pop(row.name, None)
        if values is not None:
            row.stop(self, values)
