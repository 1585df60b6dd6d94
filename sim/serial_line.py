"""The Pi's serial port in the simulator: bytes out and in, paced and damaged by the world's line.  Knows no frame."""

from __future__ import annotations

from hardware.drive.port import LinkError
from sim.world import World


class SimSerialPort:
    """Implements hardware.drive.port.BytePort."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.unplugged = False  # the port itself is gone, as when a USB adapter is pulled
        world.open_port(raw=True)

    def read(self) -> bytes:
        self._there()
        return self._world.serial_read()

    def write(self, data: bytes) -> None:
        self._there()
        self._world.serial_write(data)

    def _there(self) -> None:
        if self.unplugged:
            raise LinkError("simulated port: unplugged; plug the drive board's cable in")
