"""Who makes a request, and what they may do: scopes, and the roles that have them."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from jobswipe.errors import UsageError
from jobswipe.models.accounts import ROLES

Role = Literal["user", "analyst", "operator", "admin"]

SCOPES: dict[str, Role] = {
    "account:read": "user",
    "account:write": "user",
    "profile:read": "user",
    "profile:write": "user",
    "resumes:read": "user",
    "resumes:write": "user",
    "postings:read": "user",
    "deck:read": "user",
    "swipes:read": "user",
    "swipes:write": "user",
    "applications:read": "user",
    "applications:write": "user",
    "notifications:read": "user",
    "notifications:write": "user",
    "reports:read": "analyst",
    "sources:read": "operator",
    "sources:write": "operator",
    "tasks:read": "operator",
    "tasks:write": "operator",
    "users:read": "admin",
    "users:write": "admin",
    "audit:read": "admin",
}
"""Each scope with the least role that has it."""


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """A person, by a session (`session_id`) or by an API key (`key_id`), which may have fewer scopes than its role."""

    person_id: int
    role: Role
    session_id: int | None = None
    key_id: int | None = None
    scopes: frozenset[str] | None = None

    def may(self, scope: str) -> bool:
        """Whether the role has the scope, and the key too where it is by one."""
        if ROLES.index(self.role) < ROLES.index(SCOPES[scope]):
            return False
        return self.scopes is None or scope in self.scopes


def role_named(name: str) -> Role:
    """The role of that name. Raises UsageError."""
    roles: tuple[Role, ...] = get_args(Role)
    for role in roles:
        if role == name:
            return role
    raise UsageError(f"No role {name!r}: there are {', '.join(roles)}.")


def scopes_of(role: Role) -> list[str]:
    """All that a role has."""
    return [scope for scope, least in SCOPES.items() if ROLES.index(least) <= ROLES.index(role)]
