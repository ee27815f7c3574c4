"""One item of an XML feed, its fields found by local names: RSS, RSS 1.0, Atom, and plain job lists are read alike."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from jobswipe.sources.fields import coordinate
from jobswipe.sources.raw import RawLocation
from jobswipe.sources.tree import content, inner, local, namespace

_ITEMS = ("item", "entry", "job", "position", "vacancy", "posting")
_LISTS = ("channel", "jobs", "items", "positions", "vacancies", "postings", "source", "data")


def items_of(root: Element) -> list[Item]:
    """The feed's items: children of the root, or of the channel or list in it, or the root itself."""
    if local(root.tag) in _ITEMS:
        return [Item(root)]
    holders = [root, *(one for one in root if local(one.tag) in _LISTS)]
    return [Item(one) for holder in holders for one in holder if local(one.tag) in _ITEMS]


class Item:
    """An element and its children by local name, in lower case."""

    def __init__(self, element: Element) -> None:
        self.element = element
        self.children: dict[str, list[Element]] = {}
        spaces: set[str] = set()
        for child in element:
            self.children.setdefault(local(child.tag), []).append(child)
            spaces.add(namespace(child.tag))
        self.space = " ".join(spaces)

    def value(self, *names: str) -> str | None:
        """The text of the first of these fields that has any."""
        for name in names:
            for child in self.children.get(name, ()):
                found = content(child)
                if found:
                    return found
        return None

    def html(self, name: str) -> str | None:
        for child in self.children.get(name, ()):
            found = inner(child)
            if found:
                return found
        return None

    def link(self) -> str | None:
        """RSS gives the address as text, Atom as an attribute of the link that is no other relation's."""
        for child in self.children.get("link", ()):
            relation = child.get("rel", "alternate")
            found = child.get("href") if relation == "alternate" else None
            found = found or (content(child) if relation == "alternate" else None)
            if found:
                return found.strip()
        return self.value("url", "joburl", "job_url", "detailurl", "applyurl")

    def places(self) -> list[RawLocation]:
        """Locations in elements of their own, else the item's own location or city, region and country."""
        nested = [one for name in ("locations", "location") for one in self.children.get(name, ()) if len(one)]
        places = [Item(one) for holder in nested for one in (holder if _holds(holder) else (holder,))]
        found = [place for one in places if (place := one.place())]
        if found:
            return found
        texts = [text for one in self.children.get("location", ()) if not len(one) and (text := content(one))]
        if texts:
            return [RawLocation(text=text) for text in dict.fromkeys(texts)]
        place = self.place()
        if place:
            return [place]
        text = self.value("joblocation", "job_location", "office", "region")
        return [RawLocation(text=text)] if text else []

    def place(self) -> RawLocation | None:
        """The location that its city, region and country make, or its name where it is a location."""
        city, country = self.value("city", "town"), self.value("country", "countrycode", "country_code")
        region = self.value("state", "province", "region")
        if not (city or country):
            name = self.value("name") if local(self.element.tag) == "location" else None
            text = name or region
            return RawLocation(text=text) if text and local(self.element.tag) == "location" else None
        return RawLocation(
            city=city,
            region=region,
            country=country,
            latitude=coordinate(self.value("latitude", "lat")),
            longitude=coordinate(self.value("longitude", "long", "lng")),
        )

    def categories(self) -> list[str]:
        """RSS gives categories as text, Atom as an attribute; some wrap them in a list."""
        found = [
            child.get("term") or child.get("label") or content(child) for child in self.children.get("category", ())
        ]
        for holder in self.children.get("categories", ()):
            found += [content(one) for one in holder] or [content(holder)]
        return list(dict.fromkeys(one.strip() for one in found if one and one.strip()))


def _holds(element: Element) -> bool:
    """Whether it is a list of locations, not one."""
    return any(local(one.tag) == "location" for one in element)
