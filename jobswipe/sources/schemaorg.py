"""A schema.org JobPosting, however it was embedded, to a record."""

from __future__ import annotations

import hashlib
import re
from html import unescape
from typing import Any

import msgspec

from jobswipe.sources.fields import coordinate, date, first, html_of, join, record, salary, section, text, word
from jobswipe.sources.raw import RawLocation, RawPosting, RawSalary

_TAG = re.compile(r"<[^<>]{0,4000}>")
_SPACES = re.compile(r"\s+")
_NOT_A_CITY = re.compile(r"\b(?:remote|anywhere|worldwide|virtual|home ?office|telecommute)\b", re.IGNORECASE)
_NUMERIC = re.compile(r"[^\d]{0,4}\d[\d.,' \u00a0\u202f]{0,20}[kK]?[^\d]{0,4}\Z")
_PARTS = (
    ("responsibilities", "Responsibilities"),
    ("qualifications", "Qualifications"),
    ("educationRequirements", "Education"),
    ("experienceRequirements", "Experience"),
    ("skills", "Skills"),
    ("jobBenefits", "Benefits"),
    ("benefits", "Benefits"),
    ("incentiveCompensation", "Incentives"),
    ("incentives", "Incentives"),
)
_UNITS = {"ANN": "YEAR", "MON": "MONTH", "WEE": "WEEK", "DAY": "DAY", "HUR": "HOUR"}  # UN/CEFACT codes


class Page(msgspec.Struct, frozen=True):
    """What the page around a JobPosting says: its address when it is about one posting, and its site's name."""

    url: str | None = None
    site: str | None = None


def posting(node: dict[str, Any], page: Page) -> RawPosting:
    """The record of a JobPosting, its fields as schema.org defines them and as sites write them."""
    get = node.get
    title = first(_text(get("title")), _text(get("name"))) or ""
    company = first(_name(get("hiringOrganization")), _text(get("hiringOrganizationName")))
    url = first(_url(get("url")), _url(get("mainEntityOfPage")), _url(get("sameAs")), page.url)
    applies = first(_url(get("applyUrl")), _url(record(get("potentialAction")).get("target")))
    pay = _one(get("baseSalary"))
    ways = _texts(get("jobLocationType"))
    return RawPosting(
        external_id=_identifier(node, url, title, company),
        title=unescape(title),
        company=unescape(company) if company else page.site,
        url=url,
        apply_url=applies,
        locations=[place for one in _many(get("jobLocation")) if (place := _place(one))],
        workplace_text=", ".join(way for way in ways if not _is_telecommute(way)) or None,
        # The vocabulary's only value says yes or nothing: a text that says "hybrid" is clearer.
        remote_flag=True if any(map(_is_telecommute, ways)) else None,
        remote_within=[name for one in _many(get("applicantLocationRequirements")) if (name := _area(one))],
        employment_text=", ".join(_texts(get("employmentType"))) or None,
        salaries=[one for value in _many(get("baseSalary")) for one in _salaries(value, get("salaryCurrency"))],
        salary_text=_salary_text(pay),
        description_html=_description(node),
        language=_text(get("inLanguage")) or _text(record(get("inLanguage")).get("name")),
        posted_at=_date(get("datePosted")),
        updated_at=_date(get("dateModified")),
        valid_through=_date(get("validThrough")),
        department=_name(get("employmentUnit")) or _text(get("occupationalCategory")),
    )


def _is_telecommute(way: str) -> bool:
    return way.rsplit("/", 1)[-1].strip().upper() == "TELECOMMUTE"


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _one(value: Any) -> Any:
    return next(iter(_many(value)), None)


def _text(value: Any) -> str | None:
    """A string, the first of a list, or a value object's value."""
    found = _one(value)
    if isinstance(found, dict):
        found = found.get("@value")
    return text(found)


def _texts(value: Any) -> list[str]:
    return [found for one in _many(value) if (found := _text(one))]


def _date(value: Any) -> str | int | float | None:
    found = _one(value)
    return date(found.get("@value") if isinstance(found, dict) else found)


def _name(value: Any) -> str | None:
    found = _one(value)
    return first(_text(found.get("name")), _text(found.get("legalName"))) if isinstance(found, dict) else text(found)


def _url(value: Any) -> str | None:
    found = _one(value)
    if isinstance(found, dict):
        found = found.get("@id") or found.get("url") or found.get("urlTemplate")
    said = text(found)
    return said if said and said.startswith(("http://", "https://")) else None


