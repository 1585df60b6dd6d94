"""Random bytes into the board's decoder and its tick, judged by invariants: `python -m tests.firmware.fuzz` searches, tests replay."""
