"""Where the picture of a row is asked for."""

from dataclasses import dataclass

from storefront.media.models import Picture, Shelf
from storefront.settings import settings


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture as a template draws it: address, size in pixels, words for who cannot see it.

    `pixels` is the whole address of the same picture for programs that read no vector drawings: search engines and
    social previews. A story's drawing has none.
    """

    url: str
    width: int
    height: int
    alt: str
    pixels: str | None = None


def shown(picture: Picture | None) -> Shown | None:
    """Raises `ValueError` for a story's drawing, which has an address of its own behind consent."""
    if picture is None:
        return None
    if picture.shelf is not Shelf.PUBLIC:
        raise ValueError("a story's drawing is not public")
    url = f"{settings.media_url}/{picture.name}"
    return Shown(url, picture.width, picture.height, picture.alt, pixels=_absolute(_pixels(picture) or url))


def _pixels(picture: Picture) -> str | None:
    """The raster twin of a vector drawing; every other picture is made of pixels already."""
    name = picture.name.removesuffix(".svg")
    return f"/rasters/{name}.png" if name != picture.name else None


def _absolute(url: str) -> str:
    return url if "://" in url else settings.shop_url + url
