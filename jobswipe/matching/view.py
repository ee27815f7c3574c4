"""View: postings as they rank for one person; what needs all of them is computed when it is asked for."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from jobswipe.matching import filters
from jobswipe.matching.candidate import Candidate
from jobswipe.matching.design import Space
from jobswipe.matching.heads import Heads
from jobswipe.matching.learn import Model


class View:
    """A person's view of postings, all or a shortlist of them; what needs all of them is computed when it is asked for.

    `heads` has what cards show; `keep`: the session that the view was made in sees the state that they are of.
    `chosen`: all of its postings are allowed; `whole`: no allowed one is left out.
    """

    def __init__(
        self,
        who: Candidate,
        space: Space,
        model: Model,
        heads: Heads | None = None,
        *,
        keep: bool = False,
        chosen: bool = False,
        whole: bool = True,
    ) -> None:
        self.who = who
        self.space = space
        self.model = model
        self.heads = heads or Heads()
        self.keep = keep
        self.whole = whole
        self._chosen = chosen

    @cached_property
    def learned(self) -> np.ndarray:
        """What the verdicts add to the log-odds of every posting."""
        return self.model.learned(self.space)

    @cached_property
    def total(self) -> np.ndarray:
        """Log-odds of every posting, unlearned and learned."""
        return np.asarray(self.space.base + self.learned)

    @cached_property
    def allowed(self) -> np.ndarray:
        """Which postings the preferences allow; a shortlist has no others."""
        if self._chosen:
            return np.ones(len(self.space.features), bool)
        return filters.allowed(self.space.features, self.who)
