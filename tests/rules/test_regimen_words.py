"""What is said of a regimen's rhythm, and the cautions that depend on the regimen."""

from __future__ import annotations

from cases import LOCAL
from spec import Row, codes, plan_of, row_of, table

from b12sched import Case, Clinic, Plan, build
from b12sched.plan.cautions import Caution, cautions
from b12sched.plan.rhythm import (
    Frequency,
    frequencies,
    how_often,
    loading_words,
    maintenance_text,
)
from b12sched.plan.wording import doses_text, rules_of, texts, what_to_do, why
from b12sched.regimen import Dose, Regimen
from b12sched.regimen_file import read_local, shipped, shipped_names
from b12sched.rules import Rule, strength_text

OFFSETS = "0, 7, 14, 21, 28, 35"


def local(
    offsets: str = OFFSETS, *, every: int = 14, open_part: bool = True
) -> Regimen:
    """A clinic's own regimen with these days, its open part every so many days."""
    text = LOCAL.replace(OFFSETS, offsets).replace("every = 14", f"every = {every}")
    text = text.replace("least = [7]", "least = [1]")
    if not open_part:
        text = text[: text.index("[open]")] + text[text.index("[maintenance]") :]
    return read_local(text.encode(), "ours.toml")


@table(
    "name, words",
    ("neuro", "neuro", "on alternate days until no further improvement"),
    ("standard", "standard", "three times a week for two weeks"),
    (
        "cyanocobalamin",
        "cyanocobalamin",
        "daily for 7 doses, then on alternate days for 7 doses, then every 3 to 4 days "
        "for 6 doses",
    ),
    ("uk-diet", "uk-diet", "three times a week for two weeks"),
    (
        "uk-label",
        "uk-label",
        "on alternate days for 7 doses, then 250 micrograms weekly until the blood "
        "count is normal",
    ),
    ("au-neuro", "au-neuro", "on alternate days for 7 doses"),
    (
        "au-standard",
        "au-standard",
        "on alternate days for 7 doses, then 250 micrograms weekly until the blood "
        "count is normal",
    ),
    ("nl-standard", "nl-standard", "twice a week for five weeks"),
    ("no-standard", "no-standard", "on alternate days for 5 doses"),
    (
        "no-neuro",
        "no-neuro",
        "on alternate days for 5 doses, then every 2 weeks until a clear effect, or "
        "for at least 6 months",
    ),
    ("se-acute", "se-acute", "on alternate days for 5 doses"),
    ("fr-cyanocobalamin", "fr-cyanocobalamin", "three times a week for 10 doses"),
    ("us-hydroxocobalamin", "us-hydroxocobalamin", "daily for 10 doses"),
    ("us-weekly", "us-weekly", "weekly for 8 doses"),
    ("jp-mecobalamin", "jp-mecobalamin", "three times a week for 26 doses"),
)
def test_a_loading_course_is_said_in_words(name: str, words: str) -> None:
    """Every rhythm, with the dose where it is another, and what ends the open part."""
    assert loading_words(shipped(name)) == words


@table(
    "offsets, words",
    ("one dose", "0", "one dose"),
    ("two doses", "0, 3", "every 3 days for 2 doses"),
    ("a dose apart", "0, 1, 2, 30", "daily for 3 doses, then after 28 days for 1 dose"),
    ("four weeks apart", "0, 28, 56", "every 4 weeks for 3 doses"),
    ("to and fro", "0, 4, 7, 11, 14", "twice a week for 5 doses"),
    ("no week repeats", "0, 2, 3, 9", "every 1 to 2 days for 3 doses, then after 6"),
    (
        "five a week",
        "0, 1, 2, 3, 4, 7, 8, 9, 10, 11",
        "five times a week for two weeks",
    ),
    (
        "eleven weeks",
        ", ".join(str(7 * week + day) for week in range(11) for day in (0, 3)),
        "twice a week for 11 weeks",
    ),
)
def test_any_days_have_words(offsets: str, words: str) -> None:
    """A clinic's own days, whatever they are."""
    assert loading_words(local(offsets, open_part=False)).startswith(words)


