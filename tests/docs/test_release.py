"""What a release consists of: versions that agree, libraries that are named."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from b12sched import __version__

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


def needed(*extras: str) -> dict[str, Requirement]:
    """The libraries that pyproject.toml names, by name."""
    lines = [*PROJECT["dependencies"], *(line for x in extras for line in EXTRAS[x])]
    found = [Requirement(line) for line in lines]
    return {str(canonicalize_name(each.name)): each for each in found}


def pinned(name: str) -> dict[str, str]:
    """The versions of a file of constraints, by library."""
    lines = (ROOT / "constraints" / name).read_text("utf-8").splitlines()
    pairs = (line.split("==") for line in lines if not line.startswith("#"))
    return {str(canonicalize_name(library)): version for library, version in pairs}


def test_the_lowest_versions_are_those_that_the_project_allows() -> None:
    bounds = {
        name: Version(each.version)
        for name, requirement in needed("publish", "fhir").items()
        for each in requirement.specifier
        if each.operator == ">="
    }
    lowest = pinned("lowest.txt")
    assert {name: Version(version) for name, version in lowest.items()} == bounds


def test_every_library_has_a_version_with_which_it_was_tested() -> None:
    newest = pinned("newest.txt")
    for name, requirement in needed("publish", "fhir").items():
        assert requirement.specifier.contains(newest[name], prereleases=True)


def test_every_upper_bound_has_a_reason() -> None:
    """A comment above the line says why nothing newer is allowed."""
    lines = (ROOT / "pyproject.toml").read_text("utf-8").splitlines()
    bounded = [n for n, line in enumerate(lines) if re.search("[0-9],<[0-9]", line)]
    assert len(bounded) == 3
    for number in bounded:
        assert lines[number - 1].lstrip().startswith("#") or (
            lines[number - 2].lstrip().startswith("#")
        )


def test_the_citation_names_this_version() -> None:
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    assert f"\nversion: {__version__}\n" in citation
