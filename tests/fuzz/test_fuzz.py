"""The API holds to its description, whoever asks and whatever they send: the small size of `make fuzz`."""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzzing import Who, fuzz


@pytest.mark.timeout(900)
@pytest.mark.parametrize("who", ["nobody", "session", "operator", "leaving"])
def test_the_api_holds_to_its_description(home: Path, who: Who) -> None:
    outcome = fuzz(who, examples=1, phases="examples,coverage")
    assert outcome.well, outcome.said
    assert outcome.cases > (30 if who == "leaving" else 1_000)
    assert not any(status >= 500 for status in outcome.statuses), outcome.line()