@table(
    "every, words, rhythm",
    ("daily", 1, "then 0.5 mg SC daily until", (1, 1, "d")),
    ("weekly", 7, "then 0.5 mg SC weekly until", (1, 1, "wk")),
    ("every ten days", 10, "then 0.5 mg SC every 10 days until", (1, 10, "d")),
    ("every three weeks", 21, "then 0.5 mg SC every 3 weeks until", (1, 3, "wk")),
)
def test_an_open_part_has_words(
    every: int, words: str, rhythm: tuple[int, int, str]
) -> None:
    """And a rhythm as orders state it, in weeks where it is whole weeks."""
    found: Frequency = frequencies(local(every=every))[-1]
    assert found.words.startswith(words)
    assert words == f"then 0.5 mg SC {found.rhythm} until"
    assert (found.frequency, found.period, found.unit) == rhythm
    assert (found.doses, found.dose) == (None, Dose(0.5, "mg", "SC"))


@table(
    "offsets, rhythms",
    ("one dose", "0", [("one dose", "once", 1, 1, "d", None, 1)]),
    (
        "four weeks apart",
        "0, 28, 56",
        [("every 4 weeks for 3 doses", "every 4 weeks", 1, 4, "wk", None, 3)],
    ),
    (
        "a week that repeats, not to its end",
        "0, 4, 7, 11, 14",
        [("twice a week for 5 doses", "twice a week", 2, 1, "wk", None, 5)],
    ),
    (
        "the last day of the week counts",
        "0, 6, 7",
        [("twice a week for 3 doses", "twice a week", 2, 1, "wk", None, 3)],
    ),
    (
        "ten weeks",
        ", ".join(str(7 * week + day) for week in range(10) for day in (0, 3)),
        [("twice a week for ten weeks", "twice a week", 2, 1, "wk", None, 20)],
    ),
    (
        "a single week",
        "0, 1, 3",
        [("every 1 to 2 days for 3 doses", "every 1 to 2 days", 1, 1, "d", 2, 3)],
    ),
    (
        "a dose apart",
        "0, 1, 2, 30",
        [
            ("daily for 3 doses", "daily", 1, 1, "d", None, 3),
            ("then after 28 days for 1 dose", "after 28 days", 1, 4, "wk", None, 1),
        ],
    ),
    (
        "a week and a day",
        "0, 8, 15, 22",
        [("every 7 to 8 days for 4 doses", "every 7 to 8 days", 1, 7, "d", 8, 4)],
    ),
    (
        "a gap that only follows others of one length",
        "0, 2, 4, 5",
        [
            ("on alternate days for 3 doses", "on alternate days", 1, 2, "d", None, 3),
            ("then after 1 day for 1 dose", "after 1 day", 1, 1, "d", None, 1),
        ],
    ),
    (
        "six a week",
        "0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12",
        [
            ("daily for 6 doses", "daily", 1, 1, "d", None, 6),
            (
                "then every 1 to 2 days for 6 doses",
                *("every 1 to 2 days", 1, 1, "d", 2, 6),
            ),
        ],
    ),
)
def test_any_days_have_rhythms(offsets: str, rhythms: list[tuple[object, ...]]) -> None:
    """As orders state them: so many doses in so many days or weeks, and how many."""
    found = frequencies(local(offsets, open_part=False))
    assert found == tuple((*each, Dose(1, "mg")) for each in rhythms)


ENDED = {"because": "declined", "as_of": "2026-06-10", "given_through": "2026-05-20"}
COUNTED = "; counted from Fri 2026-01-16, policy last-dose"


