"""Plans of every regimen, clinic, history and horizon, and widths to show them in."""

from __future__ import annotations

from datetime import date, timedelta

from effort import examples
from hypothesis import HealthCheck, reject, settings
from hypothesis import strategies as st
from spec import Row, plan_of

from b12sched import Plan
from b12sched.errors import B12SchedError

WIDTHS = st.integers(40, 200)
some_plans = settings(
    max_examples=examples(25),
    # Rows that contradict themselves are refused, and building plans takes its time.
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    deadline=None,
)

START = date(2027, 12, 29)
LATER = st.one_of(
    st.just(""),
    st.just(""),
    st.just(""),
    st.integers(0, 400).map(lambda days: str(START + timedelta(days))),
)
ROWS = st.fixed_dictionaries(
    {
        "start": st.sampled_from([str(START), ""]),
        "neuro": st.sampled_from(["yes", "no"]),
        "renal": st.sampled_from(["normal", "impaired"]),
        "drug": st.sampled_from(["", "methylcobalamin", "cyanocobalamin"]),
        "months": st.sampled_from(["", "", "1", "3", "25", "120", "600"]),
        "open": st.sampled_from(["", "mon-fri", "tue", "mon,wed,sat"]),
        "interval": st.sampled_from(["", "", "8w", "1m"]),
        **dict.fromkeys(
            ["closed", "monthly_from", "given_through", "as_of", "plateau"], LATER
        ),
    }
)
"""Rows of every regimen, clinic, history and horizon; not all can be built."""


def built(row: Row) -> Plan:
    """The plan of such a row; without a start the patient is on maintenance."""
    origin = {} if row["start"] else {"last_dose": str(START)}
    try:
        return plan_of(**row | origin)
    except B12SchedError:
        reject()
