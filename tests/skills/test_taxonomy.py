"""The shipped table: ids and names of ESCO where it has the concept, look-ups by alias."""

from __future__ import annotations

import pytest

from jobswipe.skills import taxonomy

ESCO = "http://data.europa.eu/esco/skill/"


@pytest.mark.parametrize(
    ("alias", "name", "id_start"),
    [
        ("python", "Python (computer programming)", ESCO),
        ("R", "R", ESCO),
        ("r", "R", ESCO),
        ("Machine-Learning", "machine learning", ESCO),
        ("ReactJS", "React", "onet:"),
        ("react.js", "React", "onet:"),
        ("K8S", "Kubernetes", "onet:"),
        ("FastAPI", "FastAPI", "jobswipe:"),
        ("problem solving", "solve problems", ESCO),
        ("data visualization", "data visualisation software", ESCO),
        ("neural network", "artificial neural networks", ESCO),
        ("manage musical staff", "manage musical staff", ESCO),
    ],
)
def test_lookup(alias: str, name: str, id_start: str) -> None:
    found = taxonomy.lookup(alias)
    assert found is not None
    assert (found.name, found.quote) == (name, alias)
    assert found.id.startswith(id_start)
    assert taxonomy.name_of(found.id) == name


@pytest.mark.parametrize("alias", ["", " ", "no such skill at all", "🎉"])
def test_lookup_of_the_unknown(alias: str) -> None:
    assert taxonomy.lookup(alias) is None


def test_name_of_the_unknown() -> None:
    assert taxonomy.name_of("esco:nothing") is None


def test_version_is_a_digest() -> None:
    assert len(taxonomy.version()) == 12


def test_ids_are_unique_and_named() -> None:
    table = taxonomy.matcher()
    assert len(set(table.ids)) == len(table.ids) == len(table.names)
    assert sum(id_.startswith("jobswipe:") for id_ in table.ids) < 500
    assert all(table.names)
