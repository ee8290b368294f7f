"""How the package is built, read from its source: rooms, hands and manners.

Which room may import which is declared in pyproject.toml (import-linter).
Few rooms may touch the disk, the clock or the terminal; the core touches none of them.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from effort import for_each

import b12sched

PACKAGE = Path(b12sched.__file__).parent
ROOT = Path(__file__).parents[2]
MAP = "__init__"

ROOMS = {
    "errors": "what can go wrong, with exit codes; everything else may say so",
    "dates": "one way to read a date and to count months; knows no medicine",
    "files": "the disk, names of files, TOML within bounds; knows no plan",
    "rules": "what supports a date: rules of no one regimen, with their sources",
    "regimen": "what a regimen is: doses, days, intervals; needs only lengths of time",
    "regimen_file": "one regimen read from its file, every field checked",
    "plan": "from facts to dates, words and what is overdue: the core, which knows no "
    "machine",
    "cohort": "rows to plans or row errors, and lists of many patients",
    "ics": "the calendar file",
    "views": "every other form of a plan or a list",
    "output": "formats as a table, the files of a plan, a whole cohort",
    "publish": "the calendar kept on a server; all it sends and reads is ics",
    "commands": "what is typed, the clinic's defaults, the terminal, the clock",
    "cli": "the program: its commands, and the boundary where errors are printed",
    "__main__": "starts the command line",
}
"""The rooms at the top of the package; which may import which is in pyproject.toml."""

# Regimens as data have three modules: what one is, how one is read, what supports it.
# Of the classes three are a table's: a column, the layout, a table with its delimiter;
# two are options and words for dates in numbers, three are doses: a file, a patient's,
# the options; three are a server's answer, its refusal, and a connection with an end;
# of decisions on record there are four: two answers, a refusal, an earlier course; of
# what is asked of one command three: questions, a format, the rules that explain it;
# of the lists two count: the measures of an audit, and what a month needs of a drug.
MOST_ROOMS, MOST_NAMES, MOST_CLASSES, MOST_LATE_IMPORTS = 18, 16, 136, 25

NOT_PURE = {"plan.public_holidays"}
"""Hears the warnings of its library, which knows some years only."""

LARGE = {
    "dates": "every form of a date that is read, and what is said of each other",
    "plan.case": "every field, how it is read and what it contradicts, in one place",
    "plan.cautions": "most of it is the table of texts with their sources",
    "files.disk": "all that reaches the disk, and what keeps two runs apart on it",
    "commands.options": "most of it is the table of options with their help",
    "regimen_file": "every field of a regimen's file, how it is read and what is wrong",
    "ics.values": "each value of an event, and the forms that programs give it",
    "plan.wording": "every sentence about an event and a plan, side by side",
    "views.fhir": "each resource of the bundle, in the order in which they stand",
    "rules": "data: rules and their sources are read side by side",
    "plan.events": "the values of a plan, and the forms that it is asked for",
    "plan.plan_file": "all that a damaged plan file can hold is refused in one place",
}
"""Modules over 300 lines, with the reason why each is not split."""

LIBRARIES = {
    "typer": ("cli", "commands"),
    "rich": ("commands", "views"),
    "icalendar": ("ics", "output", "publish"),
    "httpx": ("publish.client",),
    "httpcore": ("publish.client",),
    "certifi": ("publish.client",),
    "keyring": ("publish",),
    "fhir": ("views",),
    "jinja2": ("views",),
    "holidays": ("plan.public_holidays",),
    "dateutil": ("dates",),
}
"""The other packages, and the only places that may import them."""

EARLY = {
    *((room, "typer") for room in LIBRARIES["typer"]),
    # That module itself waits until something is published.
    *(("publish", name) for name in ("httpx", "httpcore", "certifi")),
}
"""Other packages imported when a module is: all others wait until they are needed."""


# --- reading the source -------------------------------------------------------------


def name_of(path: Path) -> str:
    """A module's name inside the package: `plan`, `views.data`; `views` for its map."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == MAP else parts)


