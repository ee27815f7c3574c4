from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobswipe import clock
from jobswipe.matching.candidate import candidate
from jobswipe.matching.design import Example, Space
from jobswipe.matching.engine import Matcher
from jobswipe.matching.learn import MAX_FITTED, Model
from jobswipe.matching.names import GROUPS, Names
from jobswipe.matching.preferences import Preferences


@pytest.fixture
def space(filled: Matcher) -> Space:
    return filled.view_of(candidate(None, Preferences()), Model(), clock.now()).space


def _has(space: Space, facet: str) -> np.ndarray:
    column = space.features.column[facet]
    return np.asarray(space.features.matrix[:, column].todense()).ravel() > 0


def _taught(space: Space, facet: str, many: int = 12) -> Model:
    """A model of verdicts that follow one facet and nothing else."""
    model = Model()
    wanted = _has(space, facet)
    for swipe, row in enumerate(np.random.default_rng(1).permutation(len(wanted))[:many], 1):
        model = model.with_example(space.example(int(row), swipe, "like" if wanted[row] else "dislike", None))
    return model


def test_no_verdict_changes_nothing(space: Space) -> None:
    assert not Model().learned(space).any()


def test_a_like_lifts_the_posting_and_its_likes_most(space: Space) -> None:
    model = Model().with_example(space.example(0, 1, "like", None))
    learned = model.learned(space)
    assert learned[0] > 0
    assert learned[0] == learned.max()
    disliked = Model().with_example(space.example(0, 1, "dislike", None)).learned(space)
    assert disliked[0] == disliked.min() < 0


def test_a_save_says_more_than_a_like_and_a_skip_less_than_a_dislike(space: Space) -> None:
    moved = {
        verdict: float(Model().with_example(space.example(0, 1, verdict, None)).learned(space)[0])
        for verdict in ("save", "like", "skip", "dislike")
    }
    assert moved["save"] > moved["like"] > 0 > moved["skip"] > moved["dislike"]


@pytest.mark.parametrize("facet", ["workplace:remote", "country:US", "level:senior", "family:nursing", "word:data"])
def test_few_verdicts_teach_a_leaning(space: Space, facet: str) -> None:
    learned = _taught(space, facet, 20).learned(space)
    wanted = _has(space, facet)
    assert learned[wanted].mean() > learned[~wanted].mean() + 1
    assert max(
        _taught(space, facet, 20).weights.facets, key=lambda name: _taught(space, facet, 20).weights.facets[name]
    )


def test_taking_back_gives_exactly_the_model_that_never_was(space: Space) -> None:
    model = _taught(space, "workplace:remote")
    before, learned = model.encode(), model.learned(space)
    longer = model.with_example(space.example(3, 99, "save", None))
    longer.learned(space)
    assert longer.without(99).encode() == before
    np.testing.assert_allclose(longer.without(99).learned(space), learned, atol=1e-6)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["like", "dislike", "save", "skip"])), max_size=12))
def test_state_goes_in_and_out_and_order_of_fitting_is_no_matter(verdicts: list[tuple[int, str]]) -> None:
    def example(swipe: int, posting: int, verdict: str) -> Example:
        return Example(
            swipe_id=swipe, posting_id=posting, verdict=verdict, reason=None, base=-1.0,
            facets=(f"word:w{posting}", f"country:{'DE' if posting % 2 else 'US'}"),
            dense=(0.1 * posting,) * 7, vector=bytes([posting] * 128),
        )  # fmt: skip

    stepwise = Model()
    for swipe, (posting, verdict) in enumerate(verdicts, 1):
        stepwise = stepwise.with_example(example(swipe, posting, verdict))
        stepwise.summary()
    stored = Model.decode(stepwise.encode())
    assert stored.examples == stepwise.examples
    assert stored.encode() == stepwise.encode()
    if verdicts:
        for name, value in stored.weights.facets.items():
            assert abs(value - stepwise.weights.facets[name]) < 1e-6


def test_a_new_verdict_on_a_posting_replaces_the_old_one(space: Space) -> None:
    changed = Model().with_example(space.example(0, 1, "like", None)).with_example(space.example(0, 2, "dislike", None))
    only = Model().with_example(space.example(0, 2, "dislike", None))
    np.testing.assert_allclose(changed.learned(space), only.learned(space), atol=1e-6)
    assert changed.without(2).learned(space)[0] > 0


