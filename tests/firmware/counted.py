"""A pytest plugin (`-p tests.firmware.counted`): the simulated world counts the board's lines and branches.

Only `tests/firmware/coverage.py` asks for it; that says where the counting library is.
"""

from __future__ import annotations

import os
from pathlib import Path

from sim import build

LIBRARY = "COUNTED_WORLD"
"""Environment: path of the library."""

_counting = Path(os.environ[LIBRARY])
build.library = lambda **_: _counting  # this process's own copy of the module
