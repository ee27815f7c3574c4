"""Bring an archive into the store: what is there already is left alone, so that a second time changes nothing.

All within the caller's one transaction. Services never commit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, col, select

from jobswipe.accounts import archive
from jobswipe.accounts.archive import Counts
from jobswipe.accounts.archive_postings import Finder
from jobswipe.applications import contacts
from jobswipe.applications import service as applications
from jobswipe.drafts import service as drafts
from jobswipe.errors import InputError, JobSwipeError
from jobswipe.matching import profile, replay
from jobswipe.matching.preferences import decode
from jobswipe.models import Application, ApplicationReminder, Person, Profile
from jobswipe.models import Resume as ResumeRow
from jobswipe.notifications import channels, reminders
from jobswipe.notifications import preferences as wanted
from jobswipe.notifications.services import schema_of
from jobswipe.resumes import service as resumes
from jobswipe.resumes.document import Correction, parse_path


def keep(session: Session, person_id: int, found: archive.Archive, now: datetime) -> dict[str, Counts]:
    """Import all of it; the counts by kind. Raises InputError for what contradicts itself: then nothing is kept."""
    # Two imports at once follow one another.
    session.exec(select(Person.id).where(Person.id == person_id).with_for_update()).first()
    try:
        counts = {
            "preferences": _preferences(session, person_id, found, now),
            "resumes": (resume_counts := Counts()),
            "corrections": _resumes(session, person_id, found, resume_counts),
            "channels": (channel_counts := Counts()),
            "notifications": _notifications(session, person_id, found, now, channel_counts),
        }
        named = [one.posting for one in found.swipes] + [one.posting for one in found.applications if one.posting]
        finder = Finder(session, named)
        counts["swipes"] = _swipes(session, person_id, found, finder, now)
        counts |= _applications(session, person_id, found, finder)
    except InputError:
        raise
    except JobSwipeError as error:
        if error.exit_code != 2:
            raise
        raise InputError(f"The archive cannot be imported: {error.message}") from None
    session.flush()
    return counts


def _preferences(session: Session, person_id: int, found: archive.Archive, now: datetime) -> Counts:
    counts = Counts()
    if found.preferences is not None:
        chosen = decode(found.preferences)
        if session.get(Profile, person_id) is not None and profile.get(session, person_id) == chosen:
            counts.known += 1
        else:
            profile.put(session, person_id, chosen, now)
            session.flush()
            counts.new += 1
    return counts


def _resumes(session: Session, person_id: int, found: archive.Archive, counts: Counts) -> Counts:
    """Resumes by name: of two that differ, the later import stays. Answers the corrections' counts."""
    known = {one.name: one for one in resumes.listing(session, person_id)}
    active = any(one.active for one in known.values())
    kept: dict[int, resumes.Resume] = {}
    for line in found.resumes:
        if line.number in kept:
            raise InputError(f"The archive cannot be imported: it has two resumes with the number {line.number}.")
        mine = known.get(line.name)
        if mine is not None and mine.imported_at >= line.imported_at:
            counts.known += 1
        else:
            if mine is None and len(known) >= resumes.MAX_RESUMES:
                raise InputError(f"The archive cannot be imported: you would have more than {len(known)} resumes.")
            sealed = resumes.seal(session, person_id, line.name, line.document, line.text)
            row = (
                session.get_one(ResumeRow, mine.id)
                if mine
                else ResumeRow(person_id=person_id, sha256="", sealed=b"", imported_at=line.imported_at)
            )
            row.sha256, row.imported_at, row.sealed = line.sha256, line.imported_at, sealed
            row.active = mine.active if mine else line.active and not active
            active = active or row.active
            session.add(row)
            session.flush()
            mine = known[line.name] = resumes.opened(session, row)
            counts.new += 1
        kept[line.number] = mine
    made = Counts()
    there = {number: resumes.corrections(session, one) for number, one in kept.items()}
    for correction in found.corrections:
        if correction.resume not in kept:
            raise InputError("The archive cannot be imported: a correction is of a resume that it does not have.")
        parse_path(correction.path)
        new = (
            Correction(path=correction.path, value=correction.value, anchor=correction.anchor),
            _exact(correction.at),
        )
        if new in there[correction.resume]:
            made.known += 1
            continue
        resumes.keep_correction(session, kept[correction.resume], *new)
        there[correction.resume].append(new)
        made.new += 1
    return made


