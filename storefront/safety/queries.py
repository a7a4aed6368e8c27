"""Which help lines there are."""

from sqlalchemy import Select, select

from storefront.safety.models import HelpLine


def listed() -> Select[HelpLine]:
    """Every line, also those whose number may not be shown."""
    return select(HelpLine).order_by(HelpLine.country, HelpLine.name, HelpLine.id)
