"""The demonstration's partners, with their facts and certificates."""

from sqlalchemy import select

from storefront.db import db
from storefront.demo.dataset import PartnerEntry
from storefront.demo.pictures import Gallery
from storefront.demo.progress import Progress
from storefront.partners.models import Certificate, Confidence, Fact, Partner, PartnerKind


def load_partners(entries: list[PartnerEntry], gallery: Gallery, progress: Progress) -> dict[str, Partner]:
    """Add the partners that are missing. Returns the demonstration's partners by slug, without the merchant's own."""
    slugs = [entry["slug"] for entry in entries]
    rows = {row.slug: row for row in db.session.scalars(select(Partner).where(Partner.slug.in_(slugs)))}
    for position, entry in enumerate(entries):
        if progress.is_missing("partners", entry["slug"], rows.get(entry["slug"])):
            rows[entry["slug"]] = _partner(entry, position, gallery)
            db.session.add(rows[entry["slug"]])
    return {slug: row for slug, row in rows.items() if row.from_demonstration}


def _partner(entry: PartnerEntry, position: int, gallery: Gallery) -> Partner:
    kind = PartnerKind(entry["kind"])
    return Partner(
        slug=entry["slug"],
        name=entry["name"],
        now_known_as=entry["now_known_as"],
        also_known_as=entry["also_known_as"],
        kind=kind,
        is_real=kind is not PartnerKind.SAMPLE,
        country=entry["country"],
        region=entry["region"],
        founded=entry["founded"],
        tagline=entry["tagline"],
        summary=entry["summary"],
        goods=entry["goods"],
        support=entry["support"],
        editor_notes=entry["editor_notes"],
        notice=entry["notice"],
        position=position,
        picture=gallery.hang(f"partners/{entry['slug']}.svg"),
        from_demonstration=True,
        facts=[
            Fact(
                position=number,
                claim=fact["claim"],
                confidence=Confidence(fact["confidence"]),
                as_of=fact["as_of"],
                sources=fact["sources"],
            )
            for number, fact in enumerate(entry["facts"])
        ],
        certificates=[
            Certificate(
                position=number,
                name=certificate["name"],
                scope=certificate["scope"],
                status=certificate["status"],
                sources=certificate["sources"],
            )
            for number, certificate in enumerate(entry["certificates"])
        ],
    )