@table(
    "facts, often, text",
    (
        "an interval",
        {},
        "every 2 months, no end date",
        f"every 2 months, no end date, first Mon 2026-03-16{COUNTED}",
    ),
    (
        "a step-up",
        {"monthly_from": "2026-06-01"},
        "every 2 months, then every month from Mon 2026-06-01, no end date",
        "every 2 months, then every month from Mon 2026-06-01, no end date, "
        f"first Mon 2026-03-16{COUNTED}",
    ),
    (
        "a step-up before maintenance",
        {"monthly_from": "2026-01-20"},
        "every month from Tue 2026-01-20, no end date",
        f"every month from Tue 2026-01-20, no end date, first Mon 2026-02-16{COUNTED}",
    ),
    (
        "a provisional course",
        {"neuro": "yes"},
        "every 2 months, no end date",
        "every 2 months, no end date, first Sat 2026-05-30 (provisional); "
        "counted from Mon 2026-03-30, policy last-dose",
    ),
    (
        "an end",
        {"ended": "2026-05-31"} | ENDED,
        "every 2 months until Sun 2026-05-31",
        f"every 2 months until Sun 2026-05-31, first Mon 2026-03-16{COUNTED}",
    ),
    (
        "an end before the step-up",
        {"ended": "2026-05-31", "monthly_from": "2026-06-01"} | ENDED,
        "every 2 months until Sun 2026-05-31",
        f"every 2 months until Sun 2026-05-31, first Mon 2026-03-16{COUNTED}",
    ),
    (
        "an end on the day of the step-up",
        {"ended": "2026-06-01", "monthly_from": "2026-06-01"} | ENDED,
        "every 2 months, then every month from Mon 2026-06-01 until Mon 2026-06-01",
        "every 2 months, then every month from Mon 2026-06-01 until Mon 2026-06-01, "
        f"first Mon 2026-03-16{COUNTED}",
    ),
    (
        "an end in loading",
        {"ended": "2026-01-08"} | ENDED | {"given_through": "2026-01-05"},
        "every 2 months until Thu 2026-01-08",
        "none: treatment ended before it",
    ),
)
def test_maintenance_is_said_in_words(facts: Row, often: str, text: str) -> None:
    """How often, from when, until when, and what it counts from."""
    plan = plan_of(**facts)
    assert (how_often(plan), maintenance_text(plan)) == (often, text)


def plan_by(regimen: Regimen, **facts: str) -> Plan:
    """The plan by a clinic's own regimen from Monday 5 January 2026."""
    row: dict[str, object] = {"start": "2026-01-05", "neuro": "no", "renal": "normal"}
    case = Case.parse({**row, **facts, "regimen": regimen})
    return build(case, Clinic())


def test_the_doses_of_a_plan_are_said_once_where_they_are_one() -> None:
    """And part by part where they differ; after a last dose, maintenance's."""
    assert doses_text(plan_of(regimen="uk-diet")) == "1 mg IM"
    assert doses_text(plan_of(regimen="us-hydroxocobalamin")) == (
        "loading 30 micrograms IM, maintenance 100 micrograms IM"
    )
    assert doses_text(plan_by(local())) == (
        "loading 1 mg IM, then 0.5 mg SC, maintenance 1 mg IM"
    )
    assert doses_text(plan_of(last_dose="2026-01-05", regimen="uk-label")) == "1 mg IM"


def test_a_local_protocols_own_rules_stand_with_the_plan() -> None:
    """Its rule before those of b12sched, which it does not replace."""
    rules = rules_of(plan_by(local()))
    assert [*rules][:3] == ["RIVERSIDE", "LOAD-LOCAL", "MAINT"]
    assert rules["MAINT"].sources == ("convention",)


# --- cautions -----------------------------------------------------------------------


def test_every_plan_says_what_its_regimen_rests_on() -> None:
    """The source's title, how sure it is, and the choice that was made here."""
    for name in shipped_names():
        regimen = shipped(name)
        neuro = "no" if regimen.neuro == "no" else "yes"
        found = {c.code: c for c in cautions(plan_of(regimen=name, neuro=neuro))}
        said = found["regimen"]
        rule = regimen.rule(regimen.loading_rule)
        assert said.text.startswith(
            f"Regimen {name} ({strength_text(rule.strength)}): "
        )
        assert rule.note in said.text
        assert (said.strength, said.sources) == (rule.strength, rule.sources)


