"""b12sched: dated plans of vitamin B12 injections.

Read in this order: `rules`, `regimen` and `regimen_file` (clinical knowledge with its
sources; the data are `regimens/*.toml`), `plan` (facts to dates and texts), `cohort`
(many patients), `ics` and `views` (what is shown and written), then `output`,
`publish`, `commands` and `cli`. docs/architecture.md is the overview.
"""

# Import nothing here: `python -m b12sched` still searches the working directory.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from b12sched.cohort import RowError, open_cohort, plan_row, plan_rows
    from b12sched.errors import B12SchedError, InputError, RefusedError
    from b12sched.plan import Case, Clinic, Plan, build

__all__ = [
    "B12SchedError",
    "Case",
    "Clinic",
    "InputError",
    "Plan",
    "RefusedError",
    "RowError",
    "build",
    "open_cohort",
    "plan_row",
    "plan_rows",
]
__version__ = "0.2.0"

_ROOMS = {
    "B12SchedError": "errors",
    "Case": "plan",
    "Clinic": "plan",
    "InputError": "errors",
    "Plan": "plan",
    "RefusedError": "errors",
    "RowError": "cohort",
    "build": "plan",
    "open_cohort": "cohort",
    "plan_row": "cohort",
    "plan_rows": "cohort",
}


def __getattr__(name: str) -> object:
    """Return a public name, imported on first use so that commands start fast."""
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
