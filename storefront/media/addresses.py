"""Where the picture of a row is asked for."""

from dataclasses import dataclass

from storefront.media.models import Focus, Picture, Shelf
from storefront.media.renditions import rendition_name
from storefront.settings import settings

PLAIN = 720  # pixels wide at most, where a page or a browser knows no `srcset`


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture as a template draws it: address, size in pixels, words for who cannot see it.

    `pixels` is the whole address of the same picture for programs that read no vector drawings: search engines and
    social previews. A story's drawing has none. `sources` are pairs of mimetype and `srcset`, the smallest files first;
    they and `srcset` are empty for drawings, and for photographs until their smaller files are made. `focus` is the
    style class for the part that stays in sight, empty for the centre.
    """

    url: str
    width: int
    height: int
    alt: str
    pixels: str | None = None
    sources: tuple[tuple[str, str], ...] = ()
    srcset: str = ""
    focus: str = ""


def shown(picture: Picture | None) -> Shown | None:
    """Raises `ValueError` for a story's drawing, which has an address of its own behind consent."""
    if picture is None:
        return None
    if picture.shelf is not Shelf.PUBLIC:
        raise ValueError("a story's drawing is not public")
    url = f"{settings.media_url}/{picture.name}"
    focus = "" if picture.focus is Focus.CENTRE else f"focus-{picture.focus.value.replace('_', '-')}"
    if not picture.widths:
        pixels = _absolute(_pixels(picture) or url)
        return Shown(url, picture.width, picture.height, picture.alt, pixels=pixels, focus=focus)
    return Shown(
        _rendition(picture, max((each for each in picture.widths if each <= PLAIN), default=picture.widths[0]), "JPEG"),
        picture.width,
        picture.height,
        picture.alt,
        pixels=_absolute(_rendition(picture, picture.widths[-1], "JPEG")),
        sources=(("image/avif", _srcset(picture, "AVIF")), ("image/webp", _srcset(picture, "WEBP"))),
        srcset=_srcset(picture, "JPEG"),
        focus=focus,
    )


def _rendition(picture: Picture, width: int, kind: str) -> str:
    return f"{settings.media_url}/{rendition_name(picture.name, width, kind)}"


def _srcset(picture: Picture, kind: str) -> str:
    return ", ".join(f"{_rendition(picture, width, kind)} {width}w" for width in picture.widths)


def _pixels(picture: Picture) -> str | None:
    """The raster twin of a vector drawing; every other picture is made of pixels already."""
    name = picture.name.removesuffix(".svg")
    return f"/rasters/{name}.png" if name != picture.name else None


def _absolute(url: str) -> str:
    return url if "://" in url else settings.shop_url + url
