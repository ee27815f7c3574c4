"""Who a resume is about: name, headline, e-mail, phone, place, address on the web, profiles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

import msgspec

from jobswipe.resumes.extracted import Line, Link
from jobswipe.resumes.fields import Entry
from jobswipe.resumes.headings import fold, section_of
from jobswipe.resumes.where import is_place, where
from jobswipe.resumes.words import has_organisation, has_position

EMAIL = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,4}\.[A-Za-z]{2,24}(?![\w-])"
)
_PHONE = re.compile(r"(?<![\w.,/#=-])(?:\+|00)?\(?\+?\d[\d ()./‐–-]{6,22}\d(?![\w/%])")
URL = re.compile(
    r"(?<![\w@.])(?:https?://[^\s<>()\"',;|]{3,300}"
    r"|(?:www\.)?[A-Za-z0-9][A-Za-z0-9-]{0,62}(?:\.[A-Za-z0-9-]{1,63}){0,3}\.(?:com|org|net|io|dev|me|co|ai|app|eu|de"
    r"|fr|es|it|nl|ro|uk|us|in|info"
    r"|tech|xyz|ch|at|be|pt|br|pl|se|no|dk|fi|cz|page|design|blog|site|edu|ca|au|gg|cc|tv|sh|so|is|id|ly|il|studio"
    r"|cloud)\b"
    r"(?:/[^\s<>()\"',;|]{0,200})?)",
    re.IGNORECASE,
)
NETWORKS = {
    "linkedin.com": "LinkedIn",
    "github.com": "GitHub",
    "gitlab.com": "GitLab",
    "bitbucket.org": "Bitbucket",
    "twitter.com": "Twitter",
    "x.com": "X",
    "stackoverflow.com": "Stack Overflow",
    "medium.com": "Medium",
    "dev.to": "DEV",
    "kaggle.com": "Kaggle",
    "orcid.org": "ORCID",
    "scholar.google.com": "Google Scholar",
    "researchgate.net": "ResearchGate",
    "behance.net": "Behance",
    "dribbble.com": "Dribbble",
    "leetcode.com": "LeetCode",
    "instagram.com": "Instagram",
    "facebook.com": "Facebook",
    "youtube.com": "YouTube",
    "xing.com": "XING",
    "mastodon.social": "Mastodon",
    "huggingface.co": "Hugging Face",
    "indeed.com": "Indeed",
    "hackerrank.com": "HackerRank",
    "codepen.io": "CodePen",
    "bsky.app": "Bluesky",
    "t.me": "Telegram",
    "telegram.me": "Telegram",
}
_PATHS = {"in", "pub", "users", "profile", "people", "u", "r", "company", "channel", "add", "citations"}
_LABEL = re.compile(
    r"^(?:e-?mail(?: id| address)?|mail|mailaddress|phone(?: no\.?| number)?|mobile(?: phone| no\.?| number)?"
    r"|tel(?:ephone|efon|éfono|efone|efono)?|cell(?: phone)?"
    r"|handy|contact(?: no\.?| number)?|address|adresse|anschrift|wohnort|location|residence|city of residence|city"
    r"|place|current location"
    r"|dirección|endereço|indirizzo|adres|adresa|website|web|homepage|portfolio|linkedin|github|git|xtwitter|twitter"
    r"|url|name|full name)\s*[:：]\s*",
    re.IGNORECASE,
)
_SPLIT = re.compile(
    r"\t|\s+[|•·●◆⋄∙]\s*|\s*\|\s*|\s+[–—]\s+|\s+-\s+|\s+,\s+|\s{3,}|\s+/\s+|(?<=\S) (?=(?:E-?mail|Phone|Tel|Mobile"
    r"|Linkedin|Github|Residence|Location|Address)\s?:)"
)
_TITLES = frozenset(
    "curriculum vitae|cv|resume|lebenslauf|resumé|hoja de vida|curriculo|curriculum|europass|tabellarischer lebenslauf"
    "|bewerbung"
    "|curriculum vitae cv|biodata|bio data|page|confidential".split("|")
)
_NAME = re.compile(r"[^\W\d_][^\d@#:;!?=/\\<>{}\[\]|+*%$\t]{1,58}$")
_PARTICLES = frozenset(
    "de da di do dos das del della der den van von und y e la le el al bin ibn ben ter ten zu af du san".split()
)
_EMAIL_US = re.compile(r"\bemail me on indeed\b.*", re.IGNORECASE)


def basics(head: Sequence[Line], all_lines: Sequence[Line], links: Sequence[Link], extra: Sequence[Line]) -> Entry:
    """`head` are the lines before the first heading, `extra` those of contact sections; the rest only helps out."""
    entry = Entry()
    near = [*head, *extra]
    _name(entry, head)
    _label(entry, head)
    _email(entry, near, all_lines, links)
    _phone(entry, near, links)
    location = _location(near, entry)
    profiles, website = _web(near, links, entry)
    if website is not None:
        entry.put("url", website[0], 0.9, website[1], website[2])
    entry.put_object("location", location)
    entry.put_objects("profiles", profiles)
    return entry


def pieces(line: Line) -> list[str]:
    """The parts of a contact line."""
    return [piece.strip(" ,;\t") for piece in _SPLIT.split(line.text) if piece and piece.strip(" ,;\t")]


def _name(entry: Entry, head: Sequence[Line]) -> None:
    candidates: list[tuple[float, Line, str]] = []
    largest = max((line.size for line in head if any(letter.isalpha() for letter in line.text)), default=0.0)
    place = 0
    for line in head[:14]:
        for piece in pieces(line)[:2]:
            labelled = re.match(r"^(?:full )?name\s*[:：]\s*", piece, re.IGNORECASE)
            text = _EMAIL_US.sub("", piece[labelled.end() :] if labelled else piece).strip(" ,;:-–—")
            score = _name_score(text)
            if score is None and not place and line.page is None:
                score = _name_score(capitalised(text)) if 2 <= len(text.split()) <= 4 else None
            if score is None:
                continue
            prominent = largest > 0 and line.size > 0.97 * largest and largest > 1.15 * _usual(head)
            score += (2.0 if prominent else 0.0) + (3.0 if labelled else 0.0) - 0.35 * place
            if has_position(text) or has_organisation(text):
                score -= 1.0 if prominent else 2.0
            candidates.append((score, line, text))
        place += 1
    # A name in two lines of the largest type ("JANE" above "DOE").
    if candidates:
        score, line, text = max(candidates, key=lambda candidate: candidate[0])
        if score > 0:
            index = head.index(line)
            if len(text.split()) == 1 and largest and line.size > 1.3 * _usual(head) and index + 1 < len(head):
                following = head[index + 1]
                if (
                    abs(following.size - line.size) < 0.5
                    and len(following.text.split()) <= 2
                    and _name_score(following.text) is not None
                ):
                    text = f"{text} {following.text.strip()}"
            quote = text
            if text.isupper() and len(text) > 4:
                text = capitalised(text)
            entry.put("name", text, min(0.98, 0.6 + 0.1 * score), line, quote)


def _usual(lines: Sequence[Line]) -> float:
    sizes = sorted(line.size for line in lines if line.size)
    return sizes[len(sizes) // 2] if sizes else 0.0


def _name_score(text: str) -> float | None:
    words = text.split()
    if not _NAME.match(text) or not 1 <= len(words) <= 6 or fold(text) in _TITLES or section_of(text) or is_place(text):
        return None
    capital = [word for word in words if word.lower() not in _PARTICLES]
    if not capital or not all(word[0].isupper() or not word[0].isalpha() for word in capital):
        return None
    odd = any(letter in text for letter in '()“”"&•') or text.endswith(".")
    if odd and not re.search(r"\b[A-Z]\.$", text):
        return None
    if len(words) == 1:
        return 0.2 if len(text) > 2 else None
    return 1.5 if len(words) <= 4 else 0.7


def capitalised(text: str) -> str:
    """A name set in capitals, as it is spoken of: "MARIA DE LA CRUZ" is "Maria de la Cruz"."""
    out: list[str] = []
    for word in text.split():
        low = word.lower()
        if low in _PARTICLES and out:
            out.append(low)
        elif len(word) <= 3 and "." in word:
            out.append(word)
        else:
            out.append(re.sub(r"(^|[-'’])([^\W\d_])", lambda match: match[1] + match[2].upper(), low))
    return " ".join(out)


def _label(entry: Entry, head: Sequence[Line]) -> None:
    name: str | None = entry.sources.get("name", {}).get("quote")
    past = name is None
    for line in head[:10]:
        if not past and name is not None:
            past = name.split("\n")[0].split()[0] in line.text
            if (
                past
                and (rest := line.text.partition(name)[2].strip(" ,\t|•·–—-"))
                and has_position(rest)
                and len(rest) < 90
            ):
                entry.put("label", _tidy(rest), 0.7, line)
                return
            continue
        text = line.text.strip(" \t,;|")
        if EMAIL.search(text) or any(letter.isdigit() for letter in text) or URL.search(text) or len(text) > 100:
            continue
        if (
            is_place(text)
            or _LABEL.match(text)
            or text.endswith((".", ":"))
            or "****" in text
            or len(text.split()) > 12
        ):
            continue
        if has_position(text):
            entry.put("label", _tidy(text), 0.85, line, text)
            return
        if (
            line.page is not None
            and name is not None
            and len(text.split()) <= 8
            and line.size >= _usual(head)
            and not any(word.isdigit() for word in text.split())
            and "," not in text
            and not is_place(text)
            and not text.startswith(("“", '"', "‘"))
            and line is not head[0]
        ):
            entry.put("label", _tidy(text), 0.5, line, text)
            return


def _tidy(text: str) -> str:
    return " ".join(text.replace("\t", " ").split())


def _email(entry: Entry, near: Sequence[Line], all_lines: Sequence[Line], links: Sequence[Link]) -> None:
    for lines, confidence in ((near, 0.98), (all_lines, 0.75)):
        for line in lines:
            text = line.text.replace("mailto:", " ")
            if match := EMAIL.search(text):
                entry.put("email", match[0], confidence, line)
                return
        if lines is near:
            for link in links:
                if link.url.lower().startswith("mailto:"):
                    address = unquote(link.url[7:].split("?")[0]).strip()
                    if EMAIL.fullmatch(address):
                        shown = link.text if EMAIL.search(link.text) else link.url
                        entry.put("email", address, 0.95, Line(runs=(), page=link.page), shown)
                        return


def _phone(entry: Entry, near: Sequence[Line], links: Sequence[Link]) -> None:
    for line in near:
        text = URL.sub(lambda match: " " * len(match[0]), line.text)
        for match in _PHONE.finditer(text):
            number = match[0].strip(" .-–/")
            digits = sum(letter.isdigit() for letter in number)
            before = text[: match.start()].lower()[-24:]
            labelled = any(
                mark in before
                for mark in ("phone", "tel", "mobil", "cell", "contact", "handy", "fon", "whatsapp", "m:", "t:", "p:")
            )
            if (
                not 7 <= digits <= 15
                or _looks_dated(number)
                or (digits < 9 and not labelled and "-" not in number and "(" not in number)
            ):
                continue
            if number.count("(") != number.count(")"):
                number = number.strip("()")
            entry.put("phone", number, 0.95 if labelled or number.startswith("+") else 0.85, line)
            return
    for link in links:
        if link.url.lower().startswith("tel:"):
            number = unquote(link.url[4:])
            entry.put(
                "phone",
                link.text if sum(c.isdigit() for c in link.text) >= 7 and len(link.text) < 25 else number,
                0.9,
                Line(runs=(), page=link.page),
            )
            return


def _looks_dated(number: str) -> bool:
    return bool(
        re.fullmatch(
            r"(?:19|20)\d\d\s?[-–./]\s?(?:19|20)?\d\d(?:[-–./]\d\d)?|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2}[./-](?:19"
            r"|20)\d\d.*",
            number,
        )
    )


def _location(near: Sequence[Line], entry: Entry) -> Entry:
    """The first piece that is nothing but a place, or that is labelled as one."""
    out = Entry()
    name = entry.values.get("name", "")
    for line in near[:25]:
        text = EMAIL.sub("\t", line.text)
        for whole in (line.text.strip(), *pieces(Line(runs=(type(line.runs[0])(text),)) if line.runs else line)):
            labelled = re.match(
                r"^(?:location|residence|city of residence|city|address|adresse|anschrift|wohnort|current location"
                r"|dirección|endereço|indirizzo|adres|adresa)\s*[:：]?\s+",
                whole,
                re.IGNORECASE,
            )
            bare = (whole[labelled.end() :] if labelled else whole).strip(" .,;")
            bare = _EMAIL_US.sub("", bare).strip(" -–—,")
            if not bare or fold(bare) == fold(name) or "\t" in bare or "|" in bare or EMAIL.search(bare):
                continue
            address = _is_address(bare)
            if not (
                is_place(bare)
                or address
                or (labelled and bare[:1].isupper() and ":" not in bare and len(bare.split()) < 5)
            ):
                continue
            found = where(bare)
            if found is None:
                continue
            confidence = 0.9 if is_place(bare) else 0.75
            for key, value in msgspec.to_builtins(found).items():
                out.put(
                    key,
                    value,
                    confidence,
                    line,
                    value if key != "countryCode" and value in line.text else bare,
                )
            return out
    return out


def _is_address(text: str) -> bool:
    parts = [part.strip() for part in text.split(",")]
    if not 2 <= len(parts) <= 6 or len(text) > 110 or URL.search(text):
        return False
    named = has_position(text) or has_organisation(text)
    if len(parts) == 3 and len(text) < 60 and not named and is_place(", ".join(parts[1:])):
        return True  # a district, its city and country
    tail = re.sub(r"\b[\d-]{3,10}\b", "", parts[-1]).strip()
    return (
        any(letter.isdigit() for letter in text)
        and (is_place(tail) or is_place(f"{parts[-2]}, {tail}"))
        and not _PHONE.fullmatch(text)
    )


def profile(url: str, quote: str, line: Line | None, confidence: float = 0.95) -> Entry | None:
    """The profile that an address is, or None: a person's page, not a repository or an article."""
    address = url if "://" in url else f"https://{url}"
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    host = (parts.hostname or "").lower().removeprefix("www.").removeprefix("m.")
    if host.endswith(".linkedin.com"):
        host = "linkedin.com"
    network = NETWORKS.get(host)
    path = [unquote(part) for part in parts.path.split("/") if part]
    if network is None or not path:
        return None
    if network == "Google Scholar":
        return None
    rest = [part for part in path if part.lower() not in _PATHS]
    if not rest or (len(rest) > 1 and network not in ("LinkedIn", "Stack Overflow", "Indeed")):
        return None
    username = rest[-1] if network == "Stack Overflow" else rest[0]
    entry = Entry()
    entry.put("network", network, confidence, line, quote)
    entry.put("username", username.lstrip("@"), confidence, line, quote)
    entry.put("url", address.rstrip("/") if "://" not in url else url, confidence, line, quote)
    return entry


