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
    if libc.mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) != 0:
        return f"memory not locked ({os.strerror(ctypes.get_errno())}): set LimitMEMLOCK=infinity for the service"
    locked = sum(length for start, length in _read_only_files() if libc.mlock(ctypes.c_void_p(start), ctypes.c_size_t(length)) == 0)
    return f"memory locked, {locked / 2**20:.0f} MB of programs and libraries read in"


def _read_only_files() -> list[tuple[int, int]]:
    """(address, bytes) of every mapped piece of a program or library that is only read.

    What has never run is still on the disk.  A rare branch would wait for it behind whatever else the disk is asked (F58): it is read now.
    """
    pieces = []
    for line in Path("/proc/self/maps").read_text(encoding="utf-8").splitlines():
        addresses, permissions, _offset, _device, file_number, *_ = line.split(maxsplit=5)
        if permissions[:2] == "r-" and file_number != "0":
            start, end = (int(address, 16) for address in addresses.split("-"))
            pieces.append((start, end - start))
    return pieces


def _settle_interpreter() -> str:
    """What was built for good is never looked at again by the collector (F53)."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    gc.collect()
    gc.freeze()
    return f"{gc.get_freeze_count()} objects set aside from garbage collection"
