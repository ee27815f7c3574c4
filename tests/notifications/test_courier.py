"""Messages reach real servers; what a server does wrong is told by its class, and no secret comes back with it."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from servers.mail import MailServer, SilentServer
from servers.run import free_port
from servers.webhook import Webhook

from jobswipe.notifications.courier import Courier
from jobswipe.settings import Settings, load


def send(courier: Courier, url: str, title: str = "Title", body: str = "Body") -> tuple[bool, bool, str]:
    outcome = courier.send(url, title, body, "key-1")
    return outcome.ok, outcome.permanent, outcome.reason or ""


def text(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_a_webhook_gets_title_body_and_key(courier: Courier, webhook: Webhook) -> None:
    assert send(courier, webhook.url) == (True, False, "")
    assert (webhook.received[0]["title"], webhook.received[0]["message"]) == ("Title", "Body")
    assert webhook.keys == ["key-1"]


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(500, False), (503, False), (429, False), (408, False), (400, True), (401, True), (404, True)],
)
def test_a_webhook_that_fails(courier: Courier, webhook: Webhook, status: int, permanent: bool) -> None:
    webhook.status = status
    ok, final, reason = send(courier, webhook.url)
    assert (ok, final) == (False, permanent)
    assert f"status {status}" in reason
    assert "s3cret" not in reason


def test_a_mail_is_plain_text_with_the_key(courier: Courier) -> None:
    with MailServer() as server:
        assert send(courier, server.url(), "Grüße", "Line one\n\nLine two")[0]
        (mail,) = server.accepted
    assert mail["Subject"] == "Grüße"
    assert mail["To"] == "candidate@example.org"
    assert mail["X-JobSwipe-Notification"] == "key-1"
    assert mail.get_content_type() == "text/plain"
    assert text(mail).split() == ["Line", "one", "Line", "two"]


def test_a_title_adds_no_header(courier: Courier) -> None:
    with MailServer() as server:
        assert send(courier, server.url(), "A\r\nBcc: other@example.net\r\n\r\nhello", "Body")[0]
        (mail,) = server.accepted
    assert mail["Bcc"] is None
    assert "\n" not in mail["Subject"]
    assert text(mail).strip() == "Body"


@pytest.mark.parametrize(
    ("behaviour", "permanent", "code"),
    [("refuse", True, "550"), ("reject", True, "554"), ("defer", False, "451"), ("drop", False, "broke")],
)
def test_a_mail_server_that_does_not_take_it(courier: Courier, behaviour: str, permanent: bool, code: str) -> None:
    with MailServer(behaviour) as server:
        ok, final, reason = send(courier, server.url())
        assert (ok, final, server.accepted) == (False, permanent, [])
    assert code in reason
    assert "token-in-answer" not in reason


def test_a_mail_server_that_refuses_the_login(courier: Courier) -> None:
    with MailServer("login") as server:
        ok, final, reason = send(courier, server.url(login="someone:s3cret-word@"))
    assert (ok, final) == (False, True)
    assert "login" in reason
    assert "s3cret" not in reason


def test_a_service_that_never_answers_is_given_up(home: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBSWIPE_NOTIFY_ALLOW_PRIVATE", "true")
    monkeypatch.setenv("JOBSWIPE_NOTIFY_TIMEOUT", "2")
    with SilentServer() as silent, Courier(load().notify) as courier, Webhook() as hook:
        for url in (
            f"mailto://127.0.0.1:{silent.port}?from=a@example.com&to=b@example.com",
            f"json://127.0.0.1:{silent.port}/",
        ):
            ok, final, reason = send(courier, url)
            assert (ok, final) == (False, False)
            assert "answer" in reason
        assert silent.connected.is_set()
        assert send(courier, hook.url)[0], "the next message is not held up"


def test_nobody_listens(courier: Courier) -> None:
    port = free_port()
    assert send(courier, f"json://127.0.0.1:{port}/")[1:] == (
        False, "The service refuses the connection: is it running?",
    )  # fmt: skip


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_private_addresses_are_refused_unless_allowed(home: object, webhook: Webhook, host: str) -> None:
    url = webhook.url.replace("127.0.0.1", host)
    with Courier(load().notify) as courier, MailServer() as server:
        ok, final, reason = send(courier, url)
        assert (ok, final) == (False, True)
        assert "JOBSWIPE_NOTIFY_ALLOW_PRIVATE" in reason
        mail = server.url().replace("127.0.0.1", host)
        assert not send(courier, mail)[0]
        assert not send(courier, f"mailto://example.com?smtp={host}&from=a@example.com&to=b@example.com")[0]
    assert webhook.received == []
    assert server.seen == 0


def test_link_local_addresses_are_refused_always(courier: Courier) -> None:
    ok, final, reason = send(courier, "json://169.254.169.254/latest/")
    assert (ok, final) == (False, True)
    assert "link-local" in reason


def test_a_redirect_to_a_forbidden_address_is_refused(courier: Courier, webhook: Webhook) -> None:
    webhook.status, webhook.location = 307, "http://169.254.169.254/latest/meta-data"
    ok, final, reason = send(courier, webhook.url)
    assert (ok, final) == (False, True)
    assert "link-local" in reason


def test_proxies_and_netrc_of_the_environment_are_not_used(
    home: object, webhook: Webhook, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with Courier(settings.notify) as courier:
        assert send(courier, webhook.url)[0]


def test_a_killed_subprocess_is_replaced(courier: Courier, webhook: Webhook) -> None:
    assert send(courier, webhook.url)[0]
    assert courier._process is not None
    courier._process.kill()
    courier._process.wait()
    assert not send(courier, webhook.url)[0]
    assert send(courier, webhook.url)[0]


def test_an_address_that_is_not_complete(courier: Courier) -> None:
    outcome = courier.check("tgram://nonsense/")
    assert not outcome.ok
    assert "nonsense" not in (outcome.reason or "")