def test_a_plan_without_loading_says_what_its_maintenance_rests_on() -> None:
    """Not the days and doses of a loading course that it does not have."""
    found = {c.code: c for c in cautions(plan_of(last_dose="2026-01-05"))}
    assert found["regimen"].sources == ("bnf", "smpc")
    assert "Monday" not in found["regimen"].text
    row = {"last_dose": "2026-01-05", "neuro": "no", "renal": "normal"}
    plan = build(Case.parse({**row, "regimen": local()}), Clinic())
    (said,) = (c.text for c in cautions(plan) if c.code == "regimen")
    assert said.startswith("Regimen riverside (local protocol): The clinic's own")


def test_a_borrowed_schedule_claims_no_source_of_the_drug_it_is_borrowed_from() -> None:
    """Methylcobalamin on the days of hydroxocobalamin was only asked for."""
    for name, neuro in (("neuro", "yes"), ("standard", "no")):
        plan = plan_of(regimen=name, neuro=neuro, drug="methylcobalamin")
        own = rules_of(plan)[shipped(name).loading_rule], rules_of(plan)["MAINT"]
        found = {c.code: c for c in cautions(plan)}
        for claim in (*own, found["regimen"]):
            assert [str(each) for each in claim.strength] == ["requirement"]
            assert claim.sources == ("brief",)
        assert all(rule.note.startswith("No label gives") for rule in own)
        assert "No label gives methylcobalamin" in found["methylcobalamin"].text
        claims: list[Caution | Rule] = [*found.values(), *rules_of(plan).values()]
        assert all("bnf" not in claim.sources for claim in claims)


@table(
    "expected, fields",
    ("the default", set(), {}),
    ("another that is supported", set(), {"interval": "12w"}),
    ("ten weeks", {"interval"}, {"interval": "10w"}),
    ("a month", {"interval", "monthly", "months-vs-label"}, {"interval": "1m"}),
    ("four weeks", {"interval", "months-vs-label"}, {"interval": "4w"}),
    ("a step-up", {"monthly", "months-vs-label"}, {"monthly_from": "2026-06-01"}),
    (
        "a supported month",
        {"months-vs-label"},
        {"regimen": "se-acute", "interval": "1m"},
    ),
    ("another dose, monthly", set(), {"regimen": "us-hydroxocobalamin"}),
    ("another drug, monthly", set(), {"regimen": "us-weekly"}),
    ("the US label", {"months-vs-label"}, {"drug": "cyanocobalamin"}),
    ("methylcobalamin monthly", set(), {"regimen": "jp-mecobalamin"}),
)
def test_an_interval_has_the_cautions_of_its_regimen(
    expected: set[str], fields: dict[str, str]
) -> None:
    """Not supported, monthly beyond the source, or a month that the US label has."""
    assert codes(**fields) & {"interval", "monthly", "months-vs-label"} == expected


@table(
    "regimen, given, interrupted",
    ("a step of three days, eight", "standard", "2026-01-05;2026-01-13", False),
    ("a step of three days, nine", "standard", "2026-01-05;2026-01-14", True),
    ("a step of seven days, twelve", "us-weekly", "2026-01-05;2026-01-17", False),
    ("a step of seven days, thirteen", "us-weekly", "2026-01-05;2026-01-18", True),
    (
        "fortnightly, nineteen days",
        "no-neuro",
        "2026-01-05;2026-01-07;2026-01-09;2026-01-11;2026-01-13;2026-02-01",
        False,
    ),
    (
        "fortnightly, twenty days",
        "no-neuro",
        "2026-01-05;2026-01-07;2026-01-09;2026-01-11;2026-01-13;2026-02-02",
        True,
    ),
)
def test_loading_is_interrupted_five_days_after_the_longest_step(
    regimen: str, given: str, interrupted: bool
) -> None:
    """The step is that of the part in which the later dose is."""
    neuro = "yes" if regimen == "no-neuro" else "no"
    found = codes(regimen=regimen, given=given, neuro=neuro)
    assert ("loading-interrupted" in found) is interrupted


