"""The drive board's real binary: the simulator under it, the pins, the EEPROM, the session."""
