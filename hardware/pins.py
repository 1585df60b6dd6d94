"""Every pin of the Raspberry Pi in one table.  Values only; never opens a pin.  `wiring.md` has the same rows and a test compares them.

Inputs are contacts to ground with the Pi's own pull-up, so that a broken wire reads "not pressed" (buttons) and
"open" (ankle locks, emergency stop).  Outputs are active HIGH on pins that the Pi pulls down at reset (BCM 9-27),
with a 10 kohm pull-down at the driver: nothing lights, sounds or opens before the service says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a pin is for; the wiring document uses these words."""

    BUTTON = "button"  # normally open to ground, low = pressed
    CONTACT = "contact"  # closed = healthy: low = closed, open wire = open
    OUTPUT = "output"  # active high, pulled down at reset
    BUS = "bus"  # owned by the kernel (I2C, UART), never claimed by the controller


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One wire: its name, its BCM number, the pin of the 40-way header, what it is for."""

    name: str
    bcm: int
    header: int
    kind: Kind

    @property
    def pull(self) -> str:
        return {Kind.OUTPUT: "down", Kind.BUS: "none"}.get(self.kind, "up")

    @property
    def active(self) -> str:
        return {Kind.OUTPUT: "high", Kind.BUS: "-"}.get(self.kind, "low")


START = Pin(name="START", bcm=5, header=29, kind=Kind.BUTTON)
RETURN = Pin(name="RETURN", bcm=6, header=31, kind=Kind.BUTTON)
DIZZY = Pin(name="DIZZY", bcm=13, header=33, kind=Kind.BUTTON)
OK = Pin(name="OK", bcm=19, header=35, kind=Kind.BUTTON)
SELECT_MINUS = Pin(name="SELECT-", bcm=26, header=37, kind=Kind.BUTTON)
SELECT_PLUS = Pin(name="SELECT+", bcm=12, header=32, kind=Kind.BUTTON)
SPOTTER = Pin(name="SPOTTER", bcm=16, header=36, kind=Kind.BUTTON)
ANKLE_LEFT = Pin(name="ANKLE LEFT", bcm=20, header=38, kind=Kind.CONTACT)
ANKLE_RIGHT = Pin(name="ANKLE RIGHT", bcm=21, header=40, kind=Kind.CONTACT)
ESTOP_AUX = Pin(name="E-STOP AUX", bcm=17, header=11, kind=Kind.CONTACT)
LAMP_READY = Pin(name="LAMP READY", bcm=22, header=15, kind=Kind.OUTPUT)
LAMP_MOVING = Pin(name="LAMP MOVING", bcm=23, header=16, kind=Kind.OUTPUT)
LAMP_RELEASE_OK = Pin(name="LAMP RELEASE OK", bcm=24, header=18, kind=Kind.OUTPUT)
LAMP_FAULT = Pin(name="LAMP FAULT", bcm=25, header=22, kind=Kind.OUTPUT)
BUZZER = Pin(name="BUZZER", bcm=27, header=13, kind=Kind.OUTPUT)
RELEASE_SOLENOID = Pin(name="RELEASE SOLENOID", bcm=18, header=12, kind=Kind.OUTPUT)
I2C_DATA = Pin(name="I2C DATA", bcm=2, header=3, kind=Kind.BUS)
I2C_CLOCK = Pin(name="I2C CLOCK", bcm=3, header=5, kind=Kind.BUS)
BOARD_TX = Pin(name="BOARD TX", bcm=14, header=8, kind=Kind.BUS)
BOARD_RX = Pin(name="BOARD RX", bcm=15, header=10, kind=Kind.BUS)

DISPLAY_DATA = Pin(name="DISPLAY DATA", bcm=8, header=24, kind=Kind.BUS)
DISPLAY_CLOCK = Pin(name="DISPLAY CLOCK", bcm=9, header=21, kind=Kind.BUS)

BUTTONS: tuple[Pin, ...] = (START, RETURN, DIZZY, OK, SELECT_MINUS, SELECT_PLUS, SPOTTER)
CONTACTS: tuple[Pin, ...] = (ANKLE_LEFT, ANKLE_RIGHT, ESTOP_AUX)
OUTPUTS: tuple[Pin, ...] = (LAMP_READY, LAMP_MOVING, LAMP_RELEASE_OK, LAMP_FAULT, BUZZER, RELEASE_SOLENOID)
BUSES: tuple[Pin, ...] = (I2C_DATA, I2C_CLOCK, BOARD_TX, BOARD_RX, DISPLAY_DATA, DISPLAY_CLOCK)
PINS: tuple[Pin, ...] = BUTTONS + CONTACTS + OUTPUTS + BUSES
