"""A browser of the API: it keeps cookies, shows them by https, and sends the CSRF token that sign-in answered."""

from __future__ import annotations

from typing import Any

from account_support import EMAIL, PASSWORD
from litestar import Litestar
from litestar.testing import TestClient

API = "/api/v1"


class Browser(TestClient[Any]):
    """`csrf` is sent with each change once somebody has signed in."""

    def __init__(self, app: Litestar) -> None:
        super().__init__(app, base_url="https://jobs.example.com", raise_server_exceptions=False)
        self.headers["user-agent"] = "Sample Browser/1.0"

    @property
    def session(self) -> str | None:
        """The token that its cookie holds."""
        return next((one.value for one in self.cookies.jar if one.name == "__Host-jobswipe"), None)

    def login(self, email: str = EMAIL, password: str = PASSWORD, **more: Any) -> dict[str, Any]:
        answer = self.post(f"{API}/auth/login", json={"email": email, "password": password, **more})
        assert answer.status_code == 200, answer.text
        document: dict[str, Any] = answer.json()
        self.headers["x-csrf-token"] = document["csrf_token"]
        return document
