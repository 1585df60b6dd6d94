"""gpiozero's real LGPIOFactory on a module that only writes down what would reach the chip.  Runs as a program, prints JSON."""

from __future__ import annotations

import json
import sys
import types

calls: list[tuple[object, ...]] = []


def recorded(name: str, answer: int = 0) -> object:
    def call(*arguments: object) -> int:
        calls.append((name, *arguments))
        return answer

    return call


def fake_lgpio() -> types.ModuleType:
    module = types.ModuleType("lgpio")
    modes: dict[int, int] = {}
    values = {"SET_PULL_NONE": 128, "SET_PULL_UP": 32, "SET_PULL_DOWN": 64, "BOTH_EDGES": 3, "RISING_EDGE": 1, "FALLING_EDGE": 2}

    def claim_input(_handle: int, gpio: int, flags: int = 0) -> None:
        calls.append(("claim_input", gpio, flags))
        modes[gpio] = flags

    def claim_output(_handle: int, gpio: int, level: int = 0, _flags: int = 0) -> None:
        calls.append(("claim_output", gpio, level))
        modes[gpio] = 2

    def write(_handle: int, gpio: int, level: int) -> None:
        calls.append(("write", gpio, int(level)))

    functions = {
        "gpiochip_open": recorded("open", 7),
        "gpiochip_close": recorded("close"),
        "gpio_free": recorded("free"),
        "gpio_claim_input": claim_input,
        "gpio_claim_output": claim_output,
        "gpio_write": write,
        "gpio_read": lambda _handle, gpio: int(bool(modes[gpio] & 32)),
        "gpio_get_mode": lambda _handle, gpio: modes.get(gpio, 0),
        "gpio_claim_alert": recorded("alert"),
        "callback": recorded("callback"),
        "error": type("error", (Exception,), {}),
    }
    for name, value in {**values, **functions}.items():
        setattr(module, name, value)
    return module


def main() -> None:
    sys.modules["lgpio"] = fake_lgpio()
    from gpiozero.pins import local  # noqa: PLC0415 - the fake must be there first

    local.get_pi_revision = lambda: 0xC04170  # Pi 5

    from controller.core.model import Buzzer, Lamp, Lamps  # noqa: PLC0415
    from hardware import pins  # noqa: PLC0415
    from hardware.ankle_locks import AnkleLockSwitches  # noqa: PLC0415
    from hardware.buzzer import BuzzerSwitch  # noqa: PLC0415
    from hardware.estop_contact import EstopContact  # noqa: PLC0415
    from hardware.gpio import open_pins  # noqa: PLC0415
    from hardware.handset import Handset  # noqa: PLC0415
    from hardware.lamps import LampPanel  # noqa: PLC0415
    from hardware.outputs import Switch  # noqa: PLC0415

    factory = open_pins()
    handset, ankles, estop = Handset(factory), AnkleLockSwitches(factory), EstopContact(factory)
    lamps, buzzer, solenoid = LampPanel(factory), BuzzerSwitch(factory), Switch(pins.RELEASE_SOLENOID, factory)
    started = list(calls)
    readings = [ankles.read().all_closed, estop.closed(), handset.read(0.0).start]
    calls.clear()
    lamps.show(Lamps(ready=Lamp.ON, moving=Lamp.ON, release_ok=Lamp.ON, fault=Lamp.ON), 0.0)
    buzzer.sound(Buzzer.ALARM, 0.0)
    solenoid.put(level=True)
    switched_on = list(calls)
    calls.clear()
    for part in (lamps, buzzer, solenoid, handset, ankles, estop):
        part.close()
    print(json.dumps({"started": started, "on": switched_on, "closed": calls, "readings": readings}))  # noqa: T201


if __name__ == "__main__":
    main()
