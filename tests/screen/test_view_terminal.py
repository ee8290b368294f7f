"""The terminal: the lines of every plan, at every width, in a pipe and in colour.

In short it is what a person needs at a glance; in full it is everything there is.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from effort import every, some_or_all
from hypothesis import given, reject
from hypothesis import strategies as st
from random_plans import ROWS, WIDTHS, built, some_plans
from rich.cells import cell_len
from rich.console import Console
from spec import Row, plan_of, table

from b12sched import Plan
from b12sched.dates import WEEKDAYS, day_text
from b12sched.errors import B12SchedError
from b12sched.plan.cautions import Caution, Severity, cautions
from b12sched.plan.events import Kind, Phase
from b12sched.plan.wording import summary, title, what_to_do, why
from b12sched.rules import Rule, meanings, strength_text
from b12sched.views.screen.layout import show, unstyled
from b12sched.views.screen.plan import View, plan_lines

PRINTABLE = st.one_of(st.characters(exclude_categories=["C", "Z"]), st.just(" "))
VIEWS = st.sampled_from(View)
WEEKDAY_DATE = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [0-9]{4}-[0-9]{2}-[0-9]{2}"
WHOLE = re.compile(rf"{WEEKDAY_DATE}|[0-9]+ (?:mg|micrograms) IM|dose [0-9]+")
WORD = re.compile(r"\S+")


def screen(
    plan: Plan,
    width: int,
    view: View = View.TABLE,
    *,
    full: bool = False,
    whys: bool = False,
    saved: Sequence[str] = (),
) -> list[str]:
    """What is printed into a pipe of that width, line by line."""
    lines = plan_lines(plan, width, "utf-8", view, whys=whys, full=full, saved=saved)
    text = unstyled(lines, "utf-8")
    assert text.endswith("\n")
    return text[:-1].split("\n")


def said(plan: Plan) -> Iterator[str]:
    """Every text that the full table must hold, as its author wrote it."""
    yield from (text for row in summary(plan) for text in row)
    for event in plan.events:
        yield from (day_text(event.date), f"{plan.day(event)},", f"{event.status}:")
        yield from (title(plan, event), why(plan, event), f"[{event.rule}]")
    yield from dict.fromkeys(
        what_to_do(plan, event) for event in plan.events if event.kind is not Kind.DOSE
    )
    found = cautions(plan)
    regimen = plan.case.regimen
    rules = {
        event.rule: regimen.rule(event.rule, plan.case.drug) for event in plan.events
    }
    for caution in found:
        yield from (f"{caution.code}:", caution.text)
    yield from (f"{name}: {rule.title}. {rule.note}" for name, rule in rules.items())
    claims: list[Caution | Rule] = [*found, *rules.values()]
    for claim in claims:
        yield f"Strength: {strength_text(claim.strength)}."
        yield f"Sources: {', '.join(claim.sources)}."
    for key in {key for claim in claims for key in claim.sources}:
        yield f"{key}: {regimen.source(key).dated}"
    for strength, meaning in meanings(
        s for each in claims for s in each.strength
    ).items():
        yield f"{strength}: {meaning}"


def counted(pattern: re.Pattern[str], texts: Iterator[str] | list[str]) -> Counter[str]:
    return Counter(found for text in texts for found in pattern.findall(text))


@some_plans
@given(ROWS, WIDTHS)
def test_no_word_of_a_plan_is_lost_cut_or_broken(row: Row, width: int) -> None:
    """Every word of every text stands on the screen, whole, as often as it is said."""
    plan = built(row)
    lines = screen(plan, width, full=True)
    assert not counted(WORD, said(plan)) - counted(WORD, lines)


@some_plans
@given(ROWS, WIDTHS)
def test_dates_doses_and_event_numbers_stay_on_one_line(row: Row, width: int) -> None:
    """`Mon 2026-01-05`, `1 mg IM` and `dose 12` are never folded at their spaces."""
    plan = built(row)
    lines = screen(plan, width, full=True)
    assert not counted(WHOLE, said(plan)) - counted(WHOLE, lines)


@some_plans
@given(ROWS, WIDTHS, VIEWS, st.sampled_from(["short", "whys", "full"]))
def test_no_line_is_wider_than_the_console(
    row: Row, width: int, view: View, much: str
) -> None:
    """Nothing is left to the terminal to wrap or to cut, but for a long address."""
    plan = built(row)
    for line in screen(plan, width, view, whys=much == "whys", full=much == "full"):
        assert cell_len(line) <= width or line.split()[-1].startswith("http")
        assert line == line.rstrip()
        assert "…" not in line
        assert line.isprintable()


@some_plans
@given(ROWS, WIDTHS, VIEWS)
def test_in_full_every_view_has_header_cautions_and_sources(
    row: Row, width: int, view: View
) -> None:
    """The summary's words come before the view, the cautions after it, in order."""
    plan = built(row)
    lines = screen(plan, width, view, full=True)
    at = lines.index("Cautions")
    header = " ".join(lines[: lines.index("", 3)]).split()
    assert set(" ".join(text for _, text in summary(plan)).split()) <= set(header)
    codes = [caution.code for caution in cautions(plan)]
    found = re.findall(r"^  (?:WARNING|info   )  (\S+):", "\n".join(lines[at:]), re.M)
    assert found == codes
    for caution in cautions(plan):
        severity = "WARNING" if caution.severity is Severity.WARNING else "info"
        assert any(
            line.startswith(f"  {severity:7}  {caution.code}:") for line in lines
        )


