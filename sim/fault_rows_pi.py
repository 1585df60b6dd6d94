"""Fault rows F39-F64: drive board's processor, Raspberry Pi, software, storage.  Values and the few acts they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.fault_row import Depth, Fault, Param, Values

if TYPE_CHECKING:
    from sim.world import World

AVR = (Depth.AVR,)
RECORDS = (Depth.RECORDS,)
_OUTSIDE = "its own detection runs in the firmware's HAL (avr depth); here its verdict self_check_ok goes false"
_CAUSE = Param("cause", "1", 2.0, 1.0, 8.0)
_DOWN = Param("down_s", "s", 1.4, 0.2, 120.0)  # measured hang-to-restart under systemd, WatchdogSec=1 RestartSec=0.2


def _reset(world: World, values: Values) -> None:
    world.reset_board(int(values.get("cause", 4.0)))


def _hang(world: World, _values: Values) -> None:
    world.hang_board()


def _forget(world: World, _values: Values) -> None:
    world.reset_board(lose_memory=True)


def _down(world: World, values: Values) -> None:
    world.host.down_s = values["down_s"]


def _stall(world: World, values: Values) -> None:
    world.host.stall_s = values["stall_s"]


def _hot(world: World, values: Values) -> None:
    world.host.temperature_c = values["temperature_c"]
    world.host.late_s = values["late_s"]


def _cool(world: World, _values: Values) -> None:
    world.host.temperature_c = 45.0
    world.host.late_s = 0.0


def _storage_gone(world: World, _values: Values) -> None:
    world.host.storage_ok = False


def _storage_back(world: World, _values: Values) -> None:
    world.host.storage_ok = True


def _watcher_gone(world: World, _values: Values) -> None:
    world.host.watcher_ok = False


def _watcher_back(world: World, _values: Values) -> None:
    world.host.watcher_ok = True


def _config_gone(world: World, _values: Values) -> None:
    world.host.config_ok = False


def _config_back(world: World, _values: Values) -> None:
    world.host.config_ok = True


_MCU_ROWS = (
    Fault(
        number=39,
        name="board_reset",
        text="MCU reset while moving",
        reaction="outputs off by hardware, brake, then SR13",
        bound="1 ms",
        params=(_CAUSE,),
        begin=_reset,
        how="65 ms of start-up and 46 of the program's own with every output off",
    ),
    Fault(
        number=40,
        name="board_brownout",
        text="Brown-out dip below 4.3 V, 5 ms",
        reaction="outputs off by hardware, brake, then SR13",
        bound="1 ms",
        begin=_reset,
    ),
    Fault(
        number=41,
        name="board_hang",
        text="Main-loop hang",
        reaction="WDT",
        bound="20 ms",
        begin=_hang,
        how="outputs freeze until the watchdog, 16 ms",
    ),
    Fault(
        number=42,
        name="board_interrupts_off",
        text="ISR hang / interrupt disabled",
        reaction="WDT",
        bound="20 ms",
        begin=_hang,
        how="from outside the same as F41; which loop fails needs the avr depth",
    ),
    Fault(
        number=43,
        name="board_tick_stops",
        text="1 kHz tick stops but loop runs",
        reaction="loop cross-checks Timer1/ms; WDT not fed",
        bound="20 ms",
        begin=_hang,
        how="from outside the same as F41; the cross-check needs the avr depth",
    ),
    Fault(
        number=44,
        name="board_clock_drift",
        text="Clock drift > 2 %",
        reaction="compare with Pi tick counts; REFUSE/CS",
        bound="1 s",
        params=(Param("fraction", "1", 0.03, -0.2, 0.2),),
        sets=(("board_clock_drift", "fraction"),),
        how="more or fewer ticks than milliseconds",
    ),
    Fault(
        number=45,
        name="board_stack_overflow",
        text="Stack overflow (canary)",
        reaction="STO",
        bound="1 tick",
        sets=(("self_check_bad", 1.0),),
        how=_OUTSIDE,
    ),
    Fault(
        number=46,
        name="board_ram_flip",
        text="RAM bit flip in safety variable",
        reaction="complement mismatch STO",
        bound="1 ms",
        depths=AVR,
        how="a bit of the emergency stop's latch in the processor's memory",
    ),
    Fault(
        number=47,
        name="board_flash_corrupt",
        text="Flash corruption",
        reaction="CRC at boot REFUSE; running scan",
        bound="boot / 10 s",
        sets=(("self_check_bad", 1.0),),
        how=_OUTSIDE,
    ),
    Fault(
        number=48,
        name="board_eeprom_corrupt",
        text="EEPROM corrupt/torn",
        reaction="two copies + CRC; defaults = REFUSE",
        bound="boot",
        begin=_forget,
        how="a reset that finds no readable memory",
    ),
    Fault(
        number=49,
        name="board_register_altered",
        text="Pin direction/PWM register altered",
        reaction="re-check registers each ms; STO",
        bound="2 ms",
        sets=(("self_check_bad", 1.0),),
        how=_OUTSIDE,
    ),
)

_HOST_ROWS = (
    Fault(
        number=50,
        name="service_crash",
        text="Service crash",
        reaction="CS, then SR7",
        bound="100 ms",
        params=(_DOWN,),
        begin=_down,
        how="the process is gone for down_s, then starts afresh",
    ),
    Fault(
        number=51,
        name="kernel_freeze",
        text="Kernel freeze",
        reaction="CS, then SR7; bcm2835 reboot <= 15 s",
        bound="100 ms",
        params=(Param("down_s", "s", 40.0, 5.0, 120.0),),
        begin=_down,
        how="15 s to the hardware watchdog, 25 s to boot",
    ),
    Fault(
        number=52,
        name="process_stopped",
        text="SIGSTOP / 1 s scheduling stall",
        reaction="CS, then SR7; on resume stale tick skipped, no catch-up burst",
        bound="100 ms",
        params=(Param("stall_s", "s", 1.0, 0.05, 60.0),),
        begin=_stall,
    ),
    Fault(
        number=53,
        name="gc_pause",
        text="GC pause 30 ms",
        reaction="no trip; counted",
        bound="0",
        params=(Param("stall_s", "s", 0.03, 0.001, 0.08),),
        begin=_stall,
    ),
    Fault(
        number=54,
        name="wall_clock_jump",
        text="Wall clock jumps +-1 day / back (NTP, DST)",
        reaction="no effect (monotonic)",
        bound="0",
        depths=(Depth.HOST,),
        how="virtual time is monotonic and the controller is given no other clock: nothing here could jump",
    ),
    Fault(
        number=55,
        name="host_hot",
        text="CPU throttling/over-temperature",
        reaction="REFUSE > 80 C; CS if lateness > 10 ms x3",
        bound="100 ms",
        params=(Param("temperature_c", "C", 85.0, -40.0, 120.0), Param("late_s", "s", 0.0, 0.0, 0.05)),
        begin=_hot,
        end=_cool,
    ),
    Fault(
        number=56,
        name="disk_full",
        text="Disk full",
        reaction="session continues, log ring in RAM, alarm; REFUSE next",
        bound="1 s",
        begin=_storage_gone,
        end=_storage_back,
    ),
    Fault(
        number=57,
        name="disk_read_only",
        text="File system turns read-only",
        reaction="same",
        bound="1 s",
        begin=_storage_gone,
        end=_storage_back,
    ),
    Fault(
        number=58,
        name="fsync_stall",
        text="fsync stalls 5 s",
        reaction="loop unaffected; queue bounded, drops counted",
        bound="0",
        depths=RECORDS,
        how="no disk in virtual time: the journal's own tests",
    ),
    Fault(
        number=59,
        name="database_corrupt",
        text="SQLite corrupt at start",
        reaction="quarantine file, new DB, REFUSE until acknowledged",
        bound="start",
        depths=RECORDS,
        how="no records in the simulated table",
    ),
    Fault(
        number=60,
        name="power_cut_in_commit",
        text="Power cut during commit",
        reaction="<= 1 s of log lost, consistent",
        bound="recovery <= 2 s",
        depths=RECORDS,
        how="no records in the simulated table",
    ),
    Fault(
        number=61,
        name="config_corrupt",
        text="Config corrupt / out of range / wrong unit",
        reaction="REFUSE, never silent defaults",
        bound="start",
        begin=_config_gone,
        end=_config_back,
    ),
    Fault(
        number=62,
        name="out_of_memory",
        text="Memory leak / OOM kill",
        reaction="CS, then SR7; restart without motion",
        bound="100 ms",
        params=(_DOWN,),
        begin=_down,
    ),
    Fault(
        number=63,
        name="hostile_client",
        text="UI/web client hostile or disconnected",
        reaction="nothing it sends can start, steer or loosen anything (SR12); loop unaffected",
        bound="always",
        depths=(Depth.HOST,),
        how="no network input exists in the machine; the panel's process has its own tests",
    ),
    Fault(
        number=64,
        name="service_restart",
        text="Restart during motion (systemd)",
        reaction="outputs off by hardware, brake, then SR13",
        bound="100 ms",
        params=(_DOWN,),
        begin=_down,
    ),
    Fault(
        number=91,
        name="watcher_unreachable",
        text="Watcher on another host out of reach",
        reaction="REFUSE; a session goes on with a warning",
        bound="5 s",
        begin=_watcher_gone,
        end=_watcher_back,
    ),
)

PI_ROWS: tuple[Fault, ...] = _MCU_ROWS + _HOST_ROWS
