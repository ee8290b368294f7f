"""The entry point of `python -m b12sched`."""

import os
import sys

# Python searches the working directory first: anybody may have put a `signal.py` there.
try:
    here = os.getcwd()  # noqa: PTH109  # pathlib could still come from there
except OSError:  # the directory is gone, and Python has not added it
    here = ""
if not sys.flags.safe_path and sys.path[0] == here:
    del sys.path[0]

from b12sched.cli import main

main()
