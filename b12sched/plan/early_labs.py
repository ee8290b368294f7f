"""The labs that anaemia asks for in the first weeks (LAB-EARLY), in words."""

from __future__ import annotations

EARLY_TITLES = {
    1: ("Labs on day 2", "potassium"),
    7: ("Labs at 1 week", "reticulocytes + FBC"),
    56: ("Labs at 8 weeks", "FBC + reticulocytes"),
}
"""When an early lab is, in words, and what is tested, by its days after dose 1."""

EARLY_TASKS = {
    1: "Potassium: it can fall when severe anaemia is first treated.",
    7: "Reticulocytes and full blood count: reticulocytes rise when treatment works.",
    56: "Full blood count and reticulocytes.",
}
"""What is tested and why, by the same days."""