def test_a_single_dose_is_never_interrupted() -> None:
    """A fixed part of one dose has no step."""
    plan = plan_by(local("0", open_part=False), given="2026-01-05")
    assert "loading-interrupted" not in {each.code for each in cautions(plan)}


def gap_of(plan: Plan) -> str:
    """What the caution `gap` says."""
    (said,) = (each.text for each in cautions(plan) if each.code == "gap")
    return said.partition(": ")[2]


def test_closed_days_in_both_parts_of_loading_are_said() -> None:
    """How much longer the fixed part is, and how many doses that costs the open one."""
    plan = plan_of(regimen="uk-label", open="wed")
    # Wednesdays from 7 January: the seventh dose on 18 February, not on 19 January.
    assert gap_of(plan) == (
        "4 doses fewer than if given weekly, the first 7 doses take 30 days longer, "
        "longest gap 7 days."
    )
    plan = plan_of(regimen="no-neuro", neuro="yes", open="mon-fri")
    assert gap_of(plan).startswith("no dose fewer than if given every 2 weeks, ")


@table(
    "open_days, said",
    ("one day a week", "wed", "the regimen's 6 doses take 24 days longer"),
    # Two Fridays wait three days each; the end is on 21 January, not on the 16th.
    (
        "no Friday",
        "mon,tue,wed,thu",
        "the regimen's 6 doses take 5 days longer",
    ),
)
def test_a_fixed_course_is_so_many_days_longer(open_days: str, said: str) -> None:
    """No dose is lost; waiting that the next step makes good does not count."""
    assert gap_of(plan_of(open=open_days)).startswith(said)


WAITED = {"closed": "2026-01-09", "given": "2026-01-05;2026-01-07;2026-01-10"}
"""Dose 3 was due on a closed Friday, and given on the Saturday."""
SHUT = {"neuro": "yes", "loading_weeks": "1", "given": "2026-01-05"} | {
    "closed": "2026-01-14..2026-01-20"
}
"""After dose 3, on 12 or 13 January, the clinic is closed until the plateau."""


@table(
    "row, said",
    (
        "the regimen's next step makes the day good",
        {"closed": "2026-01-09"},
        "the regimen's 6 doses take no longer, longest gap 3 days.",
    ),
    (
        "the dose was given",
        WAITED,
        "the regimen's 6 doses take no longer, longest gap 3 days.",
    ),
    (
        "as of ended loading, not the closed day",
        WAITED | {"neuro": "yes", "plateau": "2026-01-20", "as_of": "2026-01-21"},
        "no dose fewer than if given on alternate days, longest gap 3 days.",
    ),
    (
        "as of ended it on the day of the next dose",
        WAITED | {"neuro": "yes", "plateau": "2026-01-12", "as_of": "2026-01-21"},
        "no dose fewer than if given on alternate days, longest gap 3 days.",
    ),
    (
        "a weekly dose a day late",
        {"regimen": "uk-label", "closed": "2026-01-24"},
        "no dose fewer than if given weekly, longest gap 8 days.",
    ),
    (
        "two days a week",
        {"neuro": "yes", "open": "mon,thu", "loading_weeks": "2"},
        "3 doses fewer than if given on alternate days, longest gap 4 days. In 2 weeks "
        "fewer than three doses remain: arrange another site.",
    ),
    # Assumed up to Sunday 18 January, a week after as of: two weeks from the start.
    (
        "a whole week before an assumed plateau",
        SHUT | {"as_of": "2026-01-11"},
        "2 doses fewer than if given on alternate days, longest gap 5 days. In 1 week "
        "fewer than three doses remain: arrange another site.",
    ),
    (
        "a week that lacks its last day",
        SHUT | {"as_of": "2026-01-10"},
        "2 doses fewer than if given on alternate days, longest gap 5 days.",
    ),
)
def test_a_gap_says_what_closed_days_cost_and_nothing_else(row: Row, said: str) -> None:
    """Days of waiting count; days on which nothing was due do not."""
    assert gap_of(plan_of(**row)) == said


