"""The shipped occupation taxonomies (O*NET and ESCO) as arrays: vectors, and which titles name which occupation.

`data/occupations.npz` is made by `scripts/build_occupations.py`; `data/ATTRIBUTION.md` names its sources.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class Taxonomy(NamedTuple):
    """`vectors` (tokens × DIM, unit rows) and `idf` go with `rows`; `occupations` (× DIM, unit rows) with `codes`;
    `columns` is their transpose.

    `keys` are sorted CRC-32 values of title keys; the occupations of `keys[i]` are `links[starts[i]:starts[i + 1]]`.
    """

    rows: dict[str, int]
    vectors: Floats
    idf: Floats
    codes: tuple[str, ...]
    names: tuple[str, ...]
    occupations: Floats
    columns: Floats
    keys: NDArray[np.uint32]
    starts: NDArray[np.int64]
    links: NDArray[np.uint16]

    def nearness(self, row: Floats) -> Floats:
        """The cosine of a unit vector with each occupation.

        By columns and without BLAS: its threads, woken for each title, cost many times the product on a busy machine.
        """
        cosine: Floats = np.einsum("ji,j->i", self.columns, row)
        return cosine

    def find(self, stems: Iterable[str]) -> NDArray[np.uint16]:
        """Indices of the occupations that list a title of exactly these stems; empty when none does."""
        key = np.uint32(title_key(stems))
        at = int(np.searchsorted(self.keys, key))
        if at < len(self.keys) and self.keys[at] == key:
            return self.links[self.starts[at] : self.starts[at + 1]]
        return self.links[:0]


def title_key(stems: Iterable[str]) -> int:
    """The 32-bit key of a title: the CRC-32 of its sorted stems (word order seldom tells occupations apart)."""
    return zlib.crc32(" ".join(sorted(stems)).encode())


@cache
def taxonomy() -> Taxonomy:
    """The taxonomies, read once."""
    with (
        resources.as_file(resources.files("jobswipe.titles") / "data" / "occupations.npz") as path,
        np.load(path, allow_pickle=False) as data,
    ):
        tokens = _lines(data["tokens"])
        occupations = _unit(data["occupations"])
        return Taxonomy(
            rows={token: row for row, token in enumerate(tokens)},
            vectors=_unit(data["vectors"]),
            idf=data["idf"].astype(np.float32),
            codes=tuple(_lines(data["codes"])),
            names=tuple(_lines(data["names"])),
            occupations=occupations,
            columns=np.ascontiguousarray(occupations.T),
            keys=np.cumsum(data["key_steps"], dtype=np.uint64).astype(np.uint32),
            starts=np.concatenate(([0], np.cumsum(data["counts"], dtype=np.int64))),
            links=data["links"],
        )


def _lines(data: NDArray[np.uint8]) -> list[str]:
    return data.tobytes().decode().split("\n")


def _unit(data: NDArray[np.int8]) -> Floats:
    wide = data.astype(np.float32)
    length = np.sqrt(np.einsum("ij,ij->i", wide, wide))
    out: Floats = wide / np.where(length == 0, 1, length).astype(np.float32)[:, None]
    return out
