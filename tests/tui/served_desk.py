"""A real server over the store of a test, and desks over both."""

from __future__ import annotations

from tui_store import NOW

from jobswipe.accounts import apikeys
from jobswipe.accounts.principal import SCOPES
from jobswipe.db.engine import Database
from jobswipe.models import LOCAL_PERSON_ID, Account
from jobswipe.security import vault
from tui.desk.remote.address import address
from tui.desk.remote.desk import RemoteDesk
from tui.desk.remote.line import Line


def make_key(database: Database, *scopes: str) -> str:
    """An API key of the local person, who is an administrator; of all scopes where none are named."""
    with database.write() as session:
        if session.get(Account, LOCAL_PERSON_ID) is None:
            store = vault.of(session)
            person = {"email": "candidate@example.com", "name": "Sample Candidate"}
            session.add(
                Account(
                    person_id=LOCAL_PERSON_ID,
                    email_hash=store.fingerprint("account.email", person["email"]),
                    sealed=store.seal(session, LOCAL_PERSON_ID, "account", person),
                    role="admin",
                    created_at=NOW,
                )
            )
            session.flush()
        return apikeys.create(session, LOCAL_PERSON_ID, "test", list(scopes or SCOPES), NOW)[1]


def desk(url: str, key: str) -> RemoteDesk:
    return RemoteDesk(Line(address(url), key))
