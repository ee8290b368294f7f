"""The plan as a page of Markdown: text is shown as it is."""

from __future__ import annotations

from spec import plan_of, table

from b12sched.views.markdown import escape, plan_markdown, table_lines


@table(
    "text, page",
    ("plain", "A-17", "A-17"),
    ("markup", "a*b_c", r"a\*b\_c"),
    ("an address", "https://example.org/x", "`https://example.org/x`"),
    ("one without its scheme", "WWW.example.org", "`WWW.example.org`"),
    ("a mailbox", "nurse@example.org", "`nurse@example.org`"),
    ("with a mark of code", "`a@b``", "``` `a@b`` ```"),
)
def test_no_reference_becomes_a_link(text: str, page: str) -> None:
    """Programs make links of addresses by themselves, but not in a code span."""
    assert escape(text) == page


def test_a_bar_ends_no_cell_of_a_table() -> None:
    """Not even in a code span."""
    rows = list(table_lines(("Patient",), [("A|http://x",), ("B|C",)]))
    assert rows[2:] == [r"| `A\|http://x` |", r"| B\|C |"]


def test_the_title_of_a_page_is_no_link() -> None:
    """A reference may be anything that is printed."""
    page = plan_markdown(plan_of(patient="https://example.org")).decode()
    assert page.startswith("# Vitamin B12 injection plan for `https://example.org`\n")