MODULES = {
    name_of(path): ast.parse(path.read_text("utf-8"))
    for path in sorted(PACKAGE.rglob("*.py"))
}
every_module = for_each(MODULES)
pytestmark = pytest.mark.unmeasured


CORE = tuple(
    module
    for module in MODULES
    if module.partition(".")[0] in ("errors", "dates", "rules", "regimen", "plan")
    if module not in NOT_PURE
)
"""From facts to plan and words: functions of their arguments only."""


def room_of(module: str) -> str:
    """The room at the top of the package that a module is in."""
    return module.partition(".")[0]


def imported(tree: ast.AST) -> Iterator[str]:
    """The full name of everything imported anywhere in the source."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the package"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own_imports(module: str) -> set[str]:
    """The modules of the package that a module imports; the map for public names."""
    found = set()
    for name in imported(MODULES[module]):
        package, _, inside = name.partition(".")
        if package == "b12sched":
            while inside and inside not in MODULES:
                inside = inside.rpartition(".")[0]
            found.add(inside or MAP)
    return found


def at_import(tree: ast.Module) -> ast.Module:
    """The part of a module that runs when it is imported."""
    skipped = (ast.FunctionDef, ast.AsyncFunctionDef)

    class Outline(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST | None:
            if isinstance(node, skipped) or _is_for_types(node):
                return None
            return self.generic_visit(node)

    outline = Outline().visit(ast.parse(ast.unparse(tree)))
    assert isinstance(outline, ast.Module)
    return outline


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


@cache
def used(module: str) -> frozenset[str]:
    """Every name a module uses, with its dots: `day`, `day.month`, `os.replace`."""
    return frozenset(
        ast.unparse(node)
        for node in ast.walk(MODULES[module])
        if isinstance(node, ast.Attribute | ast.Name)
    )


@cache
def calls(module: str) -> list[tuple[str, ast.Call]]:
    """Every call in a module: the name of what is called, and the call."""
    return [
        (ast.unparse(node.func), node)
        for node in ast.walk(MODULES[module])
        if isinstance(node, ast.Call)
    ]


# --- rooms --------------------------------------------------------------------------


def test_the_house_has_few_rooms() -> None:
    """A newcomer sees them all at once; regimens and schema are data beside them."""
    assert {room_of(module) for module in MODULES} == {MAP, *ROOMS}
    assert len(ROOMS) <= MOST_ROOMS
    names = {path.name for path in PACKAGE.iterdir()} - {"__pycache__", "py.typed"}
    assert len(names - {"conformance", "regimens", "schema"}) <= MOST_NAMES


def test_the_map_names_two_rooms_and_the_errors() -> None:
    """What is public is made there."""
    assert own_imports(MAP) == {"plan", "plan.build", "cohort", "errors"}


def test_no_two_modules_import_each_other() -> None:
    """Not inside a room either; raises CycleError naming the circle."""
    graph = {module: own_imports(module) - {module} for module in MODULES}
    assert list(TopologicalSorter(graph).static_order())


def test_only_the_command_line_uses_the_map() -> None:
    """The public names are for those outside; inside, a module says what it needs."""
    assert {name for name in MODULES if MAP in own_imports(name)} == {
        "cli",
        "output.selftest",  # for the version alone
        "views.data",  # likewise
    }


# --- other packages -----------------------------------------------------------------


@every_module
def test_another_package_is_imported_in_its_room_only(module: str) -> None:
    """The core has none but the holiday library and dateutil's month names."""
    packages = {name.partition(".")[0] for name in imported(MODULES[module])}
    for package in packages - sys.stdlib_module_names - {"b12sched", "__future__"}:
        assert package in LIBRARIES
        places = LIBRARIES[package]
        assert any(f"{module}.".startswith(f"{place}.") for place in places)


@every_module
def test_slow_imports_are_late(module: str) -> None:
    """Only Typer is imported with a module: the commands need it to be declared."""
    packages = {n.partition(".")[0] for n in imported(at_import(MODULES[module]))}
    early = {(room_of(module), package) for package in packages & set(LIBRARIES)}
    assert early <= EARLY