@some_plans
@given(WIDTHS)
def test_an_address_is_never_broken(width: int) -> None:
    """The address of every cited source can be opened and copied from the screen."""
    plan = plan_of(neuro="yes", renal="impaired")
    lines = screen(plan, width, full=True)
    joined = "\n".join(line.strip() for line in lines[lines.index("Sources") :])
    for caution in cautions(plan):
        for key in caution.sources:
            for seen, address in plan.case.regimen.source(key).places:
                assert re.search(rf"{seen}:\s{re.escape(address)}$", joined, re.M)


@some_plans
@given(st.text(PRINTABLE, min_size=1, max_size=64), WIDTHS)
def test_patient_reference_is_shown_as_it_is(patient: str, width: int) -> None:
    """It may fold within itself, in any script, but loses no character."""
    try:
        plan = plan_of(patient=patient)
    except B12SchedError:
        reject()
    lines = screen(plan, width, full=True)
    end = next(n for n, line in enumerate(lines) if line.startswith("  Regimen"))
    assert "".join(line[16:] for line in lines[2:end]) == patient
    assert first_of(screen(plan, width)) == patient


def first_of(lines: list[str]) -> str:
    """What stands before the title of a plan in short."""
    at = next(n for n, line in enumerate(lines) if "Vitamin B12" in line)
    return "".join(
        [*lines[:at], lines[at].partition("Vitamin B12")[0].removesuffix("  ")]
    )


@pytest.mark.unmeasured
@table(
    "patient",
    ("markup", "[red]A[/red] [bold]"),
    ("markup that is not closed", "[/]"),
    ("an emoji's name", ":syringe: A"),
    ("wide letters", "患者" * 32),
    ("marks on letters", "e\u0301" * 32),
    ("a mark on no letter", "\u0300"),
    ("signs of two characters", "\u2764\ufe0f" * 32),
    ("flags", "\U0001f1ec\U0001f1e7" * 32),
    ("right to left", "\u05d0" * 64),
    ("an escaped bracket", r"\[a]"),
)
@pytest.mark.parametrize("width", [40, 80, 120])
def test_patient_reference_is_data(patient: str, width: int) -> None:
    """Rich reads neither markup nor emoji in it, and it is never cut."""
    lines = screen(plan_of(patient=patient), width, full=True)
    end = next(n for n, line in enumerate(lines) if line.startswith("  Regimen"))
    assert "".join(line[16:] for line in lines[2:end]) == patient
    lines = screen(plan_of(patient=patient), width)
    assert first_of(lines) == patient
    assert all(cell_len(line) <= width for line in lines)


