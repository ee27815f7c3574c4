"""A local OpenID provider: discovery, keys, a sign-in page that signs in at once, and a token endpoint that checks."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT_ID, CLIENT_SECRET = "jobswipe-test", "a secret, with a blank"


@lru_cache
def key(kid: str, number: int = 0) -> RSAKey:
    """A key pair; making one takes a while."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


class OpenIdProvider:
    """`person` is who signs in; `claims` replaces what an ID token says (None leaves a claim out); `algorithm` how it
    is signed (`HS256` by the client's secret, `none` not at all); `names_itself` is the issuer of its discovery.
    """

    def __init__(self) -> None:
        self.person: dict[str, Any] = {
            "sub": "subject-1", "email": "candidate@example.com", "email_verified": True, "name": "Sample Candidate",
        }  # fmt: skip
        self.claims: dict[str, Any] = {}
        self.algorithm = "RS256"
        self.names_itself: str | None = None
        self.asked: list[str] = []
        self.key = key("one")
        self.published = [self.key]
        self._codes: dict[str, dict[str, str]] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                pass

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                provider.asked.append(parts.path)
                if parts.path == "/.well-known/openid-configuration":
                    self._answer(provider.discovery())
                elif parts.path == "/keys":
                    self._answer({"keys": [one.as_dict(private=False) for one in provider.published]})
                else:
                    self.send_error(404)

            def do_POST(self) -> None:
                provider.asked.append(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
                fields = {name: values[0] for name, values in parse_qs(body).items()}
                answer = provider.token(fields, self.headers.get("Authorization", ""))
                self._answer(answer or {"error": "invalid_grant"}, 200 if answer else 400)

            def _answer(self, document: dict[str, Any], status: int = 200) -> None:
                body = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.issuer = f"http://127.0.0.1:{self._http.server_port}"

    def environment(self) -> dict[str, str]:
        """What has JobSwipe sign people in by this provider."""
        return {
            "JOBSWIPE_OIDC_ISSUER": self.issuer,
            "JOBSWIPE_OIDC_CLIENT_ID": CLIENT_ID,
            "JOBSWIPE_OIDC_CLIENT_SECRET": CLIENT_SECRET,
            "JOBSWIPE_OIDC_ALLOW_PRIVATE": "true",
            "JOBSWIPE_SERVER_PUBLIC_URL": "https://jobs.example.com",
        }

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.names_itself or self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }

    def authorize(self, url: str) -> str:
        """What a person does who is sent there: they sign in, and are sent back to the address that is answered."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert url.startswith(f"{self.issuer}/authorize?")
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT_ID)
        assert (asked["code_challenge_method"], len(asked["code_challenge"])) == ("S256", 43)
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"], "iss": self.issuer})
        return f"{asked['redirect_uri']}?{back}"

    def token(self, fields: dict[str, str], authorization: str) -> dict[str, Any] | None:
        pair = f"{CLIENT_ID}:{CLIENT_SECRET.replace(',', '%2C').replace(' ', '+')}"
        asked = self._codes.pop(fields.get("code", ""), None)
        challenge = hashlib.sha256(fields.get("code_verifier", "").encode()).digest()
        if (
            asked is None
            or authorization != f"Basic {base64.b64encode(pair.encode()).decode()}"
            or fields.get("redirect_uri") != asked["redirect_uri"]
            or base64.urlsafe_b64encode(challenge).decode().rstrip("=") != asked["code_challenge"]
        ):
            return None
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": asked["nonce"], **self.person,
            **self.claims,
        }  # fmt: skip
        return {
            "access_token": "an-access-token",
            "token_type": "Bearer",
            "id_token": self._signed({name: value for name, value in claims.items() if value is not None}),
        }

    def _signed(self, claims: dict[str, Any]) -> str:
        if self.algorithm == "none":
            parts = ({"alg": "none"}, claims)
            return ".".join(
                [base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in parts] + [""]
            )
        if self.algorithm == "HS256":
            return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(CLIENT_SECRET * 2))
        return jwt.encode({"alg": self.algorithm, "kid": self.key.kid}, claims, self.key)

    def __enter__(self) -> OpenIdProvider:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)
