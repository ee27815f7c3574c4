"""Whatever an address names by number, another person is told that there is no such thing (IDOR)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import small_store
from account_support import PASSWORD, account
from accounts import people
from litestar.routes import HTTPRoute

from jobswipe import settings as module
from jobswipe.accounts.principal import SCOPES
from jobswipe.applications import contacts
from jobswipe.applications import service as applications
from jobswipe.db.engine import Database
from jobswipe.drafts import service as drafts
from jobswipe.matching.engine import Matcher
from jobswipe.notifications import channels, outbox, reminders
from jobswipe.resumes import service as resumes
from server.api import PREFIX
from server.api.access import BY_SESSION, EXAMPLE, SCOPE

if TYPE_CHECKING:
    from .conftest import Client

# Everybody's, or an operator's: no person's own.
SHARED = frozenset({"posting_id", "source_id", "run_id", "task_id", "name", "person_id", "invitation_id"})
OWNER, OTHER = "owner@example.com", "other@example.com"


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBSWIPE_NOW", people.NOW.isoformat())


def sign_in(client: Client, email: str) -> dict[str, str]:
    answer = client.post(f"{PREFIX}/auth/login", json={"email": email, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    cookie = "; ".join(one.partition(";")[0] for one in answer.headers.get_list("set-cookie"))
    client.cookies.clear()
    return {"cookie": cookie, "x-csrf-token": answer.json()["csrf_token"]}


def key(client: Client, signed: dict[str, str]) -> tuple[int, dict[str, str]]:
    """An API key with all that a user may, and its number."""
    scopes = [scope for scope, role in SCOPES.items() if role == "user"]
    answer = client.post(f"{PREFIX}/account/api-keys", json={"name": "all", "scopes": scopes}, headers=signed)
    assert answer.status_code == 201, answer.text
    return answer.json()["about"]["id"], {"authorization": f"Bearer {answer.json()['key']}"}


def owned(database: Database, person_id: int) -> dict[str, int]:
    """The numbers of what a person has, by the name of the parameter of the path."""
    with database.read() as session:
        listed = applications.listing(session, person_id)
        pursued = next(one.id or 0 for one in listed if drafts.listing(session, person_id, one.id or 0))
        return {
            "application_id": pursued,
            "contact_id": contacts.listing(session, person_id, pursued)[0].id,
            "reminder_id": next(r.id for r, one in reminders.listing(session, person_id) if one.id == pursued),
            "document_id": drafts.listing(session, person_id, pursued)[0].id,
            "channel_id": channels.listing(session, person_id)[0].id,
            "notification_id": outbox.listing(session, person_id)[0].id,
            "resume_id": resumes.listing(session, person_id)[0].id,
        }


def routes(client: Client) -> list[tuple[str, str, dict[str, Any]]]:
    """Method, path and options of every route whose path names something by number or name."""
    return [
        (method, route.path_format, handler.opt)
        for route in client.app.routes
        if isinstance(route, HTTPRoute) and route.path.startswith(PREFIX)
        for method, (handler, _) in route.route_handler_map.items()
        if method != "OPTIONS" and "{" in route.path_format
    ]


def test_nothing_of_another_person_is_there(nobody: Client, database: Database, home: Path) -> None:
    settings = module.load()
    small_store.fill(database)
    matcher = Matcher(database, settings)
    owner, _ = account(database, settings, OWNER), account(database, settings, OTHER)
    people.fill(database, matcher, owner, with_account=False)
    signed, stranger = sign_in(nobody, OWNER), sign_in(nobody, OTHER)
    numbers = owned(database, owner)
    numbers["key_id"], by_key = key(nobody, signed)
    _, strange_key = key(nobody, stranger)
    numbers["session_id"] = nobody.get(f"{PREFIX}/account/sessions", headers=signed).json()["items"][0]["id"]

    def ask(method: str, path: str, options: dict[str, Any], who: dict[str, str]) -> httpx.Response:
        for name, number in numbers.items():
            path = path.replace(f"{{{name}}}", str(number))
        body = options.get(EXAMPLE, {}).get("request")
        answer: httpx.Response = nobody.request(method, path, headers=who, json=body if body is not None else None)
        return answer

    walked = 0
    for method, path, options in routes(nobody):
        named = set(re.findall(r"{(\w+)}", path))
        if named & SHARED:
            assert named <= SHARED, path
            continue
        assert named <= set(numbers), f"{path}: say here which of its numbers are a person's own"
        assert options[SCOPE], path
        answer = ask(method, path, options, stranger if options[BY_SESSION] else strange_key)
        assert answer.status_code == 404, (method, path, answer.status_code, answer.text)
        assert answer.json()["code"] == "not_found"
        walked += 1
    assert walked > 20
    # The same requests of the owner find it, so that nothing was asked in vain; what deletes comes last.
    order = sorted(routes(nobody), key=lambda one: (one[0] == "DELETE", one[1].count("{") < 2, "session" in one[1]))
    for method, path, options in order:
        if not set(re.findall(r"{(\w+)}", path)) & SHARED:
            found = ask(method, path, options, signed if options[BY_SESSION] else by_key)
            assert found.status_code != 404 or method == "DELETE", (method, path, found.text)
