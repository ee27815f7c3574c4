"""Write a person's own data as one archive. Services never commit."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlmodel import Session, col, select

from jobswipe import __version__
from jobswipe.accounts import archive
from jobswipe.accounts.service import identity
from jobswipe.applications import contacts
from jobswipe.applications import service as applications
from jobswipe.drafts import service as drafts
from jobswipe.errors import LimitError
from jobswipe.models import (
    Account,
    Application,
    ApplicationReminder,
    Company,
    NotificationProfile,
    Posting,
    Profile,
    Source,
    Swipe,
)
from jobswipe.notifications import channels, reminders
from jobswipe.notifications import preferences as wanted
from jobswipe.resumes import service as resumes


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """An archive, and how many lines each of its files has."""

    data: bytes
    lines: dict[str, int]


def write(session: Session, person_id: int, now: datetime, *, with_secrets: bool = False) -> Written:
    """All that is the person's: resumes, preferences, verdicts, and applications with what belongs to them.

    Channels' addresses are left out unless `with_secrets`. Raises LimitError for more than an import would take.
    """
    found = gather(session, person_id, with_secrets=with_secrets)
    files: dict[str, tuple[bytes, int]] = {}
    for part in (*archive.WHOLE, *archive.LINES):
        value = getattr(found, part)
        if part in archive.WHOLE and value is not None:
            files[archive.file_name(part)] = (msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n", 1)
        elif part in archive.LINES:
            files[archive.file_name(part)] = (b"".join(msgspec.json.encode(one) + b"\n" for one in value), len(value))
    manifest = archive.Manifest(
        kind=archive.KIND,
        format=archive.FORMAT,
        version=__version__,
        exported_at=now,
        with_secrets=with_secrets,
        files={
            name: archive.FileEntry(sha256=hashlib.sha256(data).hexdigest(), bytes=len(data), lines=lines)
            for name, (data, lines) in files.items()
        },
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, data in (
            (archive.MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"),
            *((name, data) for name, (data, _) in files.items()),
        ):
            zipped.writestr(zipfile.ZipInfo(name, (now.year, now.month, now.day, now.hour, now.minute, 0)), data)
    unpacked = sum(len(data) for data, _ in files.values())
    if packed.tell() > archive.MAX_ARCHIVE or unpacked > archive.MAX_UNPACKED:
        raise LimitError(
            f"Your data is larger than an archive takes ({archive.MAX_ARCHIVE // 1_000_000} MB): remove old resumes."
        )
    return Written(data=packed.getvalue(), lines={name: lines for name, (_, lines) in files.items()})


def gather(session: Session, person_id: int, *, with_secrets: bool = False) -> archive.Archive:
    """The archive's content. Everything is in the order in which it was stored."""
    profile = session.get(Profile, person_id)
    kept = sorted(resumes.listing(session, person_id), key=lambda one: one.id)
    swipes: Sequence[Any] = session.exec(
        select(Swipe).where(Swipe.person_id == person_id).order_by(col(Swipe.id))
    ).all()
    pursued: Sequence[Any] = session.exec(
        select(Application).where(Application.person_id == person_id).order_by(col(Application.id))
    ).all()
    refs = _refs(session, {one.posting_id for one in (*swipes, *pursued) if one.posting_id is not None})
    numbers = {one.id: at for at, one in enumerate(pursued, 1)}
    swipe_numbers = {one.id: at for at, one in enumerate(swipes, 1)}
    return archive.Archive(
        account=_account(session, person_id),
        preferences=profile.preferences if profile is not None else None,
        notifications=_notifications(session, person_id, with_secrets=with_secrets),
        resumes=[
            archive.ResumeLine(
                number=at, name=one.name, sha256=one.sha256, active=one.active, imported_at=one.imported_at,
                document=one.document, text=one.text,
            )
            for at, one in enumerate(kept, 1)
        ],
        corrections=[
            archive.CorrectionLine(resume=at, path=made.path, value=made.value, anchor=made.anchor, at=moment)
            for at, one in enumerate(kept, 1)
            for made, moment in resumes.corrections(session, one)
        ],
        swipes=[
            archive.SwipeLine(
                number=swipe_numbers[one.id], posting=refs[one.posting_id], verdict=one.verdict,
                undoes=swipe_numbers.get(one.undoes_id), at=one.at, score=one.score, parts=one.parts,
                deck_position=one.deck_position, explored=one.explored, reason=one.reason,
                evidence=one.evidence,
            )
            for one in swipes
        ],
        applications=[
            archive.ApplicationLine(
                number=numbers[one.id], posting=None if one.posting_id is None else refs.get(one.posting_id),
                title=one.title, company=one.company, url=one.url, stage=one.stage, created_at=one.created_at,
                updated_at=one.updated_at,
            )
            for one in pursued
        ],
        events=[
            archive.EventLine(
                application=numbers[one.id], kind=event.kind, from_stage=event.from_stage, to_stage=event.to_stage,
                text=event.text, at=event.at,
            )
            for one in pursued
            for event in _events(session, one)
        ],
        reminders=_reminders(session, person_id, pursued, numbers),
        contacts=[
            archive.ContactLine(
                application=numbers[one.id], name=whom.name, role=whom.role, email=whom.email, phone=whom.phone,
                note=whom.note, created_at=whom.created_at,
            )
            for one in pursued
            for whom in contacts.listing(session, person_id, one.id or 0)
        ],
        documents=[
            archive.DocumentLine(
                application=numbers[one.id], kind=draft.kind, question=draft.question, version=draft.version,
                language=draft.language, model=draft.model, flags=draft.flags, facts=draft.facts,
                created_at=draft.created_at, text=draft.text,
            )
            for one in pursued
            for draft in _drafts(session, one)
        ],
    )  # fmt: skip