def test_a_plan_is_made_without_any_slow_package() -> None:
    """Importing the command line and building a plan loads none of them."""
    code = (
        "import sys, b12sched.cli; from b12sched import Case, Clinic, build;"
        "row = {'start': '2026-01-05', 'neuro': 'yes', 'renal': 'normal'};"
        "build(Case.parse(row), Clinic.parse({'open': 'mon-fri'}));"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "b12sched.plan.build" in loaded
    assert not loaded & {"icalendar", "holidays", "dateutil", "rich.table", "pydantic"}


# --- disk, clock, terminal ----------------------------------------------------------

WRITING_METHODS = {
    *("write_text", "write_bytes", "touch", "mkdir", "rmdir", "unlink", "rename"),
    *("symlink_to", "hardlink_to", "chmod"),
}
WRITING_MODULES = {"tempfile", "shutil", "zipfile", "sqlite3", "shelve", "dbm"}
HARMLESS = "shutil.get_terminal_size"
READING_MODES = {"r", "rb", "rt"}


def writes(call_name: str, call: ast.Call) -> bool:
    """Whether a call may change the disk."""
    owner, _, method = call_name.rpartition(".")
    if method == "open":
        if owner == "os":
            return ast.unparse(call.args[0]) != "os.devnull"
        at = 0 if owner else 1
        keyword = [k.value for k in call.keywords if k.arg == "mode"]
        modes = [*call.args[at : at + 1], *keyword]
        return any(
            not isinstance(m, ast.Constant) or m.value not in READING_MODES
            for m in modes
        )
    if owner == "os":
        return method in {
            *("replace", "rename", "remove", "unlink", "mkdir", "makedirs", "rmdir"),
            *("link", "symlink", "truncate", "chmod", "removedirs"),
        }
    # `text.replace(a, b)` is a text's, `path.replace(target)` a file's.
    is_move = method == "replace" and len(call.args) + len(call.keywords) == 1
    return method in WRITING_METHODS or (is_move and _is_no_dataclass(call))


def _is_no_dataclass(call: ast.Call) -> bool:
    return not any(keyword.arg for keyword in call.keywords)


@every_module
def test_only_files_writes_to_disk(module: str) -> None:
    """No other module opens a file to write, moves, removes or makes one.

    But for the temporary file of a database, which has no name.
    """
    found = {name for name, call in calls(module) if writes(name, call)}
    for name in {*imported(MODULES[module]), *used(module)} - {HARMLESS}:
        owner, _, member = name.partition(".")
        if member and owner in WRITING_MODULES:
            found.add(name)
    if module == "files.disk":
        assert found
    elif module == "cohort.seen":
        assert found == {"sqlite3.connect", "sqlite3.Error", "sqlite3.Cursor"}
    else:
        assert not found


CLOCK = {"now", "utcnow", "today"}
TERMINAL = {
    *("sys.stdin", "sys.stdout", "sys.stderr", "sys.argv", "sys.exit"),
    *("os.environ", "os.getenv", "os.get_terminal_size", "input", "print"),
    *("shutil.get_terminal_size",),
}


PASSED = {"output.delivery": "job.today", "cohort.lists.window": "self.today"}
"""The day of the run as a value, which the commands pass down."""


@every_module
def test_only_the_command_line_knows_clock_environment_and_terminal(
    module: str,
) -> None:
    """Whatever depends on now or on where the program runs is a parameter below."""
    found = {name for name in used(module) if name in TERMINAL}
    for name in {*used(module), *imported(MODULES[module])}:
        owner, _, member = name.rpartition(".")
        if owner == "environment" and room_of(module) in ("cli", "commands"):
            continue
        if (owner and member in {*CLOCK, "isatty"}) or owner == "time":
            found.add(name)
    if module in PASSED:
        assert found == {PASSED[module]}
        assert PASSED[module] not in {name for name, _ in calls(module)}
    elif module == "commands.environment":
        assert found == {
            *("os.environ", "dt.date.today", "dt.datetime.now", "time.monotonic")
        }
    elif module == "output.parallel":
        assert found == {"os.environ"}, "what other processes start with"
    elif module == "cli":
        assert "sys.argv" in found
        assert not {name for name in found if name.startswith(("dt.", "os."))}
    elif module == "commands.terminal":
        assert "sys.stdin.isatty" in found
        assert not {name.rpartition(".")[2] for name in found} & CLOCK
    else:
        assert not found


IMPURE = {
    *("random", "secrets", "uuid", "time", "locale", "gettext", "os", "sys", "io"),
    *("pathlib", "subprocess", "socket", "threading", "logging", "warnings"),
}


@for_each(CORE)
def test_the_core_has_no_clock_randomness_environment_locale_or_disk(
    module: str,
) -> None:
    """The same case and clinic make the same plan, on any machine and any day.

    Formats that follow the locale (`strftime`, `:%a`, `:n`) are out as well.
    """
    packages = {name.partition(".")[0] for name in imported(MODULES[module])}
    assert not packages & IMPURE
    names = {name.rpartition(".")[2] for name in used(module)}
    assert not names & {"strftime", "strptime", "month_name", "day_name"}
    assert not {name for name, _ in calls(module)} & {"hash", "id"}
    specs = {
        part.value
        for node in ast.walk(MODULES[module])
        if isinstance(node, ast.FormattedValue) and node.format_spec
        for part in ast.walk(node.format_spec)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }
    assert not [spec for spec in specs if "%" in spec or spec.endswith("n")]


# --- manners ------------------------------------------------------------------------


@every_module
def test_public_names_have_docstrings(module: str) -> None:
    """Every module, and every class and function in it without a leading underscore."""
    tree = MODULES[module]
    silent = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        if not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert not silent
    assert ast.get_docstring(tree)


def test_a_module_over_300_lines_has_a_reason() -> None:
    """The list holds those that are that long, and no other."""
    long = {
        name_of(path)
        for path in PACKAGE.rglob("*.py")
        if len(path.read_text("utf-8").splitlines()) > 300
    }
    assert long == set(LARGE)


# --- limits -------------------------------------------------------------------------


def late_imports() -> Iterator[tuple[str, str]]:
    """Every import of our own modules inside a function: the module, and the import."""
    for module, tree in MODULES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Import | ast.ImportFrom):
                        text = ast.unparse(inner)
                        if "b12sched" in text:
                            yield module, text