def test_a_dose_that_was_given_late_on_an_open_day_is_no_gap() -> None:
    """Closed days did not delay it."""
    late = codes(closed="2026-03-01", given="2026-01-05;2026-01-08")
    assert "gap" not in late


def test_only_a_dense_open_part_asks_for_another_site() -> None:
    """Three doses a week cannot be missed where the regimen has one."""
    assert "arrange another site" in gap_of(plan_of(neuro="yes", open="wed"))
    assert "another site" not in gap_of(plan_of(regimen="uk-label", open="wed"))


def test_an_assumed_plateau_names_the_finding_of_its_regimen() -> None:
    """What ends loading is not always an improvement."""
    for name, neuro, said in (
        ("uk-label", "no", "until the blood count is normal; do not switch"),
        ("no-neuro", "yes", "until a clear effect, or for at least 6 months; do not"),
        ("neuro", "yes", "until no further improvement; do not switch"),
    ):
        found = {c.code: c for c in cautions(plan_of(regimen=name, neuro=neuro))}
        assert said in found["plateau-not-recorded"].text


def test_the_last_dose_asks_for_the_finding_where_no_examination_does() -> None:
    """Not once the plateau is recorded, and not where examinations ask."""
    plan = plan_of(regimen="uk-label")
    asking = [e.id for e in plan.events if "record the plateau" in what_to_do(plan, e)]
    assert asking == [plan.decision] == ["loading-13"]
    plan = plan_of(regimen="uk-label", plateau="2026-02-20")
    assert plan.decision is None
    assert plan_of(regimen="no-neuro", neuro="yes").decision == "review-26"


def test_each_regimen_asks_for_its_own_finding() -> None:
    """A clear effect ends loading in Norway: it is the opposite of no improvement."""
    examine = (
        "Examine paraesthesia, proprioception, vibration sense, gait and motor "
        "strength. "
    )
    for name, said in (
        (
            "neuro",
            "Decide: still improving, go on loading; no further improvement, record "
            "the plateau.",
        ),
        (
            "no-neuro",
            "Loading goes on until a clear effect, or for at least 6 months: if that "
            "is found, record the plateau; if not, go on loading.",
        ),
    ):
        plan = plan_of(regimen=name, neuro="yes")
        (asking,) = (event for event in plan.events if event.id == plan.decision)
        assert what_to_do(plan, asking) == f"{examine}{said}"


def test_the_reason_of_the_last_dose_names_the_decision() -> None:
    """So JSON, CSV and Markdown show it; what moved the dose stands behind it."""
    plan = plan_of(regimen="uk-label", closed="2026-02-28")
    (asking,) = (event for event in plan.events if event.id == plan.decision)
    assert why(plan, asking) == (
        "7 days after loading-12; decision on loading: it goes on until the blood "
        "count is normal; due Sat 2026-02-28, clinic closed that day: 1 day later"
    )


def test_a_dose_that_asks_for_the_decision_is_told_so_without_a_fixed_part() -> None:
    """Doses of all patients share their texts, but for the one that asks."""
    until = "the blood count is normal"
    only_open = LOCAL[: LOCAL.index("[fixed]")] + LOCAL[LOCAL.index("[open]") :]
    regimen = read_local(only_open.encode(), "ours.toml")
    plan = build(Case.parse(row_of() | {"regimen": regimen}))
    sixth, seventh = (texts(plan, dose) for dose in plan.loading_doses[-2:])
    title, task = "hydroxocobalamin 0.5 mg SC", "Inject hydroxocobalamin 0.5 mg SC."
    assert sixth == (f"Loading dose 6: {title}", task, "14 days after loading-5")
    assert seventh == (
        f"Loading dose 7: {title}",
        f"{task} Loading goes on until {until}: if that is found, record the plateau; "
        "if not, go on loading.",
        f"14 days after loading-6; decision on loading: it goes on until {until}",
    )
