"""`jobswipe swipe --server URL` as a process over a real server: killed, cut off, refused, and nothing is lost."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from relay import Relay
from served_desk import make_key
from servers.served import Served, until
from sqlmodel import select
from terminal import JOBSWIPE, Terminal

from jobswipe import clock
from jobswipe.accounts import apikeys
from jobswipe.db.engine import Database
from jobswipe.models import LOCAL_PERSON_ID, Swipe


@pytest.fixture
def relay() -> Iterator[Relay]:
    with Relay() as found:
        yield found


@pytest.fixture
def client(tmp_path: Path) -> Path:
    """The data directory of the computer on which one swipes."""
    found = tmp_path / "client"
    found.mkdir()
    return found


def port(server: Served) -> int:
    return int(server.url.rpartition(":")[2])


def window(relay: Relay, client: Path, key: str, *options: str) -> Terminal:
    return Terminal(
        "swipe", "--server", relay.url, *options, columns=120, JOBSWIPE_HOME=str(client), JOBSWIPE_API_KEY=key
    )


def judged(store: Database) -> list[str]:
    with store.read() as session:
        return list(session.exec(select(Swipe.verdict).order_by(Swipe.id)))


def waiting(client: Path) -> int:
    return sum(len(one.read_bytes().splitlines()) for one in client.glob("tui/outbox/*/*.jsonl"))


def test_the_server_dies_in_mid_swipe_and_so_does_the_app(relay: Relay, client: Path, filled: Database) -> None:
    key = make_key(filled)
    with Served("serve") as server:
        relay.port = port(server)
        first = window(relay, client, key)
        first.wait("30 left")
        first.press("l", "✓ stored")
        server.kill()
    relay.port = None
    relay.cut()
    first.press("h", "1 waits for the server")
    first.press("s", "2 wait for the server")
    first.press("l", "3 wait for the server")
    assert waiting(client) == 3
    first.kill()
    assert judged(filled) == ["like"]
    with Served("serve") as server:
        relay.port = port(server)
        second = window(relay, client, key)
        second.wait("26 left · 4 judged")
        assert judged(filled) == ["like", "dislike", "save", "like"]
        assert waiting(client) == 0
        relay.losing = True  # the verdict arrives, its answer does not
        relay.cut()
        second.press("l", "1 waits for the server")
        second.press("u", "2 wait for the server")
        relay.losing = False
        second.wait("✓ stored")
        assert judged(filled) == ["like", "dislike", "save", "like", "like", "undo"]
        second.press("2", "SAVED 3")
        os.write(second.fd, b"q")
        assert second.end() == 0
    (state,) = client.glob("tui/state-*")
    assert b"Engineer" not in state.read_bytes()
    relay.port = None
    third = window(relay, client, key)  # away, and the cards of the last time are there all the same
    third.wait("does not answer")
    third.press("1", "Engineer")
    third.press("l", "1 waits for the server")
    os.write(third.fd, b"q")
    assert third.end() == 0
    assert "1 verdict waits for 127.0.0.1" in third.seen
    assert waiting(client) == 1


def test_a_revoked_key_and_a_new_one(relay: Relay, client: Path, filled: Database) -> None:
    key = make_key(filled)
    with Served("serve") as server:
        relay.port = port(server)
        wrong = window(relay, client, "jobswipe_wrong")
        assert wrong.end() == 1
        assert "does not take this API key" in wrong.seen
        first = window(relay, client, key)
        first.wait("30 left")
        with filled.write() as session:
            for one in apikeys.listing(session, LOCAL_PERSON_ID):
                apikeys.revoke(session, LOCAL_PERSON_ID, one.id or 0, clock.now())
        asked = {"authorization": f"Bearer {key}"}  # another process knows of it in a few seconds
        until(lambda: server.client.get("/api/v1/deck", headers=asked).status_code == 401)
        first.press("l", "does not take this API key")
        os.write(first.fd, b"q")
        assert first.end() == 0
        assert "1 verdict waits for 127.0.0.1" in first.seen
        # What waits is the person's, not the key's.
        plain = window(relay, client, make_key(filled), "--plain")
        plain.wait("[q]uit")
        assert judged(filled) == ["like"]
        plain.press("d\n", "Stored.")
        plain.press("u\n", "Took back")
        os.write(plain.fd, b"q\n")
        assert plain.end() == 0
    assert judged(filled) == ["like", "dislike", "undo"]
    assert waiting(client) == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--server", "http://jobs.example.com"), "write https://jobs.example.com"),
        (("--server", "nowhere"), "write it like https://"),
        (("--server", "https://jobs.example.com", "--undo"), "go without --from and --undo"),
    ],
)
def test_what_cannot_be_is_one_sentence(home: Path, arguments: tuple[str, ...], says: str) -> None:
    environment = {**os.environ, "JOBSWIPE_API_KEY": "jobswipe_a-key"}
    done = subprocess.run(
        [JOBSWIPE, "swipe", "--plain", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
