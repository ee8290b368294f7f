"""The reading age of a text: the grade of Flesch and Kincaid, plus 5 years.

    0.39 × words per sentence + 11.8 × syllables per word − 15.59

(Kincaid, Fishburne, Rogers and Chissom 1975.) Syllables are counted by the groups of
vowels in a word, without a silent e. Terms that a sheet about these injections cannot
do without count as words of two syllables, a date as two words of one.
"""

from __future__ import annotations

import re

UNAVOIDABLE = {
    *("hydroxocobalamin", "methylcobalamin", "cyanocobalamin", "cobalamin"),
    *("vitamin", "injection", "injections", "medicine", "micrograms", "examinations"),
    *("prescriber", "specialist", "anaemia", "pernicious", "potassium", "metformin"),
    *("dialysis", "recovery", "emergency", "australia"),
}
"""What the medicine, the people and the body are called."""

_DATE = re.compile(
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day )?[0-9]{1,2} [A-Z][a-z]+ [0-9]{4}"
)
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9'µ-]*")
_SENTENCE = re.compile(r"[.?!:;](?=\s|$)")


def syllables(word: str) -> int:
    """How many syllables an English word has, by a simple rule."""
    word = word.lower()
    if word in UNAVOIDABLE:
        return 2
    sounded = re.sub(r"(?<=[^aeiouyl])e$|(?<=[^aeiouydt])ed$|(?<=[aeiou]l)e$", "", word)
    return max(len(re.findall("[aeiouy]+", sounded)), 1)


def grade(text: str) -> float:
    """The school grade that reads a text with ease: 4 to 6 is an age of 9 to 11."""
    text = _DATE.sub("that day", text)
    words = _WORD.findall(text)
    sentences = max(len(_SENTENCE.findall(f"{text} ")), 1)
    count = sum(map(syllables, words))
    return 0.39 * len(words) / sentences + 11.8 * count / len(words) - 15.59
