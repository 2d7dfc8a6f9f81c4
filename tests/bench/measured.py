"""Runs one command and writes what it used to a file, as JSON.

    measured.py FILE COMMAND…

A process of its own because Linux counts the memory of whoever starts a program as the program's own until it runs:
this one needs 10 MB, which is the least that can be told.
"""

import json
import os
import sys
import time

file, *command = sys.argv[1:]
start = time.monotonic()
pid = os.posix_spawnp(command[0], command, os.environ)
_, status, used = os.wait4(pid, 0)
wall = time.monotonic() - start
with open(file, "w") as out:
    # Linux counts ru_maxrss in KiB.
    json.dump({"wall": wall, "cpu": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss * 1024}, out)
sys.exit(os.waitstatus_to_exitcode(status) != 0)
