"""A local SMTP server that accepts, refuses, defers, hangs or drops, as it is told. It keeps what it accepted."""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
import threading
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from servers.run import free_port


class MailServer:
    """`behaviour`: accept, refuse (550 at RCPT), reject (554 after DATA), defer (451), drop (in DATA), login (535)."""

    def __init__(self, behaviour: str = "accept") -> None:
        self.behaviour = behaviour
        self.accepted: list[EmailMessage] = []
        self.seen = 0

    def __enter__(self) -> MailServer:
        for attempt in range(5):
            self.port = free_port()
            self._controller = Controller(
                self,
                hostname="127.0.0.1",
                port=self.port,
                auth_require_tls=False,
                authenticator=lambda *_: AuthResult(success=self.behaviour != "login", handled=False),
                ready_timeout=30,
            )
            try:
                self._controller.start()
            except OSError:  # somebody took the port a moment after it was free
                if attempt == 4:
                    raise
            else:
                break
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    def url(self, to: str = "candidate@example.org", login: str = "") -> str:
        """The channel's address in Apprise's form."""
        return f"mailto://{login}127.0.0.1:{self.port}?from=jobswipe@example.com&to={to}"

    # What aiosmtpd calls

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self.seen += 1
        if self.behaviour == "refuse":
            return "550 5.1.1 No such mailbox, says token-in-answer"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> Any:  # noqa: N802 - likewise
        if self.behaviour == "reject":
            return "554 5.7.1 Looks like spam"
        if self.behaviour == "defer":
            return "451 4.7.1 Greylisted, try again later"
        if self.behaviour == "drop":
            assert server.transport is not None
            server.transport.abort()
            return "250 lost"
        content = envelope.original_content or b""
        self.accepted.append(email.message_from_bytes(content, policy=email.policy.default))
        await asyncio.sleep(0)
        return "250 OK"


class SilentServer:
    """Accepts connections and never says a word."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self.connected = threading.Event()
        self._held: list[socket.socket] = []

    def __enter__(self) -> SilentServer:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def _accept(self) -> None:
        while True:
            try:
                self._held.append(self._socket.accept()[0])
            except OSError:
                return
            self.connected.set()

    def __exit__(self, *_: object) -> None:
        # Closing alone does not wake the thread that accepts, and until it wakes the port listens on.
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for one in self._held:
            one.close()
