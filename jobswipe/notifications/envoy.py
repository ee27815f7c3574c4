"""The subprocess that talks to notification services: one message a line in, one outcome a line out.

It has a bare environment (no proxies, no netrc, no settings of JobSwipe), writes no files and starts no programs, and
an audit hook lets no socket connect to an address that the outbound rules forbid. The hook sees the address that the
kernel is asked for, so redirects and names that change between look and use are judged, too, whatever library asks.
Nothing that a service or a library says leaves it but by its class: an address of a channel is a secret.
"""

from __future__ import annotations

import logging
import os
import re
import resource
import signal
import sys
from typing import Any

import msgspec

from jobswipe.security.addresses import reach


class Order(msgspec.Struct, kw_only=True):
    """A message for one channel; without a body only the address is read. `key` is the same at every attempt."""

    url: str
    title: str = ""
    body: str = ""
    key: str = ""
    seconds: float = 30
    allow_private: bool = False


class Outcome(msgspec.Struct, kw_only=True):
    """`permanent`: another attempt would end the same way. `reason` is one sentence; `service` Apprise's name of it."""

    ok: bool
    permanent: bool = False
    reason: str | None = None
    service: str = ""


class _Guard:
    """What the audit hook consults. `blocked` are the addresses of this message that were refused."""

    def __init__(self) -> None:
        self.allow_private = False
        self.blocked: list[str] = []

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            self._check(arguments[1] if len(arguments) > 1 else None)
        elif event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork"):
            raise PermissionError("A notification service starts no programs.")

    def _check(self, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) and address and isinstance(address[0], str) else ""
        verdict = reach(host.partition("%")[0]) if "%" not in host else "never"
        if verdict == "public" or (verdict == "private" and self.allow_private):
            return
        self.blocked.append(verdict)
        raise PermissionError("This address is refused.")


class _Ear(logging.Handler):
    """Keeps what Apprise logs about one message, to tell the class of a failure."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if len(self.heard) < 200:
            self.heard.append(record.getMessage()[:2_000])


_HTTP_STATUS = re.compile(r"\berror=(\d{3})\b")
_SMTP_CODE = re.compile(r"\((\d{3}), b['\"]")
_STATUS = {401: "is not satisfied with the login", 403: "refused the message", 404: "is not at this address"}
_PASSING = {408, 425, 429}
_SAYINGS = (
    (("timed out", "Timeout"), False, "The service did not answer in time."),
    (("CERTIFICATE_VERIFY_FAILED",), False, "The service shows a certificate that is not valid."),
    (("Connection refused", "Errno 111"), False, "The service refuses the connection: is it running?"),
    (
        ("Name or service not known", "nodename nor servname", "Failed to resolve", "Errno -2", "Errno -3", "Errno -5"),
        False,
        "The service's host name is not known: check the channel's address.",
    ),
    (
        ("unexpectedly closed", "Connection reset", "Connection aborted", "RemoteDisconnected", "Broken pipe"),
        False,
        "The service broke the connection off.",
    ),
    (("unreachable",), False, "The service could not be reached."),
    (("STARTTLS extension not supported",), True, "The mail server offers no encryption: write mailto:// for it."),
    (("AUTH extension not supported",), True, "The mail server takes no login: leave the password out."),
)


def explain(heard: list[str], blocked: list[str]) -> Outcome:
    """The class of a failure, in a sentence of our own."""
    if blocked:
        reason = (
            "The service is at a private or loopback address: set JOBSWIPE_NOTIFY_ALLOW_PRIVATE=true if it is yours."
            if "never" not in blocked
            else "The service is at a reserved or link-local address, which is never contacted."
        )
        return Outcome(ok=False, permanent=True, reason=reason)
    said = "\n".join(heard)
    if code := _SMTP_CODE.search(said):
        number = int(code[1])
        what = "is not satisfied with the login" if number in (530, 534, 535) else "refused the message"
        what = what if number >= 500 else "put the message off"
        return Outcome(ok=False, permanent=number >= 500, reason=f"The mail server {what} (code {number}).")
    if status := _HTTP_STATUS.search(said):
        number = int(status[1])
        permanent = 300 <= number < 500 and number not in _PASSING
        return Outcome(
            ok=False, permanent=permanent, reason=f"The service {_STATUS.get(number, 'failed')} (status {number})."
        )
    for words, permanent, reason in _SAYINGS:
        if any(word in said for word in words):
            return Outcome(ok=False, permanent=permanent, reason=reason)
    return Outcome(ok=False, reason="The service did not take the message.")


def serve() -> None:
    """Answer orders until standard input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a library prints is no answer
    for what, value in ((resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(what, (value, value))
    import apprise

    guard, ear = _Guard(), _Ear()
    logger = logging.getLogger("apprise")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(ear)
    asset = apprise.AppriseAsset(
        app_id="JobSwipe",
        app_desc="JobSwipe",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        http_redirects=True,
        async_mode=False,
        allow_templates=False,
        storage_mode="memory",
    )
    sys.addaudithook(guard)
    answers.write(b"ready\n")
    answers.flush()
    for line in sys.stdin.buffer:
        order = msgspec.json.decode(line, type=Order)
        guard.allow_private, guard.blocked, ear.heard = order.allow_private, [], []
        # Who would end this process may be dead itself: then nobody else ends a service that never does.
        signal.setitimer(signal.ITIMER_REAL, order.seconds + 10)
        try:
            outcome = _carry_out(apprise, asset, order, guard, ear)
        except Exception as error:  # noqa: BLE001 - a plugin's fault; its text may hold the address
            outcome = Outcome(ok=False, reason=f"The service's module failed ({type(error).__name__}).")
        signal.setitimer(signal.ITIMER_REAL, 0)
        answers.write(msgspec.json.encode(outcome) + b"\n")
        answers.flush()


def _carry_out(apprise: Any, asset: Any, order: Order, guard: _Guard, ear: _Ear) -> Outcome:
    service = apprise.Apprise.instantiate(order.url, asset=asset)
    if service is None:
        return Outcome(
            ok=False,
            permanent=True,
            reason="The channel's address is not complete: compare it with the service's form.",
        )
    name = str(service.service_name)
    if not order.body:
        return Outcome(ok=True, service=name)
    service.socket_connect_timeout = service.socket_read_timeout = order.seconds
    if order.key and isinstance(getattr(service, "headers", None), dict):
        # Whoever is told twice, after a crash between sending and writing it down, can know by this.
        service.headers["X-JobSwipe-Notification"] = order.key
    if service.notify(body=order.body, title=order.title, body_format="text"):
        return Outcome(ok=True, service=name)
    outcome = explain(ear.heard, guard.blocked)
    outcome.service = name
    return outcome


if __name__ == "__main__":
    serve()
