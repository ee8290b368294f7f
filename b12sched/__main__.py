"""`python -m b12sched`."""

import os
import sys

# Python puts the working directory first, where anybody may have left a `signal.py`.
try:
    here = os.getcwd()  # noqa: PTH109  # pathlib could be anybody's still
except OSError:  # it is gone, and Python has not put it there
    here = ""
if not sys.flags.safe_path and sys.path[0] == here:
    del sys.path[0]

from b12sched.cli import main

main()
