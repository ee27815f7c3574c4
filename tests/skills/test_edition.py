"""The edition is raised when what is found changes: else stored postings would keep what an older JobSwipe found."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

from jobswipe import skills
from jobswipe.skills import taxonomy

RECORD = Path(__file__).with_name("edition.json")
TEXTS = (
    "Backend Engineer\nWe write Python and Go, run Kubernetes on AWS, store in PostgreSQL. SQL, Git and CI/CD daily.",
    "Data Analyst\nYou know R, Tableau and Excel; experience with machine learning or statistics is a plus.",
    "Pflegefachkraft\nNursing, patient care, MS Office. Teamwork and communication.",
    "Account Executive\nSalesforce, negotiation, cold calling; go to market with a small team, react to customers.",
    "Node.js developers with React, TypeScript and C#; C++ or .NET welcome. Access to the office by rail.",
)


def test_what_is_found_belongs_to_the_edition() -> None:
    found = [[(one.id, one.quote) for one in skills.extract(text)] for text in TEXTS]
    digest = sha256(json.dumps(found, ensure_ascii=True).encode()).hexdigest()[:16]
    now = {"edition": skills.EDITION, "table": taxonomy.version(), "found": digest}
    said = f"Raise EDITION in jobswipe/skills/__init__.py by one, and write {json.dumps(now)} with it to {RECORD.name}."
    assert json.loads(RECORD.read_text(encoding="utf-8")) == now, said
