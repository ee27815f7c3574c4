"""Somebody who signs in anew for each request: what is asked ends sessions, their own among them."""

import os
from typing import Any

import hooks  # noqa: F401 - what every run is taught
import httpx
import schemathesis

from server.api.cookies import SESSION

LOGIN = "JOBSWIPE_FUZZ_LOGIN"
"""The variable with the address of sign-in."""
BODY = "JOBSWIPE_FUZZ_BODY"
"""The variable with what is sent there."""


@schemathesis.auth(refresh_interval=None)
class Anew:
    def get(self, _case: Any, _context: Any) -> dict[str, Any]:
        answer = httpx.post(
            os.environ[LOGIN], content=os.environ[BODY], headers={"content-type": "application/json"}, timeout=60
        )
        answer.raise_for_status()
        return {"token": answer.cookies[SESSION], **answer.json()}

    def set(self, case: Any, data: dict[str, Any], _context: Any) -> None:
        case.cookies = {**(case.cookies or {}), SESSION: data["token"]}
        case.headers = {**(case.headers or {}), "X-CSRF-Token": data["csrf_token"]}
        # The lowest number, which always comes up, stands for the session that asks.
        if (case.path_parameters or {}).get("session_id") == 1:
            case.path_parameters["session_id"] = data["session_id"]
