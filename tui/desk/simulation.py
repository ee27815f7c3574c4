"""A simulation as the screen drives it: steps with their figures, what the model believes, and its export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from sqlmodel import select

from jobswipe import clock
from jobswipe.errors import InputError, UsageError
from jobswipe.matching.openings import walk
from jobswipe.matching.persona import Persona, bundled, read
from jobswipe.matching.simulate import Run
from jobswipe.models import Company, Posting
from tui.desk.interface import Leaning
from tui.desk.leaning import leanings
from tui.text import safe

if TYPE_CHECKING:
    from tui.desk.local import LocalDesk

WEIGHTS = 14
"""Leanings that are shown, the strongest."""


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What one step shows: the card and its verdict, and the figures after it."""

    swipes: int
    posting_id: int
    title: str
    company: str | None
    grade: int
    liked: bool
    mistaken: bool
    explored: bool
    precision: float
    ndcg: float
    cards_liked: int


class Simulation:
    """One run over the desk's postings. What it learns stays in it: no data of the person is read or written."""

    def __init__(self, desk: LocalDesk, persona: Persona, seed: int, noise: float) -> None:
        self.desk, self.persona, self.seed, self.noise = desk, persona, seed, noise
        with desk.database.read() as session:
            self.run = Run(desk.matcher, walk(session), persona, seed=seed, noise=noise, now=clock.now())
        if not self.run.has_cards:
            raise UsageError("There are no postings to swipe: 'jobswipe ingest' brings some.")
        self.unlearned = self.run.checkpoint()
        self.frames: list[Frame] = []

    def steps(self, many: int) -> list[Frame]:
        """Up to so many further steps; fewer where the cards end."""
        out: list[Frame] = []
        for _ in range(many):
            step = self.run.step()
            if step is None:
                break
            now = self.run.checkpoint()
            with self.desk.database.read() as session:
                found = session.exec(
                    select(Posting.title, Company.name).join(Company, isouter=True).where(Posting.id == step.posting_id)
                ).first()
            title, company = found or ("(gone)", None)
            out.append(
                Frame(
                    title=safe(title),
                    company=safe(company) or None,
                    precision=now.precision,
                    ndcg=now.ndcg,
                    cards_liked=now.liked,
                    **msgspec.structs.asdict(step),
                )
            )
        self.frames += out
        return out

    def leanings(self) -> list[Leaning]:
        """What the model believes, strongest first."""
        with self.desk.database.read() as session:
            names = self.desk.matcher.skill_names(session, self.run.model)
        return list(leanings(self.run.model, names, WEIGHTS))

    def export(self, path: Path) -> None:
        """Write the run: a line that says how it is made again, then a line for each step. Raises InputError."""
        head: dict[str, Any] = {
            "persona": self.persona.name,
            "seed": self.seed,
            "noise": self.noise,
            "postings": self.run.postings,
            "relevant": self.run.relevant,
            "unlearned_precision_at_10": self.unlearned.precision,
            "unlearned_ndcg_at_10": self.unlearned.ndcg,
        }
        lines = [msgspec.json.encode(head), *(msgspec.json.encode(one) for one in self.frames)]
        try:
            path.expanduser().write_bytes(b"\n".join(lines) + b"\n")
        except OSError as error:
            raise InputError(f"{path} cannot be written: {error.strerror}.") from None


def personas(folder: Path) -> list[tuple[str, Persona]]:
    """The bundled personas, and those of `folder`, by name. A file there that is no persona raises InputError."""
    own = sorted(folder.glob("*.json")) if folder.is_dir() else []
    return [(one.name, one) for one in bundled()] + [(f"{path.stem} (own)", read(path)) for path in own]
