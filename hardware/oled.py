"""The small display: an SSD1306 of 128 x 64 through its Adafruit driver, drawn with Pillow, on an I2C bus of its own.  Decides no word.

A picture is a kilobyte: 25 ms of a 400 kHz bus.  On the tilt sensor's bus that would be a late sample, and a display that
hangs would be a lost sensor, so it has its own wires, and its own thread that takes the newest text and drops the rest.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from math import inf

from adafruit_ssd1306 import SSD1306_I2C
from PIL import Image, ImageDraw, ImageFont

from hardware.bus import Smbus2Bus, SMBusLike

ADDRESS = 0x3C  # of nearly every module; 0x3D with its jumper moved
WIDTH_PX, HEIGHT_PX = 128, 64
CELL_PX = (6, 11)  # Pillow's own fixed font
LINE_PX = HEIGHT_PX // 2
LOOK_AGAIN_S = 5.0  # after the display was not there, or went away

Lines = tuple[str, str]


def picture(lines: Lines, *, turned: bool) -> Image.Image:
    """Two lines of 21 characters, each drawn twice as tall to be read from a table's length; upside down for who is upside down."""
    font = ImageFont.load_default_imagefont()
    image = Image.new("1", (WIDTH_PX, HEIGHT_PX))
    for number, line in enumerate(lines):
        strip = Image.new("1", (WIDTH_PX, CELL_PX[1]))
        ImageDraw.Draw(strip).text((1, 0), line.encode("latin-1", "replace").decode("latin-1"), fill=1, font=font)
        image.paste(strip.resize((WIDTH_PX, 2 * CELL_PX[1])), (0, number * LINE_PX + (LINE_PX - 2 * CELL_PX[1]) // 2))
    return image.rotate(180) if turned else image


class Oled:
    """The panel itself: one `draw` is some 40 transfers.  Set up at the first picture, and again after it went away."""

    def __init__(self, bus: SMBusLike, address: int = ADDRESS) -> None:
        self._bus = Smbus2Bus(bus)
        self._address = address
        self._panel: SSD1306_I2C | None = None

    def draw(self, lines: Lines, *, turned: bool) -> None:
        """Raises OSError when it is not there."""
        try:
            if self._panel is None:
                self._panel = SSD1306_I2C(WIDTH_PX, HEIGHT_PX, self._bus, addr=self._address)
            self._panel.image(picture(lines, turned=turned))
            self._panel.show()
        except ValueError as error:  # the driver's word for a chip that does not answer
            self._panel = None
            raise OSError(str(error)) from error
        except OSError:
            self._panel = None
            raise


class OledDisplay:
    """Implements hardware.display.Display: `show` leaves the newest text for the thread and returns."""

    def __init__(self, oled: Oled, complain: Callable[[str], object], now_s: Callable[[], float]) -> None:
        self._oled = oled
        self._complain = complain
        self._now_s = now_s
        self._wanted: tuple[Lines, bool] | None = None
        self._drawn: tuple[Lines, bool] | None = None
        self._again_s = -inf
        self._missing = False
        self._closing = False
        self._change = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="oled", daemon=True)
        self._thread.start()

    def show(self, lines: Lines, *, turned: bool) -> None:
        if (lines, turned) == self._wanted:
            return
        with self._change:
            self._wanted = (lines, turned)
            self._change.notify()

    def close(self, within_s: float = 1.0) -> None:
        with self._change:
            self._closing = True
            self._change.notify()
        self._thread.join(within_s)

    def _work(self) -> None:
        while True:
            with self._change:
                while not self._closing and self._wanted == self._drawn:
                    self._change.wait()
                if self._closing:
                    return
                if self._now_s() < self._again_s:
                    self._change.wait(self._again_s - self._now_s())
                    continue
                wanted = self._wanted
            if wanted is not None:
                self._draw(wanted)

    def _draw(self, wanted: tuple[Lines, bool]) -> None:
        """A display that is not there is said once and tried again every few seconds."""
        lines, turned = wanted
        try:
            self._oled.draw(lines, turned=turned)
        except OSError as error:
            self._again_s = self._now_s() + LOOK_AGAIN_S
            if not self._missing:
                self._complain(f"display: not at address {ADDRESS:#04x} of its bus ({error}); the log has its text (hardware/wiring.md)")
            self._missing = True
            return
        self._drawn, self._missing = wanted, False
