"""The OpenID provider as this server asks it: discovery, its keys, the token of a sign-in.

Facts: OpenID Connect Core 1.0 and Discovery 1.0; RFC 9700 (the present practice of OAuth's security).
"""

from __future__ import annotations

import base64
import threading
import time
from typing import Any
from urllib.parse import quote_plus, urlencode

import httpcore
import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from jobswipe.errors import SettingsError, UnauthenticatedError, UpstreamError
from jobswipe.security.bodies import CorruptBodyError, TooLargeError, read_body
from jobswipe.security.outbound import Outbound
from jobswipe.security.transport import OverdueError
from jobswipe.settings import Settings

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures by a key pair alone: with a shared secret, or none, whoever knows the client could sign."""
KEPT = 3600.0
"""Seconds for which discovery and keys are known without asking again."""
AGAIN = 60.0
"""Seconds between two looks for a key that is not known."""
SECONDS = 10.0
"""The longest that one request to the provider may take."""
LEEWAY = 60
"""Seconds by which clocks may differ."""
_MOST_BYTES = 1 << 20


class Provider:
    """One provider, as the settings name it. Threads may share it."""

    def __init__(self, settings: Settings, outbound: Outbound | None = None) -> None:
        self._settings = settings.oidc
        self._outbound = outbound or Outbound(
            contact=settings.outbound.contact, timeout=SECONDS, allow_private=settings.oidc.allow_private
        )
        self._turn = threading.Lock()
        self._found: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    @property
    def issuer(self) -> str:
        """Raises SettingsError where there is none."""
        if self._settings.issuer is None or not self._settings.client_id:
            raise SettingsError("Set JOBSWIPE_OIDC_ISSUER and JOBSWIPE_OIDC_CLIENT_ID to sign in by a provider.")
        return self._settings.issuer

    def metadata(self) -> dict[str, Any]:
        """What the provider says of itself. Raises UpstreamError, RefusedUrlError."""
        with self._turn:
            if self._found is None or time.monotonic() > self._found[0] + KEPT:
                issuer = self.issuer
                found = self._ask("GET", issuer.rstrip("/") + "/.well-known/openid-configuration")
                if found.get("issuer") != issuer:
                    raise UpstreamError("The provider names itself otherwise than JOBSWIPE_OIDC_ISSUER: correct it.")
                for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                    self._check(found.get(name))
                self._found = (time.monotonic(), found)
            return self._found[1]

    def exchange(self, code: str, verifier: str, redirect_uri: str) -> dict[str, Any]:
        """The provider's answer to a code. Raises UnauthenticatedError where it refuses, UpstreamError."""
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
            "client_id": self._settings.client_id,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        metadata, secret = self.metadata(), self._settings.client_secret
        if secret is not None:
            methods = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
            if "client_secret_basic" in methods:
                pair = f"{quote_plus(self._settings.client_id)}:{quote_plus(secret.get_secret_value())}"
                headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
            else:
                fields["client_secret"] = secret.get_secret_value()
        return self._ask("POST", metadata["token_endpoint"], headers, urlencode(fields).encode())

    def claims(self, id_token: str, nonce: str, access_token: str | None) -> dict[str, Any]:
        """What an ID token says, once its signature and claims hold. Raises UnauthenticatedError, UpstreamError."""
        from authlib.common.errors import AuthlibBaseError
        from authlib.oidc.core.claims import CodeIDToken

        try:
            token = self._decoded(id_token)
            options = {
                "iss": {"essential": True, "value": self.issuer},
                "aud": {"essential": True, "value": self._settings.client_id},
                "sub": {"essential": True},
                "nonce": {"essential": True, "value": nonce},
            }
            parameters = {"nonce": nonce, "client_id": self._settings.client_id, "access_token": access_token}
            found = CodeIDToken(token.claims, token.header, options, parameters)
            found.validate(leeway=LEEWAY)
        except (JoseError, AuthlibBaseError, ValueError, TypeError, KeyError):
            raise UnauthenticatedError("The provider's answer does not hold: sign in again.") from None
        return dict(token.claims)

    def _decoded(self, id_token: str) -> jwt.Token:
        try:
            return jwt.decode(id_token, self._key_set(), algorithms=list(ALGORITHMS))
        except (JoseError, ValueError):
            # The provider may have changed its keys since.
            return jwt.decode(id_token, self._key_set(AGAIN), algorithms=list(ALGORITHMS))

    def _key_set(self, kept: float = KEPT) -> KeySet:
        uri = self.metadata()["jwks_uri"]
        with self._turn:
            if self._keys is None or time.monotonic() > self._keys[0] + kept:
                self._keys = (time.monotonic(), KeySet.import_key_set(self._ask("GET", uri)))  # type: ignore[arg-type]  # a TypedDict
            return self._keys[1]

    def _check(self, url: Any) -> str:
        """An address of the provider: with TLS, unless private ones are allowed."""
        allowed = ("https://",) if not self._settings.allow_private else ("https://", "http://")
        if not isinstance(url, str) or not url.startswith(allowed):
            raise UpstreamError("The provider names an address without TLS, or none: check JOBSWIPE_OIDC_ISSUER.")
        return url

    def _ask(
        self, method: str, url: str, headers: dict[str, str] | None = None, content: bytes | None = None
    ) -> dict[str, Any]:
        """One request by the guarded pool: vetted addresses, no redirects, a time limit, a small answer."""
        out = self._outbound
        target = out.guard.check(self._check(url))
        all_headers: list[tuple[str, str]] = [
            ("Host", target.netloc.decode("ascii")),
            ("User-Agent", out.user_agent),
            ("Accept", "application/json"),
            ("Accept-Encoding", "identity"),
            ("Content-Length", str(len(content or b""))),
            *(headers or {}).items(),
        ]
        out.deadline.at = time.monotonic() + SECONDS
        try:
            with out.pool.stream(
                method,
                httpcore.URL(scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path),
                headers=all_headers,
                content=content,
                extensions={"timeout": {"connect": SECONDS, "read": SECONDS, "write": SECONDS, "pool": SECONDS}},
            ) as reply:
                body = read_body(reply.iter_stream(), "identity", _MOST_BYTES)
                status = reply.status
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OverdueError):
            raise UpstreamError("The provider does not answer: try again later.") from None
        except (TooLargeError, CorruptBodyError):
            raise UpstreamError("The provider's answer is too large.") from None
        finally:
            out.deadline.at = float("inf")
        if status in (400, 401) and content is not None:
            raise UnauthenticatedError("The provider does not know this sign-in, or not any more: sign in again.")
        try:
            found = msgspec.json.decode(body) if status == 200 else None
        except msgspec.DecodeError:
            found = None
        if not isinstance(found, dict):
            raise UpstreamError(
                f"The provider answered with status {status}, or not as it should.", upstream_status=status
            )
        return found