def _web(near: Sequence[Line], links: Sequence[Link], entry: Entry) -> tuple[list[Entry], tuple[str, Line, str] | None]:
    found: list[tuple[str, str, Line, float]] = []  # url, quote, line, confidence
    text_near = "\n".join(line.text for line in near)
    for link in links:
        if link.url.lower().startswith(("http://", "https://")) and link.text and link.text in text_near:
            line = next((one for one in near if link.text in one.text), Line(runs=(), page=link.page))
            found.append((link.url, link.text, line, 0.97))
    for line in near:
        bare = EMAIL.sub(lambda match: " " * len(match[0]), line.text.replace("mailto:", " "))
        found += [(match[0].rstrip(".,;"), match[0].rstrip(".,;"), line, 0.93) for match in URL.finditer(bare)]
    found += [
        (link.url, link.text or link.url, Line(runs=(), page=link.page), 0.85)
        for link in links
        if "linkedin.com/in/" in link.url.lower()
    ]
    profiles: list[Entry] = []
    taken: set[tuple[str, str]] = set()
    website: tuple[str, Line, str] | None = None
    for url, quote, line, confidence in found:
        made = profile(url, quote, line, confidence)
        if made is not None:
            key = (made.values["network"], made.values.get("username", "").lower())
            if key not in taken:
                taken.add(key)
                profiles.append(made)
            continue
        address = url if "://" in url else f"https://{url}"
        host = (urlsplit(address).hostname or "").lower().removeprefix("www.")
        domain = entry.values.get("email", "@").partition("@")[2].lower()
        if (
            website is None
            and host
            and host not in NETWORKS
            and not host.endswith(".linkedin.com")
            and (host != domain or "://" in url)
        ):
            website = (address, line, quote)
    return profiles, website
