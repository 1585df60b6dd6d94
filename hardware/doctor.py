"""`inversion-table doctor`: looks at every part one by one, says what it saw and how to cure it.  Moves nothing, sends nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from gpiozero import Factory, InputDevice

from controller.config import ConfigError, Settings, load_settings
from controller.exit_codes import ExitCode
from hardware import checks, pins
from hardware.bus import ReopeningBus
from hardware.checks import Finding
from hardware.clock import Clock, MonotonicClock
from hardware.drive.port import SerialPort
from hardware.drive.protocol import BAUD
from hardware.gpio import GpioError, open_pins, pin_errors, prepare_lgpio_folder
from hardware.imu import Imu
from hardware.product import records_folder

PRESS_WITHIN_S = 15.0
IMU_SECONDS = 1.0

IMU_IN_USE = Finding(name="IMU", saw="not looked at", cure="first the pins: who holds them uses the IMU too")

Say = Callable[[str], None]


def doctor(settings_path: Path | None, say: Say, *, walk: bool = False, pin_opener: Callable[[], Factory] = open_pins) -> ExitCode:
    """All checks, worst news last.  OK only if every one is good."""
    bad = 0
    for finding in findings(settings_path, say, walk=walk, pin_opener=pin_opener):
        say(f"{'ok ' if finding.good else 'BAD'} {finding.name}: {finding.saw}" + ("" if finding.good else f" -> {finding.cure}"))
        bad += not finding.good
    say("everything is in order" if bad == 0 else f"{bad} of the checks above need attention")
    return ExitCode.OK if bad == 0 else ExitCode.CHECK_FAILED


def findings(settings_path: Path | None, say: Say, *, walk: bool, pin_opener: Callable[[], Factory]) -> Iterator[Finding]:
    settings, finding = check_settings(settings_path)
    yield finding
    yield from software(settings)
    yield from computer()
    clock = MonotonicClock()
    pins_free = True
    for finding in contacts(say, clock, walk=walk, pin_opener=pin_opener):
        pins_free = pins_free and (finding.good or finding.name != "pins")
        yield finding
    yield check_imu(settings, clock) if pins_free else IMU_IN_USE
    yield check_board(settings, clock)


def check_settings(path: Path | None) -> tuple[Settings, Finding]:
    try:
        settings = load_settings(path)
    except ConfigError as error:
        return Settings(), Finding(name="settings", saw=str(error), cure="put that line right; the built-in settings are used below")
    return settings, Finding(name="settings", saw=settings.source)


def software(settings: Settings) -> Iterator[Finding]:
    yield checks.check_python()
    yield checks.check_gpiozero()
    yield checks.check_lgpio()
    yield checks.check_folder("records", records_folder(settings))
    yield checks.check_disk(records_folder(settings))
    yield check_lgpio_folder()
    yield checks.check_priority()
    yield checks.check_voice()


def check_lgpio_folder() -> Finding:
    try:
        return Finding(name="LG_WD", saw=f"{prepare_lgpio_folder()} can be written")
    except GpioError as error:
        return Finding(name="LG_WD", saw=os.environ.get("LG_WD", "unset"), cure=str(error))


def computer() -> Iterator[Finding]:
    yield checks.check_temperature()
    yield checks.check_supply()
    yield checks.check_clock()
    yield checks.check_watchdog()


def check_imu(settings: Settings, clock: Clock) -> Finding:
    """Sets the chip up anew, which a running service would see as a brown-out: only when the pins say that none runs."""
    hardware = settings.hardware
    with closing(ReopeningBus(hardware.i2c_bus, now_s=clock.now_s)) as bus:
        samples = checks.sample_imu(Imu(bus, hardware.imu_address), IMU_SECONDS, clock.now_s, clock.sleep_until)
    return checks.check_imu(samples, hardware.i2c_bus, hardware.imu_address)


def check_board(settings: Settings, clock: Clock) -> Finding:
    with closing(SerialPort(settings.hardware.board_port, baud=BAUD, now_s=clock.now_s)) as port:
        return checks.check_board(port, settings.hardware.board_port, clock.now_s, clock.sleep_until)


# ------------------------------------------------------------------ pins


def contacts(say: Say, clock: Clock, *, walk: bool, pin_opener: Callable[[], Factory]) -> Iterator[Finding]:
    """Levels as they are now; with `walk`, each contact is worked by hand and must be the only one that changes."""
    try:
        with closing(pin_opener()) as factory:
            yield Finding(name="pins", saw=f"gpiochip open, {len(pins.PINS)} in the table")
            yield from _contacts(factory, say, clock, walk=walk)
    except GpioError as error:
        yield Finding(name="pins", saw=str(error), cure="run on the Pi as a user in group gpio, with the service stopped")


def _contacts(factory: Factory, say: Say, clock: Clock, *, walk: bool) -> Iterator[Finding]:
    devices_by_name: dict[str, InputDevice] = {}
    try:
        for pin in pins.BUTTONS + pins.CONTACTS:
            devices_by_name[pin.name] = InputDevice(pin.bcm, pull_up=True, pin_factory=factory)
        yield from resting(devices_by_name)
        if walk:
            for pin in pins.BUTTONS + pins.CONTACTS:
                yield walked(pin, devices_by_name, say, clock)
    except pin_errors() as error:
        yield Finding(name="pins", saw=" ".join(str(error).split()), cure="stop the service, which owns the pins while it runs")
    finally:
        for device in devices_by_name.values():
            device.close()


def resting(devices_by_name: dict[str, InputDevice]) -> Iterator[Finding]:
    """Buttons must be released; a contact may be either, so it is only told."""
    for pin in pins.BUTTONS:
        pressed = bool(devices_by_name[pin.name].value)
        cure = f"release it; if it is, look for a short from BCM {pin.bcm} to ground" if pressed else ""
        yield Finding(name=pin.name, saw="pressed" if pressed else "released", cure=cure)
    for pin in pins.CONTACTS:
        yield Finding(name=pin.name, saw="closed" if devices_by_name[pin.name].value else "open (or its wire is)")


def walked(pin: pins.Pin, devices_by_name: dict[str, InputDevice], say: Say, clock: Clock) -> Finding:
    """One contact worked by hand: it must change and change back, and no other may move with it."""
    say(f"    now {'press and release' if pin.kind is pins.Kind.BUTTON else 'open and close'} {pin.name} ({PRESS_WITHIN_S:.0f} s)")
    first = {name: device.value for name, device in devices_by_name.items()}
    changed, others, end_s = False, set[str](), clock.now_s() + PRESS_WITHIN_S
    while clock.now_s() < end_s:
        now = {name: device.value for name, device in devices_by_name.items()}
        others |= {name for name, level in now.items() if level != first[name] and name != pin.name}
        if changed and now[pin.name] == first[pin.name]:
            break
        changed = changed or now[pin.name] != first[pin.name]
        clock.sleep_until(clock.now_s() + 0.01)
    if others:
        return Finding(
            name=pin.name, saw=f"{', '.join(sorted(others))} moved with it", cure=f"two wires touch, or are swapped, near BCM {pin.bcm}"
        )
    cure = "" if changed else f"check the wire from BCM {pin.bcm} (header pin {pin.header}) and its ground"
    return Finding(name=pin.name, saw="works" if changed else "never changed", cure=cure)
