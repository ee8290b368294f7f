"""`b12sched selftest`: whether this installation works out what was published."""

from __future__ import annotations

import json
import platform
import sys

import typer

from b12sched.commands import environment
from b12sched.commands.options import FormatOptions, check_format, with_options
from b12sched.commands.terminal import print_lines, write_stdout
from b12sched.dates import counted, day_text
from b12sched.output.selftest import (
    calendar_differences,
    difference,
    published_cases,
    ran_on,
)


@with_options
def selftest(asked: FormatOptions) -> None:
    """Check this installation against the published cases, on this machine.

    b12sched selftest
    """
    check_format(asked.format, "json")
    cases, day = published_cases(), environment.today()
    wrong = [line for case in cases if (line := difference(case))]
    calendar = [*calendar_differences()]
    report = {
        "cases": len(cases),
        "failed": len(wrong),
        "calendar": not calendar,
        "differences": wrong + calendar,
        "date": str(day),
        "machine": f"{sys.platform} {platform.machine()}",
        "ran_on": ran_on(),
    }
    if asked.format:
        write_stdout(json.dumps(report, ensure_ascii=False, indent=2).encode() + b"\n")
    else:
        versions = ", ".join(f"{name} {text}" for name, text in ran_on().items())
        faults = counted(len(calendar), "fault") if calendar else "no fault"
        differ = len(wrong) or "none"
        print_lines(
            [
                f"b12sched selftest, {day_text(day)}",
                "",
                f"Published cases  {len(cases)}, different results: {differ}",
                f"Calendar         written, read and revised, {faults}",
                f"Ran on           {report['machine']}: {versions}",
                *wrong,
                *calendar,
            ]
        )
    if wrong or calendar:
        raise typer.Exit(1)
