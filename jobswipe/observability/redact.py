"""Nothing personal and no secret leaves in a log line or a span: what looks like one, and what is known to be one."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any

GONE = "[redacted]"
LONGEST = 4_000
"""Characters of a text that are kept; a resume or a payload is no log line."""
_MOST_KNOWN = 3_000
_DEEPEST = 6

_KEYS = frozenset(
    "password passwd passphrase secret token authorization cookie set_cookie api_key apikey private_key email e_mail "
    "mail phone telephone mobile name full_name first_name last_name address street birthday resume resume_text text "
    "document body quote cover_letter headers credentials dsn otp passcode totp_code recovery_code recovery_codes "
    "backup_code backup_codes verification_code confirmation_code one_time_code otp_code mfa_code login_code "
    "reset_code auth_code authorization_code device_code user_code".split()
)
_WORDS = "password|passwd|secret|token|api[_-]?key|access[_-]?key|signature"
_CODE = re.compile(r"[a-z]+(?:_[a-z]+)*")
"""What a field named `code` may say: the stable code of a problem, and not one that lets somebody in."""
_KEY_ENDS = ("_password", "_secret", "_token", "_email", "_phone", "_api_key")
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<=://)[^/\s@]{1,400}(?=@)"), GONE),
    (re.compile(r"(?i)\b(bearer|basic|token)\s+[A-Za-z0-9._~+/=-]{8,}"), rf"\1 {GONE}"),
    (re.compile(rf"(?i)\b({_WORDS})(=|: ?)[^\s&,;]+"), rf"\1\2{GONE}"),
    (re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6}"), GONE),
    # International numbers, and national ones in groups; an ISO date is none.
    (re.compile(r"(?<![\w.])\+\d[\d ()./-]{6,18}\d(?!\w)"), GONE),
    (re.compile(r"(?<![\w.:-])(?!\d{4}-\d\d-\d\d)\(?0?\d{2,5}\)?[ /-]\d{2,4}(?:[ -]\d{2,5}){1,3}(?![\w:])"), GONE),
)  # fmt: skip
# A title from a stranger must steer neither a terminal nor a reader of lines.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

_lock = threading.Lock()
_known: OrderedDict[str, None] = OrderedDict()
_known_pattern: re.Pattern[str] | None = None


def protect(values: Iterable[str | None]) -> None:
    """Texts that no line of this process may hold from now on: the name, the e-mail and the phone of a resume."""
    global _known_pattern
    with _lock:
        before = len(_known)
        for value in values:
            one = _pattern(value or "")
            if one is not None and one not in _known:
                _known[one] = None
                before = -1
        while len(_known) > _MOST_KNOWN:
            _known.popitem(last=False)
        if before != len(_known):
            _known_pattern = re.compile("|".join(_known), re.IGNORECASE) if _known else None


def _pattern(value: str) -> str | None:
    """A pattern for a value however it is spaced; None for one that is too short to be told from other words."""
    words = value.split()
    digits = re.sub(r"\D", "", value)
    if len(digits) >= 7 and len(digits) >= len(value) / 2:
        return r"\+?" + r"[\s()./-]{0,3}".join(digits)
    if len("".join(words)) < 5:
        return None
    return r"(?<!\w)" + r"\s+".join(map(re.escape, words)) + r"(?!\w)"


def clean(text: str) -> str:
    """The text without what it should not say, cut to LONGEST characters."""
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}... ({len(text)} characters)"
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    known = _known_pattern
    if known is not None:
        text = known.sub(GONE, text)
    return _CONTROL.sub("�", text)


def value(key: str, given: Any, depth: int = 0) -> Any:
    """A field's value as it may be written: numbers as they are, texts cleaned, anything else as its cleaned text."""
    if key == "code" and given is not None and not (isinstance(given, str) and _CODE.fullmatch(given)):
        return GONE
    if given is None or isinstance(given, bool | int | float):
        return given if not _secret(key) else GONE
    if _secret(key):
        return GONE
    if isinstance(given, str):
        return clean(given)
    if depth < _DEEPEST and isinstance(given, Mapping):
        return {str(name): value(str(name), one, depth + 1) for name, one in given.items()}
    if depth < _DEEPEST and isinstance(given, list | tuple | set | frozenset):
        return [value(key, one, depth + 1) for one in given]
    return clean(str(given))


def _secret(key: str) -> bool:
    key = key.lower().replace("-", "_")
    return key in _KEYS or key.endswith(_KEY_ENDS)


def processor(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The last step before a line is written."""
    return {key: one if key.startswith("_") else value(key, one) for key, one in event.items()}
