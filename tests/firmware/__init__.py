"""The drive board's own rules, tested on its real C code: alone to the tick, and in the simulated world."""
