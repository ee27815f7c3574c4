"""Preferences: what a person wants, as `jobswipe profile set` takes it, and its check with errors that name the key."""

from __future__ import annotations

import difflib
from typing import Any, Literal, get_args

import msgspec

from jobswipe.errors import UsageError
from jobswipe.pay.salary import Amount, Period
from jobswipe.titles.level import EmploymentType, Seniority

Remote = Literal["no", "ok", "only"]


class SalaryFloor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The least pay that is wanted; compared in the floor's own currency and period."""

    amount: Amount
    currency: str
    period: Period = "year"


class Preferences(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hard filters and wishes; an empty list or null asks for nothing.

    `countries` are ISO 3166-1 alpha-2. `remote`: "no" hides remote postings, "only" shows nothing else. `titles` are
    those that are looked for: they outweigh the resume's own.
    """

    countries: tuple[str, ...] = ()
    remote: Remote = "ok"
    seniority: tuple[Seniority, ...] = ()
    salary_floor: SalaryFloor | None = None
    employment_types: tuple[EmploymentType, ...] = ()
    blocked_companies: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The public JSON shape, with lists."""
        built: dict[str, Any] = msgspec.to_builtins(self)
        return {key: list(value) if isinstance(value, tuple) else value for key, value in built.items()}


class ChoiceCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Cards that are left: `total` under all preferences; each other count is what one choice would leave, the others
    as they are. What a posting does not say passes, and is counted under no value. `salary`: those that say their pay.
    """

    total: int
    remote: dict[str, int]
    seniority: dict[str, int]
    employment_types: dict[str, int]
    countries: dict[str, int]
    salary: int


_CHOICES: dict[str, tuple[str, ...]] = {
    "remote": get_args(Remote),
    "seniority": get_args(Seniority),
    "employment_types": get_args(EmploymentType),
}
_LISTS = ("countries", "seniority", "employment_types", "blocked_companies", "titles")
_PERIODS = get_args(Period)
MAX_ENTRIES = 500
"""Entries that one list may have."""


def decode(value: Any) -> Preferences:
    """Preferences of a JSON object (as loaded). Raises UsageError that names the key and what it may be."""
    if not isinstance(value, dict):
        raise UsageError('Preferences are one JSON object, such as {"countries": ["DE"], "remote": "ok"}.')
    fields = Preferences.__struct_fields__
    for key in value:
        if key not in fields:
            raise UsageError(f"Preferences have no key {key!r}{_nearest(str(key), fields)}; keys: {', '.join(fields)}.")
    clean: dict[str, Any] = {}
    for key, given in value.items():
        if given is None:
            continue
        if key in _LISTS:
            clean[key] = _texts(key, given)
        elif key == "salary_floor":
            clean[key] = _floor(given)
        else:
            clean[key] = given
    if "countries" in clean:
        clean["countries"] = [country_of(code, "countries") for code in clean["countries"]]
    for key, valid in _CHOICES.items():
        for one in (clean[key] if key in _LISTS else [clean[key]]) if key in clean else ():
            if one not in valid:
                raise UsageError(f"{key} has {one!r}{_nearest(str(one), valid)}; valid: {', '.join(valid)}.")
    return msgspec.convert(clean, Preferences)


def decode_json(text: str | bytes) -> Preferences:
    """Preferences of a JSON text. Raises UsageError."""
    try:
        return decode(msgspec.json.decode(text))
    except msgspec.DecodeError as error:
        raise UsageError(f"Preferences are not valid JSON: {error}.") from None


def _texts(key: str, given: Any) -> list[str]:
    if not isinstance(given, list | tuple) or not all(isinstance(one, str) and one.strip() for one in given):
        raise UsageError(f"{key} must be a list of texts, such as [{_example(key)}].")
    if len(given) > MAX_ENTRIES:
        raise UsageError(f"{key} has {len(given)} entries; at most {MAX_ENTRIES} are taken.")
    return list(dict.fromkeys(one.strip() for one in given))


def _example(key: str) -> str:
    return {
        "countries": '"DE", "US"',
        "seniority": '"mid", "senior"',
        "employment_types": '"full_time"',
        "blocked_companies": '"Acme"',
    }.get(key, '"Data Engineer"')


def country_of(code: str, what: str) -> str:
    """A country's code as it is kept. Raises UsageError, which says `what` has another."""
    from jobswipe.places import country_code, country_name

    folded = code.strip().upper()
    if folded == "UK":
        return "GB"
    if len(folded) == 2 and country_name(folded):
        return folded
    known = country_code(code)
    hint = f"; did you mean {known}?" if known else ""
    raise UsageError(f"{what} has {code!r}: give an ISO 3166-1 code of two letters, such as DE{hint}.")


def _floor(given: Any) -> dict[str, Any]:
    from jobswipe.pay import convert

    shape = 'salary_floor must look like {"amount": 60000, "currency": "EUR", "period": "year"}'
    if not isinstance(given, dict):
        raise UsageError(f"{shape}.")
    fields = SalaryFloor.__struct_fields__
    for key in given:
        if key not in fields:
            raise UsageError(f"salary_floor has no key {key!r}{_nearest(str(key), fields)}; keys: {', '.join(fields)}.")
    amount, currency, period = given.get("amount"), given.get("currency"), given.get("period", "year")
    if not isinstance(amount, int | float) or isinstance(amount, bool) or not 0 < amount < 1e12:
        raise UsageError(f"{shape}: amount must be a number above 0.")
    if not isinstance(currency, str):
        raise UsageError(f"{shape}: currency is missing.")
    if period not in _PERIODS:
        raise UsageError(
            f"salary_floor: period is {period!r}{_nearest(str(period), _PERIODS)}; valid: {', '.join(_PERIODS)}."
        )
    currency = currency.strip().upper()
    if convert(amount, currency, period, "USD", "year") is None:
        raise UsageError(f"salary_floor: currency {currency!r} is not known; give an ISO 4217 code such as EUR.")
    return {"amount": amount, "currency": currency, "period": period}


def _nearest(name: str, valid: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, valid, n=1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else ""
