"""Completion in a shell: the values of options and arguments, and the files that fit.

Nothing is offered where a free text goes. Typer reads what a shell asks; how bash, zsh
and fish are answered is our own, as Typer's answers fall back to the names of files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from shlex import quote
from typing import Any

from typer import _completion_classes, _completion_shared
from typer._click.shell_completion import CompletionItem, get_completion_class

from b12sched.commands.options import Option, Values
from b12sched.dates import WEEKDAYS
from b12sched.ics.style import Visibility
from b12sched.ics.zone import zone_names
from b12sched.output.delivery import STREAM
from b12sched.output.formats import FORMATS
from b12sched.plan.case import Anaemia, Because
from b12sched.plan.cautions import CAUTIONS
from b12sched.plan.public_holidays import codes_that_begin
from b12sched.plan.refusals import REFUSALS
from b12sched.publish.changes import Cancelled
from b12sched.regimen import Drug, Renal
from b12sched.regimen_file import loading_rules, shipped, shipped_names
from b12sched.rules import RULES
from b12sched.views.card import Audience
from b12sched.views.screen.plan import View

BASH_SCRIPT = """
%(complete_func)s() {
    local line IFS=$'\\n'
    COMPREPLY=()
    while read -r line; do
        [[ $line == */ ]] && compopt -o nospace 2> /dev/null
        COMPREPLY+=("$line")
    done < <(env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD \\
        COMP_TYPE=$COMP_TYPE %(autocomplete_var)s=complete_bash "$1" 2> /dev/null)
}

complete -F %(complete_func)s %(prog_name)s
"""
VARIABLE = "_B12SCHED_COMPLETE"
"""The variable in which a shell asks."""

_LISTING = "63"
"""Bash's COMP_TYPE where the values are only shown: the second Tab."""

_ARGUMENTS = {"explain": "rule", "regimens": "regimen"}
"""The list of values for the argument of a command, if it names no files."""

Candidates = Iterable[tuple[str, str]]
"""Values with what is said of each, or nothing."""


def complete(
    parameters: Iterable[Any], command: str, records: Mapping[str, Option]
) -> None:
    """Let the parameters of a command offer their values to a shell."""
    for parameter in parameters:
        record = records.get(parameter.name)
        values: Values = _ARGUMENTS.get(command, "")
        if parameter.param_type_name == "option":
            values = record.values if record else ""
        parameter.shell_complete = partial(
            _items, values or (), str(parameter.metavar or "")
        )


def _items(
    values: Values, metavar: str, context: object, typed: str
) -> list[CompletionItem]:
    """Return what may follow what was typed: values in any case, and files."""
    found: Candidates
    if isinstance(values, str):
        found = _LISTS[values](typed)
    else:
        found = [(value, "") for value in values]
    items = [
        CompletionItem(value, help=text)
        for value, text in found
        if value.lower().startswith(typed.lower())
    ]
    paths = _paths(
        typed, [_FILES[kind] for kind in _FILES if kind in (values or metavar)]
    )
    return items + [CompletionItem(path, type="path") for path in paths]


# -- values --------------------------------------------------------------------------


def _words(words: Iterable[str], typed: str) -> Candidates:
    return [(str(word), "") for word in words]


def _rules(typed: str) -> Candidates:
    for name, regimen in loading_rules().items():
        yield name, regimen.rules[name].title
    yield from ((name, rule.title) for name, rule in RULES.items())
    yield from ((code, caution.title) for code, caution in CAUTIONS.items())


_LISTS: Mapping[str, Callable[[str], Candidates]] = {
    "accept": lambda typed: [(name, RULES[name].title) for name in REFUSALS],
    "anaemia": partial(_words, Anaemia),
    "batch": partial(_words, (*FORMATS, STREAM)),
    "because": partial(_words, Because),
    "cancelled": partial(_words, Cancelled),
    "class": partial(_words, Visibility),
    "drug": partial(_words, Drug),
    "format": partial(_words, FORMATS),
    "holidays": codes_that_begin,
    "open": partial(_words, ("mon-fri", *(day.lower() for day in WEEKDAYS))),
    "reader": partial(_words, Audience),
    "regimen": lambda typed: [(name, shipped(name).title) for name in shipped_names()],
    "renal": partial(_words, Renal),
    "rule": _rules,
    "timezone": lambda typed: [(name, "") for name in zone_names()],
    "toml": lambda typed: [("none", "no file")],
    "view": partial(_words, View),
}