def _notifications(session: Session, person_id: int, found: archive.Archive, now: datetime, counts: Counts) -> Counts:
    made = Counts()
    if found.notifications is None:
        return made
    known = {one.name for one in channels.listing(session, person_id)}
    for line in found.notifications.channels:
        if line.name in known:
            counts.known += 1
        elif line.url is None:
            counts.left_out += 1
            counts.why = "The archive has no addresses of channels: add them again, or export --with-secrets."
        else:
            schema_of(line.url)
            channels.add(session, person_id, line.name, line.url, line.service, now)
            known.add(line.name)
            counts.new += 1
    if found.notifications.preferences is not None:
        value = wanted.decode(found.notifications.preferences).to_dict()
        for one in value["kinds"].values():
            if one["channels"] is not None:
                one["channels"] = [name for name in one["channels"] if name in known] or None
        chosen = wanted.decode(value)
        if wanted.profile(session, person_id) is not None and wanted.get(session, person_id) == chosen:
            made.known += 1
        else:
            wanted.put(session, person_id, chosen, now)
            made.new += 1
    return made


def _swipes(session: Session, person_id: int, found: archive.Archive, finder: Finder, now: datetime) -> Counts:
    lines = [
        replay.Line(
            number=one.number, posting_id=finder.of(one.posting), verdict=one.verdict, undoes=one.undoes,
            at=_exact(one.at), score=one.score, parts=one.parts, deck_position=one.deck_position,
            explored=one.explored, reason=one.reason, evidence=one.evidence,
        )
        for one in found.swipes
    ]  # fmt: skip
    done = replay.replay(session, person_id, lines, now)
    counts = Counts(new=done.new, known=done.known, left_out=done.unknown + done.overtaken)
    said = [
        f"{done.unknown} are of postings that this store does not have" if done.unknown else "",
        f"{done.overtaken} were given on postings that you have judged later" if done.overtaken else "",
    ]
    counts.why = f"{'; '.join(filter(None, said))}." if counts.left_out else None
    return counts


def _applications(session: Session, person_id: int, found: archive.Archive, finder: Finder) -> dict[str, Counts]:
    counts = {name: Counts() for name in ("applications", "events", "reminders", "contacts", "documents")}
    known = list(session.exec(select(Application).where(Application.person_id == person_id)).all())
    by_posting = {one.posting_id: one for one in known if one.posting_id is not None}
    by_name = {_identity(one): one for one in known}
    kept: dict[int, Application] = {}
    for line in found.applications:
        if line.number in kept:
            raise InputError(f"The archive cannot be imported: it has two applications with the number {line.number}.")
        posting_id = finder.of(line.posting) if line.posting is not None else None
        mine = by_posting.get(posting_id) if posting_id is not None else None
        mine = mine or by_name.get(_identity(line))
        if mine is None:
            mine = Application(
                person_id=person_id, posting_id=posting_id, title=line.title, company=line.company, url=line.url,
                stage=line.stage, created_at=_exact(line.created_at), updated_at=_exact(line.updated_at),
            )  # fmt: skip
            counts["applications"].new += 1
        else:
            if mine.updated_at < line.updated_at:
                mine.stage, mine.updated_at = line.stage, _exact(line.updated_at)
            counts["applications"].known += 1
        session.add(mine)
        session.flush()
        by_name[_identity(mine)] = mine
        if mine.posting_id is not None:
            by_posting[mine.posting_id] = mine
        kept[line.number] = mine
    _events(session, kept, found.events, counts["events"])
    _reminders(session, person_id, kept, found.reminders, counts["reminders"])
    _contacts(session, person_id, kept, found.contacts, counts["contacts"])
    _documents(session, person_id, kept, found.documents, counts["documents"])
    return counts


