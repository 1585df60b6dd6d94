"""`python -m tests.browser.telling_table SOCKET`: a simulated table whose service sends its telemetry there, at ten times life."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

from controller.core.limits import Limits
from controller.programme.protocols import builtin_protocols
from controller.telemetry import TelemetrySocket
from sim.autopilot import Autopilot
from sim.desk import Desk

SPEED = 10
FRAME_S = 0.02


def main(path: Path) -> None:
    """Sessions one after the other, pressed by themselves, until killed."""
    telemetry = TelemetrySocket(path, now_s=time.monotonic)
    desk = Desk(list(builtin_protocols(Limits())), Limits(), depth="bus", telemetry=telemetry)
    never = threading.Event()
    while True:
        autopilot = Autopilot(desk)
        while not autopilot.done:
            for _ in range(SPEED):
                key = autopilot.key()
                if key is not None:
                    desk.touch(key)
                desk.tick()
            never.wait(FRAME_S)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
