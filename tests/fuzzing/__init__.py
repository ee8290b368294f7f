"""What the fuzzer is made of: a target for each kind of input that is read.

Read in this order: `target` (what a target is, and a fault), `mutation` (how texts and
bytes are spoilt), `bench` (where a command runs, and what every run must keep to), then
the five targets: `dates`, `cohorts`, `plan_files`, `calendars`, `command_lines`. The
command is `tests/fuzz.py`.
"""
