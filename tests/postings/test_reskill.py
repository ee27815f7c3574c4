"""Skills of stored postings are read anew by a newer edition: once, in batches, without undoing another's work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlmodel import col, select
from support import NOW, ingest, postings, raw, versions

from jobswipe import skills
from jobswipe.db.engine import Database
from jobswipe.models import Posting, PostingSkill, SkillConcept
from jobswipe.postings import lifecycle, reskill
from jobswipe.skills.skill import Skill

PUMPS = Skill("sample:pumps", "pumps", "pumps")
Newer = Callable[..., None]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    found = Database(database_url)
    yield found
    found.dispose()


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> Newer:
    """A newer edition: what the present one finds, and pumps where the text has them."""
    present = skills.extract

    def become(edition: int = 2, extra: Skill | None = PUMPS) -> None:
        def extract(text: str) -> list[Skill]:
            found = present(text)
            return [*found, extra] if extra is not None and extra.quote in text else found

        monkeypatch.setattr(skills, "EDITION", edition)
        monkeypatch.setattr(skills, "extract", extract)

    return become


def turn(database: Database, limit: int = reskill.BATCH) -> tuple[int, int]:
    """(looked at, changed) of one batch."""
    with database.read() as session:
        texts = reskill.outdated(session, limit)
    found = reskill.reread(texts)
    with database.write() as session:
        return len(found), reskill.apply(session, found)


def names(database: Database) -> dict[str, list[str]]:
    with database.read() as session:
        found: dict[str, list[str]] = {}
        for external_id, name in session.exec(
            select(Posting.external_id, SkillConcept.name)
            .join(PostingSkill, col(PostingSkill.posting_id) == col(Posting.id))
            .join(SkillConcept, col(SkillConcept.id) == col(PostingSkill.skill_id))
            .order_by(col(Posting.id), col(PostingSkill.position))
        ):
            found.setdefault(external_id, []).append(name)
        return found


def listed(count: int) -> list[object]:
    return [raw(str(number), title=f"Engineer {number}", company=f"Company {number}") for number in range(count)]


def test_what_is_stored_now_is_of_this_edition(database: Database) -> None:
    ingest(database, listed(2))
    assert {one.skills_edition for one in postings(database)} == {skills.EDITION}
    assert turn(database) == (0, 0)


def test_a_newer_edition_finds_more_and_the_change_is_numbered(database: Database, newer: Newer) -> None:
    ingest(database, [*listed(2), raw("dry", title="Cook", company="Bistro", description_html="<p>You cook.</p>")])
    before = {one.external_id: (one.change_seq, names(database).get(one.external_id)) for one in postings(database)}
    newer()
    assert turn(database) == (3, 2)
    after = {one.external_id: one for one in postings(database)}
    assert {one.skills_edition for one in after.values()} == {2}
    assert names(database)["1"] == [*(before["1"][1] or []), "pumps"]
    top = max(seq for seq, _ in before.values())
    assert sorted(after[one].change_seq for one in "01") == [top + 1, top + 2]
    assert after["dry"].change_seq == before["dry"][0]  # it has the skills that it had
    assert versions(database) == []
    assert turn(database) == (0, 0)
    ingest(database, listed(2), now=NOW + timedelta(days=1))  # and the counter goes on from there
    ingest(database, [raw("new", title="Baker", company="Bakery")], board="other")
    assert max(one.change_seq for one in postings(database)) > top + 2


def test_batch_by_batch_and_a_killed_run_goes_on(database: Database, newer: Newer) -> None:
    ingest(database, listed(5))
    newer()
    assert turn(database, 2) == (2, 2)
    with database.read() as session:
        left = reskill.reread(reskill.outdated(session, 2))
    with pytest.raises(RuntimeError), database.write() as session:
        reskill.apply(session, left)
        raise RuntimeError("killed")
    assert [turn(database, 2) for _ in range(3)] == [(2, 2), (1, 1), (0, 0)]
    assert all("pumps" in found for found in names(database).values())


def test_two_editions_side_by_side_do_not_undo_each_other(database: Database, newer: Newer) -> None:
    ingest(database, listed(2))
    newer()
    turn(database)
    newer(1, None)  # the older one's turn
    seqs = [one.change_seq for one in postings(database)]
    assert turn(database) == (0, 0)
    ingest(database, listed(2), now=NOW + timedelta(hours=1))
    assert [one.change_seq for one in postings(database)] == seqs
    # What the older one reads itself is of its own edition, until the newer one comes by.
    ingest(database, [raw("0", title="Pump Driver"), *listed(2)[1:]], now=NOW + timedelta(hours=2))
    assert sorted(one.skills_edition for one in postings(database)) == [1, 2]
    newer()
    assert turn(database) == (1, 1)


def test_what_changed_or_closed_meanwhile_is_left_alone(database: Database, newer: Newer) -> None:
    ingest(database, listed(3))
    newer()
    with database.read() as session:
        found = reskill.reread(reskill.outdated(session))
    newer(1, None)
    ingest(database, [raw("0", title="Valve Maker"), *listed(3)[1:2]], now=NOW + timedelta(days=1))
    newer()
    with database.write() as session:
        assert reskill.apply(session, found) == 1
    assert {one.external_id: (one.state, one.skills_edition) for one in postings(database)} == {
        "0": ("open", 1),
        "1": ("open", 2),
        "2": ("closed", 1),
    }
    # Closed ones are not looked at; one that opens again is.
    assert turn(database) == (1, 1)
    ingest(database, listed(3), now=NOW + timedelta(days=2))
    with database.read() as session:
        assert [one.title for one in reskill.outdated(session)] == ["Engineer 2"]


def test_a_concept_takes_its_new_name(database: Database, newer: Newer) -> None:
    ingest(database, listed(1))
    newer()
    turn(database)
    newer(3, Skill("sample:pumps", "pumping", "pumps"))
    assert turn(database) == (1, 0)
    assert "pumping" in names(database)["0"]


def test_a_posting_that_lost_all_its_skills(database: Database, newer: Newer, monkeypatch: pytest.MonkeyPatch) -> None:
    ingest(database, listed(1))
    newer(2, None)
    monkeypatch.setattr(skills, "extract", lambda _text: [])
    assert turn(database) == (1, 1)
    assert names(database) == {}


def test_a_row_that_another_transaction_holds_is_not_waited_for(postgres_database: str, newer: Newer) -> None:
    database = Database(postgres_database)
    ingest(database, listed(2))
    newer()
    with database.read() as session:
        found = reskill.reread(reskill.outdated(session))
    with database.write() as other:
        other.exec(select(Posting).where(Posting.external_id == "0").with_for_update()).one()
        with database.write() as session:
            assert reskill.apply(session, found) == 1
    assert turn(database) == (1, 1)
    database.dispose()


def test_expiry_does_not_mind(database: Database, newer: Newer) -> None:
    ingest(database, [raw("1", valid_through="2026-11-03")])
    newer()
    turn(database)
    with database.write() as session:
        assert lifecycle.close_expired(session, NOW + timedelta(days=9)) == 1