# -- files ---------------------------------------------------------------------------


def _ending(suffixes: tuple[str, ...], but: str = "") -> Callable[[str], bool]:
    def fits(name: str) -> bool:
        small = name.lower()
        return small.endswith(suffixes) and not (but and small.endswith(but))

    return fits


_FILES: Mapping[str, Callable[[str], bool]] = {
    "COHORT": _ending((".csv", ".tsv", ".txt", ".jsonl", ".ndjson")),
    "PLAN": _ending((".json",), ".fhir.json"),
    "regimen": _ending((".toml",)),
    "toml": _ending((".toml",)),
    "DIR": lambda name: False,
    "FILE": lambda name: True,
}
"""Which files fit, by the list of values or by what the metavar holds."""


def _paths(typed: str, kinds: Sequence[Callable[[str], bool]]) -> Iterator[str]:
    """Yield the files of some kinds that begin with what was typed; all directories."""
    if not kinds:
        return
    head, slash, begin = typed.rpartition("/")
    try:
        found = sorted(Path(head + slash or ".").iterdir())
    except (OSError, ValueError):
        return
    for path in found:
        name = path.name
        if not name.startswith(begin) or (name.startswith(".") and not begin):
            continue
        if path.is_dir():
            yield f"{head}{slash}{name}/"
        elif any(fits(name) for fits in kinds):
            yield f"{head}{slash}{name}"


# -- shells --------------------------------------------------------------------------


def replace_script() -> None:
    """Replace Typer's script for bash by one that never falls back to files."""
    _completion_shared._completion_scripts["bash"] = BASH_SCRIPT
    _completion_classes.BashComplete.source_template = BASH_SCRIPT


def words(request: Mapping[str, str]) -> list[str]:
    """Return what was typed after the program's name, if that is more than a word."""
    _, *rest = request["typed"].split() or [""]
    return rest if len(rest) > 1 else []


def answer(program: Any, request: Mapping[str, str]) -> str | None:
    """Return what a shell is to do with what was typed; None if Typer is to answer."""
    task, _, shell = request["asked"].partition("_")
    if task != "complete" or shell not in _ANSWERS:
        return None
    kind = get_completion_class(shell)
    assert kind is not None  # Typer knows these three
    reader = kind(program, {}, "b12sched", VARIABLE)
    arguments, typed = reader.get_completion_args()
    # Bash makes words of `--renal=normal`: the option, the sign, the value.
    items = reader.get_completions([a for a in arguments if a != "="], typed)
    option, sign, _ = typed.partition("=")
    if sign and option.startswith("--"):  # a shell for which it is one word
        for item in items:
            item.value = option + sign + item.value
    return _ANSWERS[shell](items, request)


def _for_bash(items: list[CompletionItem], request: Mapping[str, str]) -> str:
    values = [quote(str(item.value)) for item in items]
    if request["how"] == _LISTING and len(items) > 1:
        helps = (f"  ({item.help})" if item.help else "" for item in items)
        values = [value + text for value, text in zip(values, helps, strict=True)]
    return "\n".join(values)


def _for_zsh(items: list[CompletionItem], request: Mapping[str, str]) -> str:
    """Return a line of code for zsh, which evaluates it."""
    groups: dict[str, list[CompletionItem]] = {}
    for item in items:
        end = "directory" if item.value.endswith("/") else "file"
        groups.setdefault(end if item.type == "path" else "value", []).append(item)
    lines = []
    for name, group in groups.items():
        values = " ".join(quote(str(item.value)) for item in group)
        lines.append(f"local -a _found=({values})")
        if name == "value":
            texts = (
                f"{item.value} -- {item.help}" if item.help else item.value
                for item in group
            )
            lines.append(f"local -a _said=({' '.join(map(quote, texts))})")
            lines.append("compadd -l -d _said -a _found")
        else:
            glue = "-S '' " if name == "directory" else ""
            lines.append(f"compadd -f {glue}-a _found")
    return "; ".join(lines)


def _for_fish(items: list[CompletionItem], request: Mapping[str, str]) -> str:
    """Return a line for each value: it, a tab, and what is said of it."""
    return "\n".join(
        f"{item.value}\t{' '.join(item.help.split())}" if item.help else str(item.value)
        for item in items
    )


_ANSWERS = {"bash": _for_bash, "zsh": _for_zsh, "fish": _for_fish}
