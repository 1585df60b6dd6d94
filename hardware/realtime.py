"""Asks the kernel for what a 20 ms loop needs: real-time priority, memory that stays in RAM, a quiet garbage collector.

Each is asked for and what was not granted is said; the loop works without them, only less evenly, and the drive board
does not depend on it (SR7).  The helpers get a lower real-time priority: one of them, pushed aside by an ordinary
program while it holds the interpreter, would hold the loop as well.
"""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import threading
from pathlib import Path

PRIORITY = 50  # the loop: above ordinary threads and most kernel work, below the kernel's own watchdogs
HELPER_PRIORITY = 10
MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT = 1, 2, 4  # on fault: what was never touched takes no RAM
SWITCH_INTERVAL_S = 0.0005  # a helper gives the interpreter up within half a millisecond instead of five


def ask_for_real_time() -> tuple[str, ...]:
    """Call from the loop's thread after everything is built.  Returns one line for each thing: granted or not, and why."""
    return (_ask_for_priority(), _lock_memory(), _settle_interpreter())


def _ask_for_priority() -> str:
    """What is begun later (the bus recovery) keeps the ordinary priority."""
    me = threading.get_native_id()
    try:
        for helper in (int(task.name) for task in Path("/proc/self/task").iterdir()):
            os.sched_setscheduler(helper, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(HELPER_PRIORITY))
        os.sched_setscheduler(me, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(PRIORITY))
    except OSError as error:
        return f"real-time priority not granted ({error.strerror}): set LimitRTPRIO={PRIORITY} for the service"
    return f"real-time priority {PRIORITY}"


def _lock_memory() -> str:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0:
        return "memory locked"
    return f"memory not locked ({os.strerror(ctypes.get_errno())}): set LimitMEMLOCK=infinity for the service"


def _settle_interpreter() -> str:
    """What was built for good is never looked at again by the collector (F53)."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    gc.collect()
    gc.freeze()
    return f"{gc.get_freeze_count()} objects set aside from garbage collection"