def _identifier(node: dict[str, Any], url: str | None, title: str, company: str | None) -> str:
    """The employer's id, else the address, else a hash of title and employer that stays the same at every poll."""
    found = _one(node.get("identifier"))
    if isinstance(found, dict):
        found = _one(found.get("value")) or _one(found.get("@id")) or _one(found.get("propertyID"))
    said = word(found) or url or text(node.get("@id"))
    if said or not title:
        return said or ""
    return hashlib.sha256(f"{title.casefold()}\n{(company or '').casefold()}".encode("utf-8", "replace")).hexdigest()[
        :24
    ]


def _area(value: Any) -> str | None:
    """A country's or region's name; an area in a larger one is named with it."""
    if not isinstance(value, dict):
        return text(value)
    own = first(
        _name(value), _text(value.get("addressCountry")), _text(record(value.get("address")).get("addressCountry"))
    )
    outer = _name(value.get("containedInPlace")) if isinstance(value.get("containedInPlace"), dict) else None
    return f"{own}, {outer}" if own and outer and outer != own else own


def _place(value: Any) -> RawLocation | None:
    if not isinstance(value, dict):
        said = text(value)
        return RawLocation(text=said) if said else None
    address = _one(value.get("address"))
    if address is None and any(key.startswith("address") for key in value):
        address = value  # a PostalAddress in place of the Place around it
    if not isinstance(address, dict):
        said = text(address) or _name(value)
        return RawLocation(text=said) if said else None
    city, region = _name(address.get("addressLocality")), _name(address.get("addressRegion"))
    country = _name(address.get("addressCountry"))
    if city and _NOT_A_CITY.search(city):  # "Remote" in the place of the city: words, not fields
        return RawLocation(text=", ".join(one for one in (city, region, country) if one))
    if not (city or region or country):
        said = first(text(address.get("streetAddress")), _name(value))
        return RawLocation(text=said) if said else None
    geo = record(_one(value.get("geo")))
    return RawLocation(
        city=city,
        region=region,
        country=country,
        latitude=coordinate(geo.get("latitude", value.get("latitude"))),
        longitude=coordinate(geo.get("longitude", value.get("longitude"))),
    )


def _salaries(pay: Any, currency: Any) -> list[RawSalary]:
    """A MonetaryAmount, its value a number or a QuantitativeValue; or a bare number beside salaryCurrency."""
    if not isinstance(pay, dict):
        return salary("baseSalary", pay, pay, _text(currency), None) if _is_amount(pay) else []
    unit = _text(pay.get("currency")) or _text(pay.get("priceCurrency")) or _text(currency)
    value = _one(pay.get("value"))
    inside = value if isinstance(value, dict) else pay
    period = first(_period(inside), _period(pay))
    low, high = _one(inside.get("minValue")), _one(inside.get("maxValue"))
    if low is None and high is None:
        low = high = next((one for one in (_one(inside.get("value")), _one(pay.get("price"))) if _is_amount(one)), None)
    return salary("baseSalary", low if _is_amount(low) else None, high if _is_amount(high) else None, unit, period)


def _is_amount(value: Any) -> bool:
    if isinstance(value, str):
        return _NUMERIC.match(value.strip()) is not None
    return isinstance(value, int | float) and not isinstance(value, bool)


def _period(value: dict[str, Any]) -> str | None:
    code = _text(value.get("unitCode"))
    return _text(value.get("unitText")) or (_UNITS.get(code, code) if code else None)


def _salary_text(pay: Any) -> str | None:
    """A salary that is written as words."""
    if isinstance(pay, dict):
        value = _one(pay.get("value"))
        pay = value.get("value") if isinstance(value, dict) else value if value is not None else pay.get("name")
    said = text(pay)
    return None if said is None or _is_amount(said) else said


def _description(node: dict[str, Any]) -> str | None:
    """The description, and those of its parts that it does not hold already."""
    main = _html(node.get("description"))
    have = _bare(main)
    parts = [main]
    for key, heading in _PARTS:
        part = _html(node.get(key))
        bare = _bare(part)
        if bare and bare not in have:
            parts.append(section(heading, part))
            have += bare
    return join(parts)


def _html(value: Any) -> str | None:
    found = _texts(value)
    if len(found) > 1:
        return "<ul>" + "".join(f"<li>{one}</li>" for one in found) + "</ul>"
    if not found:
        return None
    return found[0] if "<" in found[0] or "&" in found[0] else html_of(found[0])


def _bare(html: str | None) -> str:
    return _SPACES.sub("", unescape(_TAG.sub("", html))) if html else ""
