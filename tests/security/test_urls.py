"""Which URLs are fetched at all: the table of tricks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobswipe.errors import RefusedUrlError, UpstreamError
from jobswipe.security.urls import Guard, shown

NAMES = {
    "jobs.example.com": ["93.184.215.14"],
    "inside.example.com": ["10.0.0.7"],
    "mapped.example.com": ["::ffff:127.0.0.1"],
    "mixed.example.com": ["93.184.215.14", "127.0.0.1"],
    "metadata.example.com": ["169.254.169.254"],
}


def name_server(host: str, _port: int) -> list[str]:
    return NAMES.get(host, [])


GUARD = Guard(resolver=name_server)


@pytest.mark.parametrize(
    ("url", "fetched"),
    [
        ("https://jobs.example.com/acme?x=1", "https://jobs.example.com/acme?x=1"),
        ("http://jobs.example.com:8080/", "http://jobs.example.com:8080/"),
        ("https://jobs.example.com:443/", "https://jobs.example.com/"),
        ("HTTPS://Jobs.Example.COM./acme", "https://jobs.example.com/acme"),
        ("https://jobs.example.com/acme#open", "https://jobs.example.com/acme"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://jobs.example.com/@acme", "https://jobs.example.com/@acme"),
        ("https://jobs.example.com/?who=a@b.c", "https://jobs.example.com/?who=a@b.c"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
        ("http://[2606:4700::1111]/", "http://[2606:4700::1111]/"),
        ("https://my_board.example.com/", "https://my_board.example.com/"),
    ],
)
def test_a_public_address_is_fetched(url: str, fetched: str) -> None:
    assert str(GUARD.check(url)) == fetched


@pytest.mark.parametrize(
    "url",
    [
        # this machine and the site's network
        "http://127.0.0.1/",
        "http://127.0.0.1:8000/",
        "http://127.1.2.3/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://0.0.0.0/",
        "http://[::]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://100.64.0.1/",
        "http://192.168.0.1/",
        "http://[fc00::1]/",
        "http://[fe80::1%25eth0]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        # the same in other notations
        "http://0x7f000001/",
        "http://0x7f.0.0.1/",
        "http://2130706433/",
        "http://017700000001/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://127.0.1/",
        "http://0/",
        "http://127.0.0.1./",
        "http://2130706433./",
        "http://１２７.0.0.1/",
        "http://127。0。0。1/",
        "http://%31%32%37.0.0.1/",
        "http://134744072/",
        # names of this machine
        "http://localhost/",
        "http://LOCALHOST/",
        "http://localhost./",
        "http://localhost../",
        "http://board.localhost/",
        "http://localhost:5432/",
        # credentials and what looks like them
        "http://user@jobs.example.com/",
        "http://user:secret@jobs.example.com/",
        "http://:secret@jobs.example.com/",
        "http://@jobs.example.com/",
        "http://jobs.example.com@127.0.0.1/",
        "http://127.0.0.1%2f@jobs.example.com/",
        "http://jobs.example.com\\@127.0.0.1/",
        "http://jobs.example.com#@127.0.0.1/\\",
        # other schemes, and none
        "file:///etc/passwd",
        "ftp://jobs.example.com/",
        "gopher://jobs.example.com/",
        "data:text/plain,hello",
        "javascript:alert(1)",
        "unix:///run/docker.sock",
        "//jobs.example.com/",
        "jobs.example.com",
        "",
        "http:///etc/passwd",
        "http://",
        # ports
        "http://jobs.example.com:0/",
        "http://jobs.example.com:22/",
        "http://jobs.example.com:25/",
        "http://jobs.example.com:6667/",
        "http://jobs.example.com:65536/",
        "http://jobs.example.com:80:90/",
        "http://jobs.example.com:-1/",
        # malformed
        "http://jobs example.com/",
        "http://jobs.example.com/ \r\nX-Injected: 1",
        "http://jobs.example.com/\x00",
        "http://jobs..example.com/",
        "http://.example.com/",
        "http://[::1/",
        "http://[not-an-address]/",
        "http://xn--a.example/" + "a" * 9000,
        f"http://{'a' * 64}.example.com/",
        f"http://{'a.' * 130}com/",
    ],
)
def test_a_trick_is_refused_in_one_sentence(url: str) -> None:
    with pytest.raises(RefusedUrlError) as refused:
        GUARD.check(url)
    assert "secret" not in refused.value.message
    assert refused.value.message.isprintable()
    assert refused.value.message.endswith(".")
    assert len(refused.value.message) < 300


def test_invalid_punycode_is_only_a_name() -> None:
    assert GUARD.check("http://xn--a.example/").raw_host == b"xn--a.example"


@given(st.text(max_size=60))
def test_any_text_is_refused_or_a_url(text: str) -> None:
    for url in (text, f"http://{text}/", f"https://example.com{text}"):
        try:
            checked = GUARD.check(url)
        except RefusedUrlError:
            continue
        assert checked.scheme in ("http", "https")
        assert checked.raw_host
        assert not checked.userinfo


@pytest.mark.parametrize(
    "host", ["inside.example.com", "mapped.example.com", "mixed.example.com", "metadata.example.com"]
)
def test_one_bad_address_refuses_the_name(host: str) -> None:
    GUARD.check(f"https://{host}/")
    with pytest.raises(RefusedUrlError, match=host):
        GUARD.addresses(host, 443, within=1)


def test_good_addresses_are_given_in_order() -> None:
    assert GUARD.addresses("jobs.example.com", 443, within=1) == ["93.184.215.14"]


def test_an_unknown_name_says_so() -> None:
    with pytest.raises(UpstreamError, match=r"gone\.example\.com is not a known host name"):
        GUARD.addresses("gone.example.com", 443, within=1)


def test_private_addresses_can_be_allowed_but_never_link_local() -> None:
    guard = Guard(allow_private=True, resolver=name_server)
    for url in ("http://127.0.0.1:8000/", "http://[::1]:8000/", "http://10.0.0.1/", "http://localhost/"):
        guard.check(url)
    assert guard.addresses("inside.example.com", 80, within=1) == ["10.0.0.7"]
    for url in (
        "http://169.254.169.254/",
        "http://0.0.0.0/",
        "http://[fe80::1]/",
        "http://[::]/",
        "http://0x7f000001/",
    ):
        with pytest.raises(RefusedUrlError):
            guard.check(url)
    with pytest.raises(RefusedUrlError):
        guard.addresses("metadata.example.com", 80, within=1)


def test_one_host_can_be_allowed() -> None:
    guard = Guard(allowed_hosts={"Inside.example.com"}, resolver=name_server)
    assert guard.addresses("inside.example.com", 80, within=1) == ["10.0.0.7"]
    with pytest.raises(RefusedUrlError):
        guard.addresses("mapped.example.com", 80, within=1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://me:secret@board.example/x", "https://…@board.example/x"),
        ("me:secret@board.example", "…@board.example"),
        ("https://board.example/@acme", "https://board.example/@acme"),
        ("a\r\nb\x1b[2J", "a��b�[2J"),
        ("x" * 200, "x" * 119 + "…"),
    ],
)
def test_shown(text: str, expected: str) -> None:
    assert shown(text) == expected
