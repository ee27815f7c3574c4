"""The settings of accounts: keys and secrets, who gets in and for how long, mails, an OpenID provider."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, SecretStr

from jobswipe.settings.section import Section


class SecuritySettings(Section):
    section: ClassVar[str] = "security"

    keys: SecretStr | None = None
    """Keys that personal data is encrypted with, `NUMBER:BASE64` of 32 random bytes each, with commas between; the
    highest number encrypts once 'jobswipe user rekey' has run with it. Default: the file keys/encryption.keys in the
    data directory, made at first use."""
    secret: SecretStr | None = None
    """Base64 of 32 random bytes, under which e-mail addresses, API keys and tokens are hashed. Default: the file
    keys/hash.secret in the data directory, made at first use."""


class AccountsSettings(Section):
    section: ClassVar[str] = "accounts"

    cache: float = Field(default=10, ge=0, le=60)
    """Seconds for which a server knows a session or API key without asking the store: so long one that was revoked
    through another process may still be taken."""
    registration: Literal["open", "invite", "closed"] = "closed"
    """Who may make an account: anybody, whoever an admin invites, or nobody (an operator makes them)."""
    idle_hours: float = Field(default=168, gt=0, le=8_760)
    """Hours without a request after which a session has ended."""
    session_days: float = Field(default=30, gt=0, le=365)
    """Days after which a session has ended in any case."""
    verify_hours: float = Field(default=24, gt=0, le=168)
    """Hours in which a new e-mail address is to be confirmed."""
    reset_minutes: float = Field(default=30, gt=0, le=1_440)
    """Minutes in which a code for a new password is taken."""
    invite_days: float = Field(default=7, gt=0, le=90)
    """Days in which an invitation is taken."""
    rotation_hours: float = Field(default=24, ge=0, le=720)
    """Hours for which an API key that was rotated is still taken beside the new one."""
    page: str | None = Field(default=None, pattern=r"^https?://[^\s]+$")
    """A page of your own that takes the codes of mails, `https://…/{purpose}#{code}`. Default: mails hold the code
    alone."""
    hash_memory_mib: int = Field(default=19, ge=19, le=1_024)
    """Memory of one password hash (Argon2id), in MiB; at most four are made at a time."""
    hash_rounds: int = Field(default=2, ge=2, le=20)
    """Passes over that memory. Passwords are hashed anew at the next sign-in after a change."""
    audit_days: float = Field(default=400, ge=1)
    """Days that the audit log is kept."""


class MailSettings(Section):
    section: ClassVar[str] = "mail"

    url: SecretStr | None = None
    """The mail server for what the system sends (confirmations, new passwords, invitations), in Apprise's form:
    mailtos://USER:PASSWORD@smtp.example.com:587. It may be at a private address. Default: no mail is sent."""
    sender: str = Field(default="jobswipe@localhost", pattern=r"^[^\s@,;<>&?=]+@[^\s@,;<>&?=]+$")
    """The address that these mails come from."""


class OidcSettings(Section):
    """Signing in by an OpenID Connect provider. Its redirect address is `{public_url}/api/v1/auth/oidc/callback`."""

    section: ClassVar[str] = "oidc"

    issuer: str | None = Field(default=None, pattern=r"^https?://[^/\s?#]+(/[^\s?#]*)?$")
    """The provider's issuer, `https://…`, as it names itself. Default: none."""
    client_id: str = ""
    """The name under which the provider knows this server."""
    client_secret: SecretStr | None = None
    """The secret that the provider gave for it, if it gave one."""
    scopes: str = "openid email profile"
    """What the provider is asked for."""
    create_accounts: bool = False
    """Make an account for whoever the provider knows and JobSwipe does not, whatever [accounts] registration says."""
    second_factor: bool = False
    """The provider asks for a second factor itself: whoever has codes switched on here may sign in through it."""
    allow_private: bool = False
    """Allow a provider at a private or loopback address, and one without TLS."""
