"""TLS by the server itself: certificate, oldest version and ciphers of the settings."""

from __future__ import annotations

import ssl

from jobswipe.errors import SettingsError
from jobswipe.settings import ServerSettings

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2: forward secrecy and authenticated encryption alone; those of TLS 1.3 are all of that kind."""
_VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


def context(settings: ServerSettings) -> ssl.SSLContext | None:
    """How connections are encrypted; None where a proxy does it. Raises SettingsError."""
    if settings.tls_cert is None and settings.tls_key is None:
        return None
    if settings.tls_cert is None or settings.tls_key is None:
        raise SettingsError("Set [server] tls_cert and tls_key together: TLS needs both.")
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = _VERSIONS[settings.tls_min]
    made.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION | ssl.OP_CIPHER_SERVER_PREFERENCE
    made.set_alpn_protocols(["http/1.1"])
    try:
        made.set_ciphers(settings.tls_ciphers or CIPHERS)
    except ssl.SSLError:
        raise SettingsError("[server] tls_ciphers names no cipher that OpenSSL knows: leave it out.") from None
    try:
        # Without a password at hand, or OpenSSL would ask for one on the terminal.
        made.load_cert_chain(settings.tls_cert, settings.tls_key, password=_no_password)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and not isinstance(error, ssl.SSLError) else None
        raise SettingsError(
            f"The certificate {settings.tls_cert} and the key {settings.tls_key} cannot be used "
            f"({why or 'they are no PEM files that belong together, or the key is encrypted'})."
        ) from None
    return made


def _no_password() -> str:
    return ""
