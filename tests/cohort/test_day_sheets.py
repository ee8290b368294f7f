"""Day sheets (`worklist -o FILE.html`): what stands on which sheet, and on paper."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from list_cases import WEEK, Fields, visits, window

from b12sched.cohort.lists.worklist import Visit
from b12sched.views.lists.day_sheet import day_sheets

LATE: Fields = {"patient": "B-2", "last_dose": "2025-10-20"}
"""The next dose is due on Saturday 20 December 2025."""

NEURO: Fields = {"patient": "N-3", "start": "2026-03-01", "neuro": "yes"} | {
    "loading_weeks": "27"
}
"""On Monday 1 June 2026: blood tests, an examination and a dose."""

JUNE = ("2026 Jun 1", "2026 Jun 1")


def plain(page: str) -> str:
    """The text of a page, its markup and doubled blanks taken out."""
    return " ".join(re.sub(r"<[^>]*>", " ", re.sub("</?span[^>]*>", "", page)).split())


def sheets(found: list[Visit], days: tuple[str, str], missing: str = "") -> list[str]:
    """The text of each sheet."""
    page = day_sheets(found, window(*days), missing).decode()
    return [plain(part) for part in page.split("<section>")[1:]]


def test_each_clinic_day_has_a_sheet() -> None:
    """With its patients and doses, and the columns to fill in."""
    found = sheets(visits({}), WEEK)
    assert found == [
        f"{day} 1 patient, 1 dose "
        "Patient What Batch Site By Not given because "
        f"A-17 Loading dose {number}: hydroxocobalamin 1 mg IM"
        for number, day in enumerate(
            ("Mon 2026-01-05", "Wed 2026-01-07", "Fri 2026-01-09"), 1
        )
    ]


def test_an_overdue_dose_is_first_on_the_day_on_which_it_is_to_come() -> None:
    """Once, and before patients whose names come before."""
    monday, *_ = sheets(visits({}, LATE, as_of="2026 Jan 5"), WEEK)
    assert monday.startswith(
        "Mon 2026-01-05 2 patients, 2 doses; overdue: ask about symptoms, the "
        "prescriber decides"
    )
    assert monday.endswith(
        "B-2 16 days overdue, due Sat 2025-12-20 "
        "Maintenance dose 1: hydroxocobalamin 1 mg IM "
        "A-17 Loading dose 1: hydroxocobalamin 1 mg IM"
    )


def test_an_overdue_dose_of_another_day_has_a_sheet_before_the_others() -> None:
    """As of 20 January it comes on that day, which has no sheet in this week."""
    overdue, monday, *_ = sheets(
        [*visits(LATE, as_of="2026 Jan 20"), *visits({})], WEEK
    )
    assert overdue == (
        "Overdue doses: ask about symptoms, the prescriber decides "
        "Patient What Done on Batch Site By Not given because "
        "B-2 31 days overdue, due Sat 2025-12-20 "
        "Maintenance dose 1: hydroxocobalamin 1 mg IM; to come on Tue 2026-01-20"
    )
    assert "B-2" not in monday


def test_a_check_whose_day_is_past_is_asked_for_once() -> None:
    """Before the days, and on its day no more."""
    overdue, june = sheets(visits(NEURO, days=JUNE, today="2026 Jun 2"), JUNE)
    assert overdue.startswith(
        "Overdue checks: the day is past, and nothing here records whether it was done"
    )
    assert "examination 13; was it done on Mon 2026-06-01?" in overdue
    assert "homocysteine; was it done on Mon 2026-06-01?" in overdue
    assert "examination" not in june
    assert "Loading dose 47" in june


def test_a_visit_has_one_row_and_a_box_for_each_thing_to_do() -> None:
    """Blood may be taken and the dose not given."""
    page = day_sheets(visits(NEURO, days=JUNE), window(*JUNE)).decode()
    assert page.count("<tbody>") == 1
    assert page.count("<i></i>") == 3


def test_a_provisional_dose_says_so() -> None:
    """A plateau may still be recorded."""
    row = {"neuro": "yes"}
    days = ("2026 May 25", "2026 May 31")
    assert "1 mg IM (provisional)" in sheets(visits(row, days=days), days)[0]


def test_what_is_carried_stands_below_the_patient() -> None:
    """With its header; empty cells are left out, and nothing is markup."""
    cells = (("Name", "<b>Zoë</b>"), ("Room", ""), ("No\x1b", "4\n5"))
    found = [visit._replace(carried=cells) for visit in visits({"patient": "<A>"})]
    page = day_sheets(found, window(*WEEK)).decode()
    assert "&lt;b&gt;Zoë&lt;/b&gt;" in page
    assert "<bdi>&lt;A&gt;</bdi>" in page
    assert "No\\x1b: <bdi>4\\n5</bdi>" in page
    assert "Room:" not in page


def test_an_empty_list_is_a_page_that_says_so() -> None:
    """Also of what is missing in it."""
    page = day_sheets([], window(*WEEK)).decode()
    assert plain(page).endswith(
        "Worklist, Mon 2026-01-05 to Sun 2026-01-11: No visits."
    )
    missing = " 1 row of the cohort failed and is not in this list."
    page = day_sheets([], window(*WEEK), missing).decode()
    assert plain(page).endswith(f": 0 patients, 0 doses.{missing}")


def test_the_first_sheet_says_what_is_on_none() -> None:
    """People may read the paper without the errors."""
    missing = " 1 row of the cohort failed and is not in this list."
    first, second, *_ = sheets(visits({}), WEEK, missing)
    assert first.startswith(missing.strip())
    assert "failed" not in second


def test_the_page_has_no_script_and_nothing_to_fetch() -> None:
    """It may lie on a shared drive."""
    page = day_sheets(visits({}), window(*WEEK)).decode()
    assert "default-src 'none'" in page
    assert not re.search(r"<script|src=|href=|url\(|@import", page)


# --- on paper ------------------------------------------------------------------------

PAPERS = {"A4": (210, 297), "Letter": (215.9, 279.4)}
MM = 25.4 / 72
BOTTOM = 14.0
"""The lower margin of a page in millimetres."""


def printed(directory: Path, page: bytes, paper: str) -> list[list[tuple[float, str]]]:
    """What stands on each page of that paper, with its height above the edge in mm."""
    pypdf = pytest.importorskip("pypdf")
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    assert browser
    sheet, pdf = directory / "sheet.html", directory / "sheet.pdf"
    size = f"@page {{ size: {paper}; ".encode()
    sheet.write_bytes(page.replace(b"@page { ", size))
    subprocess.run(
        [
            *(browser, "--headless=new", "--no-sandbox", "--disable-gpu"),
            *("--no-pdf-header-footer", f"--print-to-pdf={pdf}", sheet.as_uri()),
        ],
        check=True,
        capture_output=True,
        timeout=60,
    )
    found = []
    for each in pypdf.PdfReader(io.BytesIO(pdf.read_bytes())).pages:
        sides = (float(each.mediabox.width) * MM, float(each.mediabox.height) * MM)
        assert sides == pytest.approx(PAPERS[paper], abs=0.5)
        lines: list[tuple[float, str]] = []

        def visit(
            text: str,
            cm: list[float],
            tm: list[float],
            *_: object,
            lines: list[tuple[float, str]] = lines,
        ) -> None:
            if text.strip():
                height = (cm[1] * tm[4] + cm[3] * tm[5] + cm[5]) * MM
                lines.append((height, text.strip()))

        each.extract_text(visitor_text=visit)
        found.append(lines)
    return found


def sixty(**row: str) -> list[Fields]:
    """Sixty patients with the same facts."""
    return [row | {"patient": f"Ref{number}"} for number in range(10, 70)]


def references(lines: list[tuple[float, str]]) -> list[str]:
    """The patients on a page."""
    return [text for _, text in lines if re.fullmatch(r"Ref\d+", text)]


@pytest.mark.unmeasured
@pytest.mark.needs_chromium
@pytest.mark.parametrize("paper", PAPERS)
def test_a_day_begins_a_page_and_no_patient_is_split(
    tmp_path: Path, paper: str
) -> None:
    """Blood tests, an examination and a dose of sixty patients, a dose two days later.

    Each page has its day at the top, and of each patient everything.
    """
    days = ("2026 Jun 1", "2026 Jun 3")
    page = day_sheets(visits(*sixty(**NEURO), days=days), window(*days))
    pages = printed(tmp_path, page, paper)
    texts = [" ".join(text for _, text in lines) for lines in pages]
    firsts = ["Mon 2026-06-01 60 patients" in text for text in texts]
    assert firsts == sorted(firsts, reverse=True)
    assert 0 < sum(firsts) < len(firsts)
    for text, first in zip(texts, firsts, strict=True):
        day = "Mon 2026-06-01" if first else "Wed 2026-06-03"
        assert f"{day} 60 patients, 60 doses Patient What Batch" in text
    for lines, text in zip(pages, texts, strict=True):
        number = len(references(lines))
        assert number
        assert len(re.findall("hydroxocobalamin 1 mg IM", text)) == number
        assert len(re.findall("Labs at", text)) in (0, number)
    seen = [name for lines in pages for name in references(lines)]
    assert seen == [f"Ref{number}" for number in range(10, 70)] * 2


@pytest.mark.unmeasured
@pytest.mark.needs_chromium
@pytest.mark.parametrize("paper", PAPERS)
def test_a_row_is_high_enough_to_write_in(tmp_path: Path, paper: str) -> None:
    """A row with one line of text is at least nine millimetres high."""
    day = ("2026 Jan 6", "2026 Jan 6")
    page = day_sheets(visits(*sixty(anaemia="severe"), days=day), window(*day))
    for lines in printed(tmp_path, page, paper):
        heights = [height for height, text in lines if text.startswith("Ref")]
        assert len(heights) > 5
        assert all(above - below >= 9 for above, below in pairwise(heights))
        # Of ten millimetres four are above the foot of the reference.
        assert heights[-1] - 6 >= BOTTOM - 0.5
