"""The postings of the load bench: invented, copied into Postgres, made once and kept as a dump.

Titles, places, levels, pay and skills are spread as boards have them: few roles are most of the openings, about half
of the titles occur once, and a few employers have many openings.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from load.words import FIELDS, FIRST, LEVELS, PAY, PLACES, ROLES, SECOND, SENTENCES
from servers.postgres import PostgresServer

from jobswipe import places, skills, titles
from jobswipe.postings.keys import company_key, title_key

FORMAT = 2
"""Grows with every change of what is made: an older dump is made anew."""
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
_COMPANIES = 4_000


def kept_in() -> Path:
    """Where dumps lie between runs: LOAD_CACHE, else bench/out beside the tree's other results."""
    return Path(os.environ.get("LOAD_CACHE", "") or Path(__file__).parents[3] / "bench" / "out" / "load")


def restore(server: PostgresServer, name: str, dump: Path) -> None:
    """A database `name` from a dump."""
    server.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    _tool(server, "pg_restore", "--no-owner", "--jobs=2", f"--dbname={server.url(name)}", str(dump))


def dump(server: PostgresServer, name: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    _tool(server, "pg_dump", "--format=custom", "--compress=1", f"--file={draft}", server.url(name))
    draft.rename(path)


def _tool(server: PostgresServer, tool: str, *arguments: str) -> None:
    done = subprocess.run([str(server.bin / tool), *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{tool} failed: {done.stderr[-2000:]}")


def fill(url: str, postings: int) -> None:
    """Copy the postings into an empty, migrated database."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        _copy(connection, "source", ("id", "kind", "board", "polled", "state", "created_at", "failures"), [
            (1, "ashby", "load", False, "active", NOW, 0)
        ])  # fmt: skip
        named = {name: company_key(name) for name in _companies()}
        companies = {key: at for at, key in enumerate(dict.fromkeys(named.values()), 1)}
        shown = {key: name for name, key in reversed(named.items())}
        _copy(connection, "company", ("id", "key", "name"), ((at, key, shown[key]) for key, at in companies.items()))
        known = _skills()
        concepts = {concept: at for at, concept in enumerate(dict.fromkeys(one for one, _ in known.values()), 1)}
        spoken = dict(known.values())
        _copy(connection, "skill", ("id", "concept", "name"), ((at, key, spoken[key]) for key, at in concepts.items()))
        _postings(connection, postings, [companies[key] for key in named.values()], known, concepts)
        for table in ("source", "company", "skill", "posting"):
            connection.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))".encode())
        connection.execute(b"INSERT INTO change_counter VALUES ('posting', %s) ON CONFLICT DO NOTHING", [postings])
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _companies() -> list[str]:
    dice = random.Random(7)
    return [f"{dice.choice(FIRST)} {dice.choice(SECOND)} {number}" for number in range(_COMPANIES)]


def _skills() -> dict[str, tuple[str, str]]:
    """(concept, name) of each skill's words, as the taxonomy has it; words that it lacks stand for themselves."""
    out = {}
    for word in dict.fromkeys(skill for listed in ROLES.values() for skill in listed):
        found = skills.extract(word)
        out[word] = (found[0].id, found[0].name) if found else (f"load:{word}", word)
    return out


def _postings(
    connection: Any, many: int, companies: list[int], known: dict[str, tuple[str, str]], concepts: dict[str, int]
) -> None:
    dice = random.Random(11)
    roles, countries = list(ROLES), list(PLACES)
    weights = [1 / (3 + at) for at in range(len(roles))]
    by_size = [1 / (5 + at) for at in range(len(companies))]
    towns = {
        (country, city): places.resolve(city=city, region=None, country=country)
        for country in countries
        for city in PLACES[country]
    }
    level_of: dict[str, str | None] = {}
    rows: list[tuple[Any, ...]] = []
    where: list[tuple[Any, ...]] = []
    asked: list[tuple[Any, ...]] = []
    employers = dice.choices(companies, by_size, k=many)
    for number, role in enumerate(dice.choices(roles, weights, k=many), 1):
        title = f"{dice.choice(LEVELS)}{role}"
        if dice.random() < 0.75:
            title += dice.choice((", {}", " - {}", " ({})")).format(dice.choice(FIELDS))
        if dice.random() < 0.35:
            title += f", {dice.choice(FIELDS)} {dice.choice(('Team', 'Squad', 'Group', 'Unit'))}"
        country = dice.choices(countries, [30, 10, 10, 6, 5, 4, 4, 8, 5, 3, 3, 2])[0]
        remote = dice.random() < 0.22
        workplace = "remote" if remote else dice.choice((None, None, "onsite", "hybrid"))
        low = high = currency = period = None
        if country in PAY and dice.random() < 0.45:
            currency, middle = PAY[country]
            low = float(round(middle * dice.uniform(0.6, 1.6), -3))
            high, period = low * dice.choice((1.0, 1.2, 1.3)), "year"
        own = dice.sample(ROLES[role], min(len(ROLES[role]), dice.randint(3, 7)))
        own += dice.sample(ROLES[dice.choice(roles)], 2)
        own = list(dict.fromkeys(own))
        seniority = level_of.setdefault(title, titles.seniority(title)) if title not in level_of else level_of[title]
        moment = NOW - timedelta(days=int(dice.expovariate(1 / 30)))
        text = f"We look for a {title}. You work with {', '.join(own)}. " + " ".join(dice.sample(SENTENCES, 8))
        rows.append((
            number, 1, f"load-{number}", employers[number - 1], "open", True, number, f"hash-{number}", 1, NOW, NOW,
            title, title_key(title), f"https://jobs.example.com/{number}", workplace,
            json.dumps([country] if remote and dice.random() < 0.6 else []), "[]",
            dice.choice(("full_time", "full_time", "full_time", None, "contract")), seniority, low, high, currency,
            period, "en" if country != "DE" or dice.random() < 0.7 else "de", moment, text,
        ))  # fmt: skip
        if dice.random() < 0.93:
            city = dice.choice(PLACES[country])
            found = towns[country, city]
            where.append((number, 0, city, city, found and found.region, country,
                          found and found.latitude, found and found.longitude))  # fmt: skip
        seen = dict.fromkeys(concepts[known[skill][0]] for skill in own)
        asked += [(number, at, concept, "asked for") for at, concept in enumerate(seen)]
    _copy(connection, "posting", (
        "id", "source_id", "external_id", "company_id", "state", "shown", "change_seq", "raw_hash", "last_run_id",
        "first_seen_at", "last_seen_at", "title", "title_key", "url", "workplace", "remote_countries", "remote_regions",
        "employment_type", "seniority", "salary_min", "salary_max", "salary_currency", "salary_period", "language",
        "posted_at", "description_text",
    ), rows)  # fmt: skip
    _copy(connection, "posting_place", (
        "posting_id", "position", "text", "city", "region", "country", "latitude", "longitude"), where)  # fmt: skip
    _copy(connection, "posting_skill", ("posting_id", "position", "skill_id", "quote"), asked)


def _copy(connection: Any, table: str, columns: Iterable[str], rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.cursor().copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
