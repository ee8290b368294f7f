"""`python -m b12sched`."""

from b12sched.cli import main

main()
