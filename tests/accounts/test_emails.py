"""Which e-mail addresses are taken."""

from __future__ import annotations

import pytest

from jobswipe.accounts import emails
from jobswipe.errors import UsageError


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("Candidate@Example.COM", "candidate@example.com"),
        ("  o'brien+jobs@mail.example.org ", "o'brien+jobs@mail.example.org"),
        ("jobs@bücher.example", "jobs@xn--bcher-kva.example"),
        ("root@localhost", "root@localhost"),
    ],
)
def test_one_form_of_each(text: str, normal: str) -> None:
    assert emails.normal(text) == normal
    assert emails.normal(normal) == normal


@pytest.mark.parametrize(
    "text",
    ["", "a", "@", "a@", "@b", "a b@example.com", "a@exam ple.com", "a,b@example.com", "a@example.com,c@example.com",
     "a@example.com\r\nBcc: c@example.com", "<a@example.com>", '"a"@example.com', "a@-example.com", "a..b@example.com",
     ".a@example.com", "a@" + "b" * 250, "a" * 65 + "@example.com", "a@example..com", "ä@example.com", "a@[127.0.0.1]",
     "a\x00@example.com", "a;b@example.com", "a@" + "b." * 130 + "example"],
)  # fmt: skip
def test_what_could_mean_more_than_one_address_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        emails.normal(text)
