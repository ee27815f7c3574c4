"""The outbound client against a server that misbehaves in every way."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpcore
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from servers.misbehaving import BODY, ETAG, LAST_MODIFIED, Misbehaving

from jobswipe import __version__
from jobswipe.errors import LimitError, RefusedUrlError, SettingsError, UpstreamError
from jobswipe.security.outbound import MemoryValidators, Outbound, PoliteFetcher, _translated
from jobswipe.security.polite import HostLimiter
from jobswipe.security.urls import Guard
from jobswipe.settings import OutboundSettings
from jobswipe.sources.base import Fetcher, Policy

BOARD = "board.test"
Make = Callable[..., Outbound]


@pytest.fixture
def fetcher(make_outbound: Make) -> PoliteFetcher:
    return make_outbound().fetcher()


# Good answers


def test_a_good_answer(misbehaving: Misbehaving, fetcher: Fetcher) -> None:
    url = misbehaving.url("/ok", BOARD, page=2)
    response = fetcher.get(url, accept="application/json")
    assert (response.url, response.status, response.content_type) == (url, 200, "application/json")
    assert response.body == BODY
    assert not response.not_modified
    (seen,) = misbehaving.seen
    assert seen.path == "/ok?page=2"
    assert seen.headers == {
        "host": f"{BOARD}:{misbehaving.port}",
        "user-agent": f"JobSwipe/{__version__} (+https://example.org/contact)",
        "accept": "application/json",
        "accept-encoding": "gzip, deflate",
    }


@pytest.mark.parametrize("encoding", ["gzip", "members", "deflate", "raw-deflate"])
def test_packed_answers_in_chunks_of_one_byte(misbehaving: Misbehaving, fetcher: Fetcher, encoding: str) -> None:
    assert fetcher.get(misbehaving.url("/packed", BOARD, encoding=encoding)).body == BODY


def test_an_encoding_that_was_not_asked_for(misbehaving: Misbehaving, fetcher: Fetcher) -> None:
    with pytest.raises(UpstreamError, match="packs its answer as 'br'"):
        fetcher.get(misbehaving.url("/packed", BOARD, encoding="br"))


def test_wrong_type_and_changed_shape_are_the_adapters_business(misbehaving: Misbehaving, fetcher: Fetcher) -> None:
    response = fetcher.get(misbehaving.url("/html", BOARD))
    assert response.content_type == "text/html; charset=utf-8"
    assert fetcher.get(misbehaving.url("/changed-shape", BOARD)).body == b'{"data": {"positions": []}}'


def test_no_cookie_is_kept(misbehaving: Misbehaving, fetcher: Fetcher) -> None:
    fetcher.get(misbehaving.url("/cookie", BOARD))
    fetcher.get(misbehaving.url("/cookie", BOARD))
    assert all("cookie" not in seen.headers for seen in misbehaving.seen)


def test_no_proxy_of_the_environment_is_used(
    misbehaving: Misbehaving, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert fetcher.get(misbehaving.url("/ok", BOARD)).status == 200


# Validators


def test_validators_are_kept_and_sent(misbehaving: Misbehaving, make_outbound: Make) -> None:
    validators = MemoryValidators()
    fetcher = make_outbound().fetcher(validators=validators)
    url = misbehaving.url("/etag", BOARD)
    assert not fetcher.get(url, conditional=True).not_modified
    assert validators.get(url) == (ETAG, LAST_MODIFIED)
    again = fetcher.get(url, conditional=True)
    assert (again.status, again.not_modified, again.body) == (304, True, b"")
    assert misbehaving.seen[-1].headers["if-none-match"] == ETAG
    assert misbehaving.seen[-1].headers["if-modified-since"] == LAST_MODIFIED
    assert fetcher.get(url).body == BODY
    assert "if-none-match" not in misbehaving.seen[-1].headers


def test_validators_belong_to_the_url_that_gave_them(misbehaving: Misbehaving, make_outbound: Make) -> None:
    validators = MemoryValidators()
    fetcher = make_outbound().fetcher(validators=validators)
    moved = misbehaving.url("/redirect", BOARD, to="/etag")
    fetcher.get(moved, conditional=True)
    assert validators.get(moved) is None
    again = fetcher.get(moved, conditional=True)
    assert again.not_modified
    assert again.url == misbehaving.url("/etag", BOARD)


def test_a_body_that_broke_off_leaves_no_validator(misbehaving: Misbehaving, make_outbound: Make) -> None:
    validators = MemoryValidators()
    url = misbehaving.url("/truncated", BOARD)
    with pytest.raises(UpstreamError):
        make_outbound().fetcher(validators=validators).get(url, conditional=True)
    assert validators.get(url) is None


def test_not_modified_without_being_asked_is_an_error(misbehaving: Misbehaving, fetcher: Fetcher) -> None:
    with pytest.raises(UpstreamError, match="unexpected status 304"):
        fetcher.get(misbehaving.url("/304", BOARD))


# Retries


@pytest.mark.parametrize("path", ["/429", "/500", "/503", "/truncated", "/reset"])
def test_a_passing_fault_is_retried(misbehaving: Misbehaving, fetcher: Fetcher, path: str) -> None:
    assert fetcher.get(misbehaving.url(path, BOARD, times=2)).body == BODY
    assert misbehaving.hits(path) == 3


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/429", "asks for fewer requests (status 429)"),
        ("/503", "has a fault of its own (status 503)"),
        ("/reset", "broke off or garbled its answer"),
        ("/truncated", "broke off or garbled its answer"),
        ("/truncated-chunks", "broke off or garbled its answer"),
        ("/truncated-gzip", "sent a damaged compressed body"),
        ("/bad-gzip", "sent a damaged compressed body"),
        ("/bad-length", "broke off or garbled its answer"),
        ("/not-http", "broke off or garbled its answer"),
    ],
)
def test_a_lasting_fault_ends_in_one_sentence(
    misbehaving: Misbehaving, fetcher: Fetcher, fake_time, path: str, sentence: str
) -> None:
    with pytest.raises(UpstreamError) as failure:
        fetcher.get(misbehaving.url(path, BOARD))
    assert sentence in failure.value.message
    assert failure.value.message.startswith(BOARD)
    assert failure.value.message.endswith("(tried 4 times): try again later.")
    assert misbehaving.hits(path) == 4
    assert [second for second in fake_time.slept if second >= 1] == [1, 2, 4]


def test_retry_after_in_seconds_is_waited_for(misbehaving: Misbehaving, fetcher: Fetcher, fake_time) -> None:
    fetcher.get(misbehaving.url("/429", BOARD, times=1, after=17))
    assert fake_time.slept[0] == 17 + 1


def test_retry_after_as_a_date_counts_from_the_servers_clock(
    misbehaving: Misbehaving, fetcher: Fetcher, fake_time
) -> None:
    soon = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 40))
    fetcher.get(misbehaving.url("/503", BOARD, times=1, after=soon))
    assert 37 <= fake_time.slept[0] <= 42


def test_a_long_retry_after_is_handed_on(misbehaving: Misbehaving, fetcher: Fetcher, fake_time) -> None:
    with pytest.raises(UpstreamError, match="asks to wait 3600 s: poll it again after that") as failure:
        fetcher.get(misbehaving.url("/429", BOARD, after=3600))
    assert failure.value.retry_after == 3600
    assert failure.value.upstream_status == 429
    assert misbehaving.hits("/429") == 1
    assert fake_time.slept == []


def test_retry_after_holds_the_other_threads_too(misbehaving: Misbehaving, make_outbound: Make, fake_time) -> None:
    outbound = make_outbound(attempts=2)
    outbound.fetcher().get(misbehaving.url("/429", BOARD, times=1, after=20))
    assert outbound.limiter._hosts[BOARD].paused_until == 20


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/403", 403), ("/206", 206)])
def test_a_final_refusal_is_not_retried(misbehaving: Misbehaving, fetcher: Fetcher, path: str, status: int) -> None:
    with pytest.raises(UpstreamError, match=f"status {status}") as failure:
        fetcher.get(misbehaving.url(path, BOARD))
    assert failure.value.upstream_status == status
    assert misbehaving.hits(path) == 1


def test_a_closed_port_is_retried_then_told(make_outbound: Make, fake_time) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))  # bound and not listening: nobody answers here
        url = f"http://{BOARD}:{reserved.getsockname()[1]}/"
        with pytest.raises(UpstreamError, match=r"could not be reached \(.*refused\) \(tried 2 times\)"):
            make_outbound(attempts=2).fetcher().get(url)


def test_a_name_server_that_fails_for_the_moment_is_retried(misbehaving: Misbehaving, make_outbound: Make) -> None:
    answers = [socket.gaierror(socket.EAI_AGAIN, "later"), ["127.0.0.1"]]

    def resolver(_host: str, _port: int) -> list[str]:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    guard = Guard(allowed_hosts={BOARD}, resolver=resolver)
    assert make_outbound(guard=guard).fetcher().get(misbehaving.url("/ok", BOARD)).body == BODY


def test_an_unknown_host_is_told_at_once(fetcher: Fetcher, fake_time) -> None:
    with pytest.raises(UpstreamError, match=r"gone\.test is not a known host name"):
        fetcher.get("https://gone.test/")
    assert fake_time.slept == []


# Caps


@pytest.mark.parametrize("path", ["/slow-headers", "/drip"])
def test_one_byte_at_a_time_does_not_beat_the_time_limit(
    misbehaving: Misbehaving, make_outbound: Make, path: str
) -> None:
    begun = time.monotonic()
    with pytest.raises(LimitError, match=r"board\.test took longer than 0\.3 s"):
        make_outbound(timeout=0.3).fetcher().get(misbehaving.url(path, BOARD))
    assert time.monotonic() - begun < 3
    assert misbehaving.hits(path) == 1


def test_endless_headers_are_cut_off(misbehaving: Misbehaving, make_outbound: Make) -> None:
    with pytest.raises(UpstreamError, match="broke off or garbled its answer"):
        make_outbound(attempts=1).fetcher().get(misbehaving.url("/endless-headers", BOARD))


def test_silence_is_retried_then_told(misbehaving: Misbehaving, make_outbound: Make) -> None:
    with pytest.raises(UpstreamError, match=r"board\.test stopped answering \(tried 2 times\)"):
        make_outbound(idle_timeout=0.1, attempts=2).fetcher().get(misbehaving.url("/silent", BOARD))
    assert misbehaving.hits("/silent") == 2


def test_the_time_limit_covers_redirects_together(misbehaving: Misbehaving, make_outbound: Make) -> None:
    with pytest.raises(LimitError, match=r"took longer than 0\.3 s"):
        make_outbound(timeout=0.3).fetcher().get(misbehaving.url("/redirect", BOARD, to="/drip"))


@pytest.mark.parametrize("path", ["/bomb", "/endless"])
def test_a_bomb_and_an_endless_body_are_cut_off(misbehaving: Misbehaving, make_outbound: Make, path: str) -> None:
    with pytest.raises(LimitError, match=r"board\.test sent more than 2 MB \(unpacked\)"):
        make_outbound(max_bytes=2 << 20).fetcher().get(misbehaving.url(path, BOARD))
    assert misbehaving.hits(path) == 1


def test_an_announced_giant_is_refused_before_it_is_read(misbehaving: Misbehaving, fetcher: Fetcher) -> None:
    with pytest.raises(LimitError, match="sent more than 64 MB"):
        fetcher.get(misbehaving.url("/huge-length", BOARD))


def test_a_length_that_is_too_short_ends_the_body_there(misbehaving: Misbehaving, fetcher: Fetcher) -> None:
    assert fetcher.get(misbehaving.url("/short-length", BOARD)).body == BODY[:10]
    assert fetcher.get(misbehaving.url("/ok", BOARD)).body == BODY


PARTS = st.sampled_from(
    [
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.0 200\r\n",
        b"HTTP/9.9 200 OK\r\n",
        b"HTTP/1.1 999 ?\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n",
        b"HTTP/1.1 302 Found\r\n",
        b"HTTP/1.1 503 Busy\r\n",
        b"Location: \xff\xfe://\r\n",
        b"Location: http://xn--a/\r\n",
        b"Retry-After: \xe4\r\n",
        b"Content-Length: 5\r\n",
        b"Content-Length: 6\r\n",
        b"Content-Length: 99999999999999999999999\r\n",
        b"Content-Encoding: gzip\r\n",
        b"Content-Encoding: gzip, gzip\r\n",
        b"Content-Type: \xff\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: x\r\n",
        b": nameless\r\n",
        b"\r\n",
        b"\r\n\r\n",
        b"5\r\nhello\r\n0\r\n\r\n",
        b"zz\r\n",
        b"hello",
    ]
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PARTS | st.binary(max_size=20), max_size=8))
def test_no_answer_whatever_breaks_the_client(
    misbehaving: Misbehaving, make_outbound: Make, answer: list[bytes]
) -> None:
    fetcher = make_outbound(attempts=1, timeout=2).fetcher(validators=MemoryValidators())
    url = misbehaving.url("/raw", BOARD, hex=b"".join(answer).hex())
    with suppress(UpstreamError, RefusedUrlError, LimitError):
        assert fetcher.get(url, conditional=True).status in (*range(200, 300), 304)


# Redirects and addresses


def test_three_redirects_are_followed_and_no_more(misbehaving: Misbehaving, fetcher: Fetcher) -> None:
    assert fetcher.get(misbehaving.url("/hops", BOARD, left=3)).url.endswith("/hops?left=0")
    with pytest.raises(UpstreamError, match=r"board\.test redirects more than 3 times"):
        fetcher.get(misbehaving.url("/hops", BOARD, left=4))
    with pytest.raises(UpstreamError, match="redirects more than 3 times"):
        fetcher.get(misbehaving.url("/loop", BOARD))
    assert misbehaving.hits("/loop") == 4


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_every_kind_of_redirect(misbehaving: Misbehaving, fetcher: Fetcher, status: int) -> None:
    assert fetcher.get(misbehaving.url("/redirect", BOARD, to="/ok", status=status)).body == BODY


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:{port}/ok",
        "http://127.0.0.1/",
        "http://localhost:{port}/ok",
        "http://[::1]/",
        "http://2130706433:{port}/ok",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://private.test/",
        "http://metadata.test/",
        "http://mixed.test/",
        "//127.0.0.1:{port}/ok",
        "file:///etc/passwd",
        "ftp://board.test/",
        "http://user:pw@board.test:{port}/ok",
        "http://board.test:22/",
        "http://[",
    ],
)
def test_a_redirect_is_vetted_like_the_first_url(misbehaving: Misbehaving, fetcher: Fetcher, target: str) -> None:
    url = misbehaving.url("/redirect", BOARD, to=target.format(port=misbehaving.port))
    with pytest.raises(RefusedUrlError, match=r"^board\.test redirects"):
        fetcher.get(url)
    assert misbehaving.hits("/ok") == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "private.test", "metadata.test", "mixed.test"])
def test_no_private_address_is_asked(misbehaving: Misbehaving, fetcher: Fetcher, host: str, fake_time) -> None:
    with pytest.raises(RefusedUrlError):
        fetcher.get(misbehaving.url("/ok", host))
    assert misbehaving.seen == []
    assert fake_time.slept == []


def test_loopback_can_be_allowed_by_setting(misbehaving: Misbehaving) -> None:
    wanted = OutboundSettings(allow_private=True, contact="me@example.org", timeout=5, max_body_mb=1)
    with Outbound.from_settings(wanted) as outbound:
        assert outbound.max_bytes == 1 << 20
        assert outbound.fetcher().get(misbehaving.url("/ok")).body == BODY
    assert misbehaving.seen[0].headers["user-agent"].endswith("(+me@example.org)")


def test_a_name_is_asked_for_once_per_connection(misbehaving: Misbehaving, make_outbound: Make) -> None:
    """The first answer is vetted and used: what the name says later (rebinding) is never connected to unvetted."""
    answers = [["127.0.0.1"], ["10.0.0.1"], ["127.0.0.1"]]
    asked = []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return answers[len(asked) - 1]

    guard = Guard(allowed_hosts={BOARD}, resolver=rebinding)
    fetcher = make_outbound(guard=guard).fetcher()
    assert fetcher.get(misbehaving.url("/ok", BOARD)).body == BODY
    assert asked == [BOARD]


def test_a_name_that_turns_private_is_refused_at_the_next_connection(make_outbound: Make, misbehaving) -> None:
    answers = iter([["93.184.215.14"], ["127.0.0.1"]])
    guard = Guard(resolver=lambda _host, _port: next(answers))
    assert guard.addresses("rebind.test", 80, within=1) == ["93.184.215.14"]
    with pytest.raises(RefusedUrlError, match=r"rebind\.test \(127\.0\.0\.1\) is refused"):
        make_outbound(guard=guard).fetcher().get(misbehaving.url("/ok", "rebind.test"))
    assert misbehaving.seen == []


def test_the_second_address_is_tried_when_the_first_is_dead(misbehaving: Misbehaving, make_outbound: Make) -> None:
    guard = Guard(allowed_hosts={BOARD}, resolver=lambda _host, _port: ["127.9.9.9", "127.0.0.1"])
    assert make_outbound(guard=guard).fetcher().get(misbehaving.url("/ok", BOARD)).body == BODY


def test_tls_asks_for_the_name_and_not_for_the_address(make_outbound: Make) -> None:
    hello = b""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def listen() -> None:
            nonlocal hello
            connection, _ = listener.accept()
            with connection:
                hello = connection.recv(4096)

        thread = threading.Thread(target=listen)
        thread.start()
        with pytest.raises(UpstreamError):
            make_outbound(attempts=1).fetcher().get(f"https://{BOARD}:{listener.getsockname()[1]}/")
        thread.join(5)
    assert BOARD.encode() in hello


def test_a_bad_certificate_is_told_at_once() -> None:
    refused = ssl.SSLCertVerificationError("certificate verify failed")
    refused.verify_message = "certificate has expired"
    with (
        pytest.raises(UpstreamError, match=r"certificate that is not valid \(certificate has expired\)"),
        _translated(BOARD, 1, 1),
    ):
        raise httpcore.ConnectError("handshake") from refused


# Threads


def test_threads_share_the_turns_of_a_host(misbehaving: Misbehaving, make_outbound: Make) -> None:
    outbound = make_outbound(limiter=HostLimiter())
    policy = Policy(spacing=0.01, concurrency=2)
    with ThreadPoolExecutor(8) as pool:
        fetched = pool.map(lambda _: outbound.fetcher(policy).get(misbehaving.url("/held", BOARD)).status, range(10))
        assert set(fetched) == {200}
    assert misbehaving.peak == 2
    starts = sorted(seen.at for seen in misbehaving.seen)
    assert starts[-1] - starts[0] >= 0.09


def test_a_contact_that_would_break_the_header_is_refused() -> None:
    with pytest.raises(SettingsError, match="JOBSWIPE_OUTBOUND_CONTACT"):
        Outbound(contact="me\r\nX-Other: 1")