def test_patient_row_is_left_out_without_a_reference() -> None:
    """A plan may have no reference."""
    plan = plan_of(patient="")
    assert not any("Patient" in line for line in screen(plan, 80, full=True)[:12])
    assert screen(plan, 80)[0].startswith("Vitamin B12 injection plan: standard")


@pytest.mark.unmeasured
@pytest.mark.parametrize("view", View)
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "cp437"])
def test_other_encodings_than_utf_8_lose_nothing(view: View, encoding: str) -> None:
    """What the console's encoding cannot hold is escaped; lines are drawn in ASCII."""
    plan = plan_of(patient="Zoë 患", neuro="yes", egfr="95")
    text = unstyled(plan_lines(plan, 60, encoding, view, full=True), encoding)
    assert text.encode(encoding).decode(encoding) == text
    assert "\\u60a3" in text
    assert ("Zoë" in text) is (encoding != "ascii")
    assert "mL/min/1.73 m" in text
    own = text.replace("Zoë", "").replace("²", "").replace("µ", "")
    assert own.isascii()


def terminal(
    plan: Plan, view: View = View.TABLE, *, full: bool = False, **environment: str
) -> str:
    """What is written to a terminal with that environment."""
    file = io.StringIO()
    env = {"COLUMNS": "80", "LINES": "40", "TERM": "xterm-256color"} | environment
    console = Console(file=file, force_terminal=True, _environ=env)
    show(console, plan_lines(plan, console.width, "utf-8", view, full=full))
    return file.getvalue()


@pytest.mark.parametrize("view", View)
def test_colour_is_used_on_a_terminal_only(view: View) -> None:
    """A pipe gets no escape, a terminal gets the same text with colours."""
    plan = plan_of(neuro="yes")
    coloured = terminal(plan, view)
    assert "\x1b[" in coloured
    plain = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert plain.removesuffix("\n").split("\n") == screen(plan, 80, view)


@pytest.mark.parametrize("view", View)
def test_no_color_and_dumb_terminals_are_honoured(view: View) -> None:
    """NO_COLOR takes the colours away, TERM=dumb every escape."""
    plan = plan_of(neuro="yes")
    codes = re.findall(r"\x1b\[([0-9;]*)m", terminal(plan, view, NO_COLOR="1"))
    assert {int(code) for part in codes for code in part.split(";")} <= {0, 1, 2, 4}
    # A link is no colour.
    assert "\x1b]8;" in terminal(plan, view, full=True, NO_COLOR="1")
    assert "\x1b" not in terminal(plan, view, TERM="dumb")


@pytest.mark.parametrize("view", View)
def test_a_plan_without_events_says_so(view: View) -> None:
    """A plan of nothing but its header: no facts make one, as what is next is in it."""
    plan = plan_of(last_dose="2026-01-05", months="1")
    none_to_come = plan.maintenance._replace(first=None)
    plan = replace(plan, events=(), maintenance=none_to_come)
    assert "No events up to the horizon." in screen(plan, 80, view)
    assert "No events up to the horizon." in screen(plan, 80, view, full=True)


def test_the_plan_of_a_patient_who_died_says_that_alone() -> None:
    """No dose, no rule, no warning: when treatment ended, and where it is saved."""
    plan = plan_of(ended="2026-01-05", because="died")
    lines = screen(plan, 80)
    assert "Ended    Mon 2026-01-05 because the patient died" in lines
    assert not any(line.startswith("!") for line in lines)
    assert "Rules of these dates" not in screen(plan, 80, full=True)
    oral = plan_of(last_dose="2026-01-05", ended="2026-01-20", because="oral")
    assert not any(line.startswith("i ") for line in screen(oral, 80))


def test_what_to_do_says_the_target_only_when_it_applies() -> None:
    """The homocysteine target is stated for normal renal status alone (LAB)."""
    normal, impaired = (
        " ".join(screen(plan_of(renal=renal), 40, full=True))
        for renal in ("normal", "impaired")
    )
    assert "Homocysteine target below 10 µmol/L" in re.sub(" +", " ", normal)
    assert "µmol/L" not in impaired


