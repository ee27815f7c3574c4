"""Personal data is encrypted: resumes with corrections, channels' addresses, notes, reminders, drafts.

The vault's own tables (0007) are used through their models. Plain columns are emptied before they are dropped: on
Postgres a dropped column's values stay in the rows until these are written again.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlmodel import Session

from jobswipe.security.vault import Vault

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SCRUB = True
"""The file of SQLite is written anew after this step."""
_BATCH = 200
_PRIVATE = ("text", "reasons", "matched_skills")
_RESUME = sa.table(
    "resume",
    sa.column("id"),
    sa.column("person_id"),
    sa.column("name"),
    sa.column("document", sa.JSON()),
    sa.column("text"),
    sa.column("sealed", sa.LargeBinary()),
)
_CORRECTION = sa.table(
    "resume_correction",
    sa.column("id"),
    sa.column("resume_id"),
    sa.column("anchor", sa.JSON()),
    sa.column("value", sa.JSON()),
    sa.column("sealed", sa.LargeBinary()),
)
_CHANNEL = sa.table(
    "notification_channel",
    sa.column("id"),
    sa.column("person_id"),
    sa.column("url"),
    sa.column("sealed", sa.LargeBinary()),
)
_APPLICATION = sa.table("application", sa.column("id"), sa.column("person_id"))
_EVENT, _REMINDER = (
    sa.table(
        name, sa.column("id"), sa.column("application_id"), sa.column("text"), sa.column("sealed", sa.LargeBinary())
    )
    for name in ("application_event", "application_reminder")
)
_DOCUMENT = sa.table(
    "application_document",
    sa.column("id"),
    sa.column("application_id"),
    sa.column("question"),
    sa.column("flags", sa.JSON()),
    sa.column("facts", sa.JSON()),
    sa.column("text"),
    sa.column("question_hash", sa.LargeBinary()),
    sa.column("sealed", sa.LargeBinary()),
)
_NOTIFICATION = sa.table(
    "notification",
    sa.column("id"),
    sa.column("person_id"),
    sa.column("payload", sa.JSON()),
    sa.column("sealed", sa.LargeBinary()),
)
_TASK = sa.table("task_run", sa.column("id"), sa.column("kind"), sa.column("version"), sa.column("payload", sa.JSON()))
# The middle state of drafts, with the old columns and the new: SQLite changes a constraint by making the table anew,
# and its checks are not found by looking.
_BETWEEN = sa.Table(
    "application_document",
    sa.MetaData(),
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("application_id", sa.Integer(), nullable=False),
    sa.Column("kind", sa.String(), nullable=False),
    sa.Column("question", sa.String(), nullable=True),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("language", sa.String(), nullable=False),
    sa.Column("model", sa.String(), nullable=True),
    sa.Column("flags", sa.JSON(), nullable=True),
    sa.Column("facts", sa.JSON(), nullable=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("text", sa.Text(), nullable=True),
    sa.Column("question_hash", sa.LargeBinary(), nullable=True),
    sa.Column("sealed", sa.LargeBinary(), nullable=True),
    sa.CheckConstraint("kind IN ('cover-letter', 'answer')", name="ck_application_document_kind"),
    sa.ForeignKeyConstraint(
        ["application_id"], ["application.id"], name="fk_application_document_application_id", ondelete="CASCADE"
    ),
    sa.PrimaryKeyConstraint("id", name="pk_application_document"),
)
_UNIQUE = {
    "question": "uq_application_document_application_id_kind_question_version",
    "question_hash": "uq_application_document_kind_version",
}
_OLD = {"question": sa.String(), "flags": sa.JSON(), "facts": sa.JSON(), "text": sa.Text()}
_NEW = {"question_hash": sa.LargeBinary(), "sealed": sa.LargeBinary()}


class _Keys:
    """The vault, asked for at the first value: a store without any needs no keys."""

    def __init__(self) -> None:
        # The same transaction: what the session does is the migration's.
        self._session = Session(op.get_bind(), join_transaction_mode="rollback_only")
        self._vault: Vault | None = None

    @property
    def vault(self) -> Vault:
        if self._vault is None:
            config = op.get_context().config
            assert config is not None  # noqa: S101 - the steps run by Alembic's environment
            self._vault = config.attributes["vault"]()
        return self._vault

    def seal(self, person_id: int, place: str, value: Any) -> bytes:
        return self.vault.seal(self._session, person_id, place, value)

    def open(self, person_id: int, place: str, sealed: bytes) -> Any:
        return self.vault.open(self._session, person_id, place, sealed)


def upgrade() -> None:
    keys = _Keys()
    _seal_rows(keys)
    _seal_documents(keys)
    op.add_column("notification", sa.Column("sealed", sa.LargeBinary(), nullable=True))
    for row in _each(_NOTIFICATION, sa.select(_NOTIFICATION)):
        private = {name: row["payload"][name] for name in _PRIVATE if row["payload"].get(name)}
        if private:
            public = {name: value for name, value in row["payload"].items() if name not in private}
            sealed = keys.seal(row["person_id"], "notification.sealed", private)
            _set(_NOTIFICATION, row["id"], payload=public, sealed=sealed)
    for row in _drafts_asked_for(1):
        payload, question = row["payload"], row["payload"].get("question") or None
        if question is not None:
            sealed = keys.seal(payload["person_id"], "task_run.payload", question)
            question = base64.b64encode(sealed).decode()
        _set(_TASK, row["id"], payload={**payload, "question": question}, version=2)


def downgrade() -> None:
    keys = _Keys()
    for row in _drafts_asked_for(2):
        payload, question = row["payload"], ""
        if payload.get("question"):
            question = keys.open(payload["person_id"], "task_run.payload", base64.b64decode(payload["question"]))
        _set(_TASK, row["id"], payload={**payload, "question": question}, version=1)
    for row in _each(_NOTIFICATION, sa.select(_NOTIFICATION).where(_NOTIFICATION.c.sealed.is_not(None))):
        private = keys.open(row["person_id"], "notification.sealed", row["sealed"])
        _set(_NOTIFICATION, row["id"], payload=row["payload"] | private)
    op.drop_column("notification", "sealed")
    _open_documents(keys)
    _open_rows(keys)


def _owned(rows: sa.TableClause) -> sa.Select[Any]:
    """The rows of a table with the person whose application they are of."""
    return sa.select(rows, _APPLICATION.c.person_id).join(_APPLICATION, _APPLICATION.c.id == rows.c.application_id)


def _corrections() -> sa.Select[Any]:
    return sa.select(_CORRECTION, _RESUME.c.person_id).join(_RESUME, _RESUME.c.id == _CORRECTION.c.resume_id)


def _seal_rows(keys: _Keys) -> None:
    _replace(
        _RESUME,
        sa.select(_RESUME),
        {"sealed": sa.LargeBinary()},
        lambda row: {
            "sealed": keys.seal(row["person_id"], "resume.sealed", [row["name"], row["document"], row["text"]])
        },
        {"name": "", "document": {}, "text": ""},
    )
    _replace(
        _CORRECTION,
        _corrections(),
        {"sealed": sa.LargeBinary()},
        lambda row: {"sealed": keys.seal(row["person_id"], "resume_correction.sealed", [row["value"], row["anchor"]])},
        {"anchor": None, "value": ""},
    )
    _replace(
        _CHANNEL,
        sa.select(_CHANNEL),
        {"sealed": sa.LargeBinary()},
        lambda row: {"sealed": keys.seal(row["person_id"], "notification_channel.sealed", row["url"])},
        {"url": ""},
    )
    for table in (_EVENT, _REMINDER):
        _replace(
            table,
            _owned(table).where(table.c.text.is_not(None)),
            {"sealed": sa.LargeBinary()},
            partial(_sealed_text, keys, f"{table.name}.sealed"),
            {"text": None},
            optional=True,
        )


def _sealed_text(keys: _Keys, place: str, row: Mapping[str, Any]) -> dict[str, Any]:
    return {"sealed": keys.seal(row["person_id"], place, row["text"])}


def _opened_text(keys: _Keys, place: str, row: Mapping[str, Any]) -> dict[str, Any]:
    return {"text": keys.open(row["person_id"], place, row["sealed"])}


def _open_rows(keys: _Keys) -> None:
    for table in (_REMINDER, _EVENT):
        _replace(
            table,
            _owned(table).where(table.c.sealed.is_not(None)),
            {"text": sa.String()},
            partial(_opened_text, keys, f"{table.name}.sealed"),
            {"sealed": None},
            optional=True,
        )
    _replace(
        _CHANNEL,
        sa.select(_CHANNEL),
        {"url": sa.Text()},
        lambda row: {"url": keys.open(row["person_id"], "notification_channel.sealed", row["sealed"])},
        {"sealed": b""},
    )
    # Before the resumes: these say whose they are.
    _replace(
        _CORRECTION,
        _corrections(),
        {"anchor": sa.JSON(), "value": sa.JSON()},
        lambda row: dict(
            zip(
                ("value", "anchor"),
                keys.open(row["person_id"], "resume_correction.sealed", row["sealed"]),
                strict=True,
            )
        ),
        {"sealed": b""},
    )
    _replace(
        _RESUME,
        sa.select(_RESUME),
        {"name": sa.String(), "document": sa.JSON(), "text": sa.Text()},
        lambda row: dict(
            zip(("name", "document", "text"), keys.open(row["person_id"], "resume.sealed", row["sealed"]), strict=True)
        ),
        {"sealed": b""},
    )


def _seal_documents(keys: _Keys) -> None:
    with op.batch_alter_table("application_document", copy_from=_table(_OLD, "question")) as batch:
        batch.drop_constraint(_UNIQUE["question"], type_="unique")
        for name in _OLD:
            batch.alter_column(name, nullable=True)
        for name, type_ in _NEW.items():
            batch.add_column(sa.Column(name, type_, nullable=True))
    for row in _each(_DOCUMENT, _documents()):
        hashed = keys.vault.fingerprint("application_document.question", f"{row['application_id']}\0{row['question']}")
        private = [row["question"], row["text"], row["flags"], row["facts"]]
        _set(
            _DOCUMENT,
            row["id"],
            question_hash=hashed,
            sealed=keys.seal(row["person_id"], "application_document.sealed", private),
            question="",
            text="",
            flags=[],
            facts=[],
        )
    with op.batch_alter_table("application_document", copy_from=_BETWEEN) as batch:
        for name in _OLD:
            batch.drop_column(name)
        for name in _NEW:
            batch.alter_column(name, nullable=False)
        batch.create_unique_constraint(_UNIQUE["question_hash"], ["application_id", "kind", "question_hash", "version"])


def _open_documents(keys: _Keys) -> None:
    with op.batch_alter_table("application_document", copy_from=_table(_NEW, "question_hash")) as batch:
        batch.drop_constraint(_UNIQUE["question_hash"], type_="unique")
        for name, type_ in _OLD.items():
            batch.add_column(sa.Column(name, type_, nullable=True))
    for row in _each(_DOCUMENT, _documents()):
        question, text, flags, facts = keys.open(row["person_id"], "application_document.sealed", row["sealed"])
        _set(_DOCUMENT, row["id"], question=question, text=text, flags=flags, facts=facts)
    with op.batch_alter_table("application_document", copy_from=_BETWEEN) as batch:
        for name in _NEW:
            batch.drop_column(name)
        for name in _OLD:
            batch.alter_column(name, nullable=False)
        batch.create_unique_constraint(_UNIQUE["question"], ["application_id", "kind", "question", "version"])


def _documents() -> sa.Select[Any]:
    return _owned(_DOCUMENT)


def _table(special: Mapping[str, Any], unique: str) -> sa.Table:
    """Drafts with one set of the special columns alone, and their constraint."""
    other = _OLD if special is _NEW else _NEW
    copied = sa.Table(
        "application_document",
        sa.MetaData(),
        *(
            sa.Column(one.name, one.type, primary_key=one.primary_key, nullable=one.nullable and one.name == "model")
            for one in _BETWEEN.columns
            if one.name not in other
        ),
        sa.CheckConstraint("kind IN ('cover-letter', 'answer')", name="ck_application_document_kind"),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name="fk_application_document_application_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("application_id", "kind", unique, "version", name=_UNIQUE[unique]),
    )
    copied.primary_key.name = "pk_application_document"
    return copied


def _replace(
    table: sa.TableClause,
    rows: sa.Select[Any],
    added: Mapping[str, Any],
    values: Callable[[Mapping[str, Any]], dict[str, Any]],
    emptied: Mapping[str, Any],
    *,
    optional: bool = False,
) -> None:
    """Put columns in the place of others: `values` of a row go into those `added`, and those `emptied` are dropped."""
    embedded = op.get_bind().dialect.name == "sqlite"
    for name, type_ in added.items():
        required = embedded and not optional and name != "anchor"
        default = sa.text("x''" if isinstance(type_, sa.LargeBinary) else "''") if required else None
        op.add_column(table.name, sa.Column(name, type_, nullable=not required, server_default=default))
    for row in _each(table, rows, without=added):
        _set(table, row["id"], **values(row), **emptied)
    for name in added:
        if not embedded and not optional and name != "anchor":
            op.alter_column(table.name, name, nullable=False)
    for name in emptied:
        op.drop_column(table.name, name)


def _each(table: sa.TableClause, rows: sa.Select[Any], without: Mapping[str, Any] = {}) -> Iterator[dict[str, Any]]:
    """Rows in the order of their ids, a few at a time, without columns that are not there yet or no longer."""
    there = {column["name"] for column in sa.inspect(op.get_bind()).get_columns(table.name)} - set(without)
    columns = [one for one in rows.selected_columns if one.table is not table or one.name in there]
    rows = rows.with_only_columns(*columns).order_by(table.c.id).limit(_BATCH)
    last = 0
    while found := op.get_bind().execute(rows.where(table.c.id > last)).mappings().all():
        for row in found:
            last = row["id"]
            yield dict(row)


def _set(table: sa.TableClause, id_: int, **values: Any) -> None:
    op.get_bind().execute(sa.update(table).where(table.c.id == id_).values(**values))


def _drafts_asked_for(version: int) -> Iterator[dict[str, Any]]:
    return _each(_TASK, sa.select(_TASK).where(_TASK.c.kind == "draft.write", _TASK.c.version == version))