def test_a_reason_turns_the_lesson_to_what_it_names(space: Space) -> None:
    row = int(np.flatnonzero(_has(space, "country:US") & (space.features.workplace == 2))[0])
    at = np.array([row])
    (place,) = Model().with_example(space.example(row, 1, "dislike", "place")).contributions(space, at)
    (field,) = Model().with_example(space.example(row, 1, "dislike", "field")).contributions(space, at)
    assert place["country:US"] < field["country:US"] < 0


def test_what_adds_little_is_left_out(space: Space) -> None:
    model, at = _taught(space, "workplace:remote", 40), np.arange(60)
    every = model.contributions(space, at)
    telling = model.contributions(space, at, 0.08)
    assert telling == [{name: value for name, value in one.items() if abs(value) >= 0.08} for one in every]
    assert sum(map(len, telling)) < sum(map(len, every))


def test_what_was_learned_outlives_the_index(space: Space, filled: Matcher) -> None:
    model = Model.decode(_taught(space, "workplace:remote").encode())
    features = filled.features
    fewer = Space(features, space.evidence.copy())
    assert np.corrcoef(model.learned(fewer), _has(space, "workplace:remote"))[0, 1] > 0.5


@pytest.mark.parametrize("state", [b"", b"nonsense", b"\x93\x01\x90\x90", b"\x93\x63\x90\x90"])
def test_a_damaged_state_is_an_empty_model(state: bytes) -> None:
    assert Model.decode(state).examples == ()


def test_one_more_verdict_costs_milliseconds(space: Space) -> None:
    model = Model()
    rows = np.random.default_rng(0).integers(0, len(space.features), 200)
    for swipe, row in enumerate(rows, 1):
        model = model.with_example(space.example(int(row), swipe, "like" if swipe % 3 else "dislike", None))
    model.summary()
    taken = []
    for swipe in range(201, 211):
        started = time.perf_counter()
        model = model.with_example(space.example(swipe % 60, swipe, "like", None))
        model.summary()
        taken.append(time.perf_counter() - started)
    assert np.median(taken) < 0.05  # 0.01 on a machine that does nothing else


def test_only_the_latest_verdicts_are_learned_from() -> None:
    many = [
        Example(
            swipe_id=at, posting_id=at, verdict="like", reason=None, base=0.0, facets=(), dense=(0.0,) * 7,
            vector=bytes(128),
        )
        for at in range(MAX_FITTED + 50)
    ]  # fmt: skip
    model = Model(many)
    assert len(model.standing) == MAX_FITTED
    assert model.standing[-1].swipe_id == MAX_FITTED + 49
    assert len(model.examples) == MAX_FITTED + 50


def test_uncertainty_shrinks_where_verdicts_are(space: Space) -> None:
    rows = np.arange(10)
    before = Model().deviation(space, rows)
    after = Model().with_example(space.example(0, 1, "like", None)).deviation(space, rows)
    assert (after <= before + 1e-9).all()
    assert after[0] < before[0]


def test_a_settled_model_is_the_same_and_smaller(space: Space) -> None:
    model, again = _taught(space, "workplace:remote", 40), _taught(space, "workplace:remote", 40)
    learned, unsettled = model.learned(space), model.nbytes
    model.settle()
    assert model.nbytes < unsettled
    rows = np.arange(10)
    np.testing.assert_allclose(model.deviation(space, rows), again.deviation(space, rows), atol=1e-6)
    np.testing.assert_array_equal(model.learned(space), learned)
    more = space.example(50, 99, "like", None)
    np.testing.assert_allclose(
        model.with_example(more).learned(space), again.with_example(more).learned(space), atol=1e-6
    )
    assert model.agreeing(["workplace:remote"], liked=True) == again.agreeing(["workplace:remote"], liked=True) > 0


def test_names_have_one_number_whoever_asks_first() -> None:
    names = Names()
    given = [[f"word:{(at * 7 + turn) % 3_000}" for at in range(3_000)] for turn in range(4)]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(names.numbers, given))
    for asked, numbers in zip(given, found, strict=True):
        assert [names.name(number) for number in numbers] == asked
    assert sorted(found[0].tolist()) == list(range(3_000))
    assert names.groups(names.numbers(["skill:a", "what is this", "word:1"])).tolist() == [1, len(GROUPS), 0]