def _events(session: Session, one: Application) -> list[Any]:
    return [*applications.events(session, one.id or 0)]


def _drafts(session: Session, one: Application) -> list[Any]:
    return drafts.listing(session, one.person_id, one.id or 0)[::-1]


def _account(session: Session, person_id: int) -> archive.AccountFile | None:
    account = session.get(Account, person_id)
    if account is None:
        return None
    who = identity(session, account)
    return archive.AccountFile(email=who.email, name=who.name, role=account.role, created_at=account.created_at)


def _notifications(session: Session, person_id: int, *, with_secrets: bool) -> archive.NotificationsFile | None:
    listed = channels.listing(session, person_id)
    profile = session.get(NotificationProfile, person_id)
    if profile is None and not listed:
        return None
    return archive.NotificationsFile(
        preferences=wanted.decode(profile.preferences).to_dict() if profile is not None else None,
        channels=[
            archive.ChannelLine(
                name=one.name, service=one.service, url=one.url if with_secrets else None, created_at=one.created_at
            )
            for one in listed
        ],
    )


def _reminders(
    session: Session, person_id: int, pursued: Sequence[Application], numbers: dict[int | None, int]
) -> list[archive.ReminderLine]:
    """Those that are done, too."""
    out = []
    for one in pursued:
        statement = select(ApplicationReminder).where(ApplicationReminder.application_id == one.id)
        for row in session.exec(statement.order_by(col(ApplicationReminder.id))).all():
            found = reminders.opened(session, person_id, row)
            out.append(
                archive.ReminderLine(
                    application=numbers[one.id],
                    due_at=found.due_at,
                    text=found.text,
                    created_at=found.created_at,
                    done_at=found.done_at,
                )
            )
    return out


def _refs(session: Session, posting_ids: Iterable[int]) -> dict[int, archive.PostingRef]:
    ids = sorted(posting_ids)
    out: dict[int, archive.PostingRef] = {}
    for start in range(0, len(ids), 500):
        columns: Any = (
            Posting.id, Source.kind, Source.board, Posting.external_id, Posting.url, Posting.title, Company.name
        )  # fmt: skip
        statement = (
            select(*columns)
            .join(Source, col(Source.id) == col(Posting.source_id))
            .outerjoin(Company, col(Company.id) == col(Posting.company_id))
            .where(col(Posting.id).in_(ids[start : start + 500]))
        )
        for id_, kind, board, external_id, url, title, company in session.exec(statement):
            out[id_] = archive.PostingRef(
                kind=kind, board=board, external_id=external_id, url=url, title=title, company=company
            )
    return out