def _events(session: Session, kept: dict[int, Application], lines: Sequence[archive.EventLine], counts: Counts) -> None:
    there = {
        number: {
            (one.kind, one.from_stage, one.to_stage, one.text, one.at)
            for one in applications.events(session, mine.id or 0)
        }
        for number, mine in kept.items()
    }
    for line in lines:
        mine = _whose(kept, line.application)
        new = (line.kind, line.from_stage, line.to_stage, line.text, _exact(line.at))
        if new in there[line.application]:
            counts.known += 1
            continue
        applications.keep_event(
            session,
            mine,
            _exact(line.at),
            line.kind,
            from_stage=line.from_stage,
            to_stage=line.to_stage,
            text=line.text,
        )
        there[line.application].add(new)
        counts.new += 1
    session.flush()


def _reminders(
    session: Session,
    person_id: int,
    kept: dict[int, Application],
    lines: Sequence[archive.ReminderLine],
    counts: Counts,
) -> None:
    there: defaultdict[int, set[tuple[Any, ...]]] = defaultdict(set)
    for number, mine in kept.items():
        statement = select(ApplicationReminder).where(ApplicationReminder.application_id == mine.id)
        for row in session.exec(statement.order_by(col(ApplicationReminder.id))).all():
            one = reminders.opened(session, person_id, row)
            there[number].add((one.due_at, one.text, one.created_at))
    for line in lines:
        mine = _whose(kept, line.application)
        new = (_exact(line.due_at), line.text or None, _exact(line.created_at))
        if new in there[line.application]:
            counts.known += 1
            continue
        done = None if line.done_at is None else _exact(line.done_at)
        reminders.keep(session, person_id, mine.id or 0, *new, done)
        there[line.application].add(new)
        counts.new += 1


def _contacts(
    session: Session,
    person_id: int,
    kept: dict[int, Application],
    lines: Sequence[archive.ContactLine],
    counts: Counts,
) -> None:
    there = {
        number: [(contacts.known(one), one.created_at) for one in contacts.listing(session, person_id, mine.id or 0)]
        for number, mine in kept.items()
    }
    for line in lines:
        mine = _whose(kept, line.application)
        whom = contacts.Person(name=line.name, role=line.role, email=line.email, phone=line.phone, note=line.note)
        if (whom, _exact(line.created_at)) in there[line.application]:
            counts.known += 1
            continue
        added = contacts.add(session, person_id, mine.id or 0, whom, _exact(line.created_at))
        there[line.application].append((contacts.known(added), added.created_at))
        counts.new += 1


def _documents(
    session: Session,
    person_id: int,
    kept: dict[int, Application],
    lines: Sequence[archive.DocumentLine],
    counts: Counts,
) -> None:
    there = {
        number: {
            (one.kind, one.question, one.created_at, one.text)
            for one in drafts.listing(session, person_id, mine.id or 0)
        }
        for number, mine in kept.items()
    }
    for line in lines:
        mine = _whose(kept, line.application)
        new = (line.kind, line.question, _exact(line.created_at), line.text)
        if new in there[line.application]:
            counts.known += 1
            continue
        drafts.store(
            session,
            person_id,
            drafts.Document(
                id=0, application_id=mine.id or 0, kind=line.kind, question=line.question, version=line.version,
                language=line.language, model=line.model, flags=line.flags, facts=line.facts,
                created_at=_exact(line.created_at), text=line.text,
            ),
        )  # fmt: skip
        there[line.application].add(new)
        counts.new += 1


def _whose(kept: dict[int, Application], number: int) -> Application:
    if number not in kept:
        raise InputError(f"The archive cannot be imported: it names an application {number} that it does not have.")
    return kept[number]


def _identity(one: Application | archive.ApplicationLine) -> tuple[Any, ...]:
    return (one.title, one.company, one.url, _exact(one.created_at))


def _exact(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