def test_few_imports_of_our_own_wait_inside_functions() -> None:
    """A lazy door is worth its place for a slow view or a command, and no more."""
    assert len(list(late_imports())) <= MOST_LATE_IMPORTS


def test_there_are_few_classes() -> None:
    """A new concept takes the place of an old one."""
    nodes = (node for tree in MODULES.values() for node in ast.walk(tree))
    assert sum(isinstance(node, ast.ClassDef) for node in nodes) <= MOST_CLASSES


def test_commands_are_typed() -> None:
    """A misspelt option is an error of types: no command takes whatever it is given.

    `with_options` alone does: Typer hands it every value by name.
    """
    assert [
        module
        for module, tree in MODULES.items()
        for node in ast.walk(tree)
        if room_of(module) in ("cli", "commands", "output")
        if isinstance(node, ast.FunctionDef) and node.args.kwarg
    ] == ["commands.options"]


# --- tests --------------------------------------------------------------------------


def test_each_folder_of_tests_says_what_belongs_there() -> None:
    """And every test stands in one of them."""
    tests = ROOT / "tests"
    page = (tests / "README.md").read_text("utf-8")
    named = set(re.findall(r"^\| `(\w+)` \| .", page, re.MULTILINE))
    folders = {path.name for path in tests.iterdir() if path.is_dir()}
    assert named == {name for name in folders if name.isidentifier()} - {"__pycache__"}
    assert not list(tests.glob("test_*.py"))
