"""Where the picture of a row is asked for."""

from dataclasses import dataclass

from storefront.media.models import Picture, Shelf
from storefront.settings import settings


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture as a template draws it: address, size in pixels, words for who cannot see it."""

    url: str
    width: int
    height: int
    alt: str


def shown(picture: Picture | None) -> Shown | None:
    """Raises `ValueError` for a story's drawing, which has an address of its own behind consent."""
    if picture is None:
        return None
    if picture.shelf is not Shelf.PUBLIC:
        raise ValueError("a story's drawing is not public")
    return Shown(f"{settings.media_url}/{picture.name}", picture.width, picture.height, picture.alt)