def test_rules_of_the_dates_stand_with_their_sources() -> None:
    """Each rule that dates an event is named with its strength, sources and limits."""
    lines = screen(plan_of(), 80, full=True)
    at = lines.index("  LOAD-STANDARD: " + lines_of_rule("LOAD-STANDARD"))
    assert "  Strength: guideline. Sources: bnf." in "\n".join(lines[at : at + 7])
    assert not any(line.startswith("  LOAD-NEURO:") for line in lines)


def lines_of_rule(name: str) -> str:
    """The beginning of what the screen of 80 columns says of a rule."""
    rule = plan_of().case.regimen.rule(name)
    words = f"{rule.title}. {rule.note}"
    return words[: words.rindex(" ", 0, 80 - len(f"  {name}: ") + 1)]


def test_a_screen_narrower_than_40_columns_is_laid_out_for_40() -> None:
    """Below that the terminal folds; nothing fails."""
    assert screen(plan_of(neuro="yes"), 10) == screen(plan_of(neuro="yes"), 40)


# --- in short -----------------------------------------------------------------------

HISTORIES: dict[str, Row] = {
    "a standard course": {},
    "neurology": {"neuro": "yes"},
    "cyanocobalamin": {"drug": "cyanocobalamin"},
    "loading half given": {
        "neuro": "yes",
        "renal": "impaired",
        "given_through": "2026-02-06",
        "as_of": "2026-02-06",
    },
    "a plateau and a step-up": {
        "neuro": "yes",
        "egfr": "44",
        "given_through": "2026-02-20",
        "plateau": "2026-02-20",
        "monthly_from": "2026-09-01",
    },
    "overdue on maintenance": {
        "last_dose": "2026-01-05",
        "neuro": "yes",
        "as_of": "2026-03-20",
    },
}
CLINICS: dict[str, Row] = {
    "every day": {},
    "weekdays in England": {"open": "mon-fri", "holidays": "GB-ENG"},
    "two days, two weeks closed": {
        "open": "mon,thu",
        "closed": "2026-02-09..2026-02-20",
    },
    "Tuesdays in the US": {"open": "tue", "holidays": "US"},
}


@pytest.mark.parametrize("clinic", CLINICS)
@pytest.mark.parametrize("history", HISTORIES)
def test_a_plan_in_short_has_at_most_40_lines_and_every_date(
    history: str, clinic: str
) -> None:
    """Of a maintenance dose, lab, assessment and decision; and the ends of loading."""
    plan = plan_of(**HISTORIES[history] | CLINICS[clinic])
    lines = screen(plan, 80)
    assert len(lines) <= 40
    text = "\n".join(lines)
    assert "…" not in text
    loading = [e for e in plan.events if e.phase is Phase.LOADING]
    for event in plan.events:
        inside = event.kind is Kind.REVIEW and event.id != plan.decision
        if event.phase is Phase.LOADING or inside:
            continue
        assert day_text(event.date) in text
        assert event.date == event.due or f"due {day_text(event.due)}" in text
    for dose in (*loading[:1], *loading[-1:]):
        assert day_text(dose.date) in text
    for caution in cautions(plan):
        if caution.severity is Severity.WARNING:
            assert f"[{caution.code}]" in text
        else:
            assert caution.code in text.partition(" notes: ")[2]


WEEKS = [
    ",".join(day for at, day in enumerate(WEEKDAYS) if week >> at & 1).lower()
    for week in range(1, 128)
]


@pytest.mark.unmeasured
@some_or_all
@pytest.mark.parametrize("drug", ["hydroxocobalamin", "cyanocobalamin"])
@pytest.mark.parametrize("neuro", ["yes", "no"])
def test_no_week_of_a_clinic_makes_a_plan_longer_than_40_lines(
    drug: str, neuro: str, thorough: bool
) -> None:
    """Whichever days it is open, and where its public holidays are known in part."""
    for week in every(12, WEEKS, thorough=thorough):
        for holidays in ("", "GB"):
            plan = plan_of(drug=drug, neuro=neuro, open=week, holidays=holidays)
            assert len(screen(plan, 80)) <= 40, (week, holidays)


