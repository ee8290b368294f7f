"""`b12sched publish`: plans in a calendar on a CalDAV server."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from b12sched.commands import environment
from b12sched.commands.deliver import read_saved
from b12sched.commands.options import (
    REQUIRED,
    CalendarOptions,
    Options,
    QuestionOptions,
    flag,
    text,
    with_options,
)
from b12sched.commands.terminal import ask_password, interactive, say
from b12sched.errors import B12SchedError, InputError, shown
from b12sched.files.disk import read_file
from b12sched.ics import CalendarStyle
from b12sched.plan import Case, Clinic, Plan, build
from b12sched.plan.plan_file import earlier_courses
from b12sched.publish import (
    connect,
    find_password,
    parse_address,
    parse_cancelled,
    who_sees,
)
from b12sched.publish import publish as bring_up


class ServerOptions(Options):
    """The options of the calendar on a server."""

    title = "Server"
    url: str | None = text(
        "--url", "URL", "Address of the calendar on the server.", title=REQUIRED
    )
    user: str | None = text("--user", "NAME", "User name; the password is asked for.")
    cancelled: str | None = text(
        "--cancelled",
        "HOW",
        "Events no longer in the plan: mark (default) or delete.",
        "cancelled",
    )
    dry_run: bool = flag("--dry-run", "Change nothing, and say what would be done.")


@with_options
def publish(
    plan_files: Annotated[
        list[Path],
        typer.Argument(
            metavar="PLAN.json...", help="Plans written with -o.", readable=False
        ),
    ],
    server: Annotated[ServerOptions, REQUIRED],
    calendar: CalendarOptions,
    questions: QuestionOptions,
) -> None:
    """Put plans into a calendar on a CalDAV server, and keep them up to date.

    b12sched publish A-17.json --url https://cal.example.org/b12/ --user clinic
    """
    if server.url is None:
        raise InputError(
            "is missing",
            "state the calendar's address with --url",
            field="url",
            code="missing",
        )
    address = parse_address(server.url)
    cancelled = parse_cancelled(server.cancelled or "mark")
    # Who may see a calendar on a server is decided by the calendar's own sharing.
    style = CalendarStyle.parse({"class": "public"} | calendar.texts)
    plans: list[Plan] = []
    failures: list[B12SchedError] = []
    for path in plan_files:
        try:
            plans.append(_rebuild(path))
        except B12SchedError as error:
            failures.append(error)
    if not plans:
        raise failures[0]
    password = server.user and find_password(
        server.user,
        address.host,
        given=environment.password(),
        ask=ask_password if interactive() and not questions.no_input else None,
    )
    with connect(
        address, server.user, password, clock=environment.seconds
    ) as connection:
        done = bring_up(
            plans,
            connection,
            style,
            environment.now(),
            cancelled=cancelled,
            dry_run=server.dry_run,
        )
    done = replace(done, failures=(*failures, *done.failures))
    say(f"{address.host}: {done.summary}")
    for note in done.notes:
        say(note)
    if done.created or done.updated:
        say(who_sees(style))
    if done.fault:
        raise done.fault


def _rebuild(path: Path) -> Plan:
    """Return the plan of a plan file; an error in the file names it."""
    saved = read_saved(path, read_file(path, "a plan"))
    try:
        plan = build(Case.parse(saved.facts), Clinic.parse(saved.clinic))
        return replace(plan, earlier=earlier_courses(saved.document))
    except B12SchedError as error:
        error.field = f"{shown(path.name)}: {error.field}"
        raise
