"""Which addresses are public, which belong to a site, and which nothing opens."""

from __future__ import annotations

import ipaddress
import socket
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobswipe.security.addresses import reach, resolve, resolve_within


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("8.8.8.8", "public"),
        ("1.1.1.1", "public"),
        ("172.15.255.255", "public"),
        ("172.32.0.1", "public"),
        ("100.63.255.255", "public"),
        ("2606:4700::1111", "public"),
        ("::ffff:8.8.8.8", "public"),
        ("64:ff9b::808:808", "public"),
        ("127.0.0.1", "private"),
        ("127.255.255.254", "private"),
        ("10.0.0.1", "private"),
        ("172.16.0.1", "private"),
        ("172.31.255.255", "private"),
        ("192.168.1.1", "private"),
        ("100.64.0.1", "private"),
        ("100.127.255.254", "private"),
        ("198.18.0.1", "private"),
        ("::1", "private"),
        ("fc00::1", "private"),
        ("fd12:3456::1", "private"),
        ("::ffff:127.0.0.1", "private"),
        ("::ffff:10.0.0.1", "private"),
        ("64:ff9b::7f00:1", "private"),
        ("0.0.0.0", "never"),
        ("0.1.2.3", "never"),
        ("169.254.169.254", "never"),
        ("168.63.129.16", "never"),
        ("192.0.0.192", "never"),
        ("192.0.2.1", "never"),
        ("224.0.0.1", "never"),
        ("240.0.0.1", "never"),
        ("255.255.255.255", "never"),
        ("::", "never"),
        ("::ffff:0.0.0.0", "never"),
        ("::ffff:169.254.169.254", "never"),
        ("64:ff9b::a9fe:a9fe", "never"),
        ("64:ff9b:1::808:808", "never"),
        ("::127.0.0.1", "never"),
        ("::ffff:0:127.0.0.1", "never"),
        ("fe80::1", "never"),
        ("fe80::1%eth0", "never"),
        ("2606:4700::1111%eth0", "never"),
        ("fec0::1", "never"),
        ("ff02::1", "never"),
        ("2001:db8::1", "never"),
        ("2002:7f00:1::1", "never"),
        ("2002:808:808::1", "never"),
        ("2001:0:53aa:64c::1", "never"),
        ("3fff::1", "never"),
        ("5f00::1", "never"),
        ("100::1", "never"),
        ("2606:4700::5efe:7f00:1", "private"),
        ("2606:4700::200:5efe:a9fe:a9fe", "never"),
        ("0x7f000001", "never"),
        ("board.test", "never"),
        ("", "never"),
    ],
)
def test_reach(address: str, expected: str) -> None:
    assert reach(address) == expected


@given(st.ip_addresses(v=4))
def test_an_embedded_address_is_judged_like_the_bare_one(address: ipaddress.IPv4Address) -> None:
    verdict = reach(str(address))
    assert reach(f"::ffff:{address}") == verdict
    assert reach(str(ipaddress.IPv6Address((0x64FF9B << 96) | int(address)))) == verdict


@given(st.ip_addresses(v=4) | st.ip_addresses(network="2000::/3"))
def test_nothing_is_public_that_the_standard_library_knows_as_special(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if reach(str(address)) == "public":
        special = ("private", "loopback", "link_local", "multicast", "reserved", "unspecified")
        assert [kind for kind in special if getattr(address, f"is_{kind}")] == []


def test_the_system_resolver_gives_each_address_once() -> None:
    assert resolve("127.0.0.1", 80) == ["127.0.0.1"]


def test_a_name_server_that_hangs_is_not_waited_for() -> None:
    hanging = threading.Event()

    def hang(_host: str, _port: int) -> list[str]:
        hanging.wait(10)
        return []

    with pytest.raises(TimeoutError):
        resolve_within(hang, "slow.test", 80, 0.02)
    hanging.set()


def test_what_the_resolver_raises_is_raised_here() -> None:
    def fail(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_AGAIN, "try again")

    with pytest.raises(socket.gaierror):
        resolve_within(fail, "down.test", 80, 1)