def test_each_warning_takes_at_most_two_lines_those_about_this_patient_first() -> None:
    """The texts that hold for everybody come after those about the patient."""
    plan = plan_of(
        **HISTORIES["a plateau and a step-up"] | CLINICS["Tuesdays in the US"]
    )
    lines = screen(plan, 80)
    at = [n for n, line in enumerate(lines) if line[:3] in ("!  ", "i  ")]
    at = [n for n in at if n > lines.index("", 5)]
    assert all(later - earlier <= 2 for earlier, later in pairwise(at))
    codes = re.findall(r"\[([a-z0-9-]+)\]", "\n".join(lines))
    assert codes[0] == "urgent-neuro"
    assert codes[-4:] == ["cobalamin-allergy", "lifelong", "folate-alone", "potassium"]


@table(
    "patient, saved, said",
    ("nothing", "A-17", (), "Not saved: -o A-17.json keeps it."),
    ("a plan file", "A-17", ("x/A-17.json",), "Saved: x/A-17.json."),
    (
        "a calendar alone",
        "A-17",
        ("a.ics",),
        "Saved: a.ics. To revise the plan later add -o A-17.json.",
    ),
    ("no reference", "", (), "Not saved: -o plan.json keeps it."),
    ("no file name", "A/17", (), "Not saved: -o plan.json keeps it."),
    ("a name to quote", "A 17", (), "Not saved: -o 'A 17.json' keeps it."),
    ("another script", "患者", (), "Not saved: -o plan.json keeps it."),
)
def test_the_last_line_says_what_was_saved_and_how_to_see_more(
    patient: str, saved: tuple[str, ...], said: str
) -> None:
    """One line, which can be pasted."""
    end = " ".join(screen(plan_of(patient=patient), 80, saved=saved)[-2:]).strip()
    assert end == f"{said} More: --why, --full; b12sched explain CODE"


@table(
    "path",
    ("a long one", f"plans/{'x' * 90}/A-17.json"),
    ("with blanks", f"{'our plans/' * 9}A 17.json"),
    ("a long name with blanks", f"{'our plans ' * 9}.json"),
    ("of another system", rf"C:\plans\{'x' * 90}.json"),
    ("in wide letters", f"{'患者' * 30}.json"),
)
def test_a_path_is_never_broken_so_that_it_can_be_copied(path: str) -> None:
    """The terminal wraps it; after it the line goes on as before."""
    for width in (40, 80, 120):
        lines = screen(plan_of(), width, saved=("a.ics", path))
        assert sum(path in line for line in lines) == 1
        assert " ".join(lines).endswith("More: --why, --full; b12sched explain CODE")
        others = [line for line in lines if path not in line]
        assert max(map(cell_len, others)) <= width


def test_the_reason_of_each_date_is_added_where_asked() -> None:
    """And nothing else is: the warnings stay short."""
    plan = plan_of(neuro="yes", open="mon-fri")
    short, whys = screen(plan, 80), screen(plan, 80, whys=True)
    assert [line for line in whys if line in short] == short
    assert "clinic closed on Sun: 2 days earlier [LAB]" in " ".join(
        " ".join(whys).split()
    )


def test_what_is_overdue_stands_out_without_colour_and_is_red_with_it() -> None:
    """Red is for warnings and what is overdue only."""
    late = plan_of(last_dose="2026-01-05", as_of="2026-03-20")
    assert any(
        line.startswith("!  Fri 2026-03-20  Maintenance dose 1, next: OVERDUE 15 days")
        for line in screen(late, 80)
    )
    assert re.search(r"\x1b\[1;31mMaintenance dose 1, next: OVERDUE", terminal(late))
    for view in View:
        red = re.findall(r"\x1b\[[0-9;]*31m([^\x1b]*)", terminal(plan_of(), view))
        assert set(red) == {"!"}


def test_a_source_is_a_link_on_its_title() -> None:
    """Where the terminal can; the address stands below as text in any case."""
    text = terminal(plan_of(), full=True)
    url = "https://bnf.nice.org.uk/drugs/hydroxocobalamin/"
    assert re.search(rf"\x1b\]8;id=[0-9-]*;{url}\x1b\\BMJ, Royal", text)
    assert "\x1b" not in "".join(screen(plan_of(), 80, full=True))
