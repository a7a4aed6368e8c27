"""Photographs as a telephone makes them: of nobody and nothing, but with everything that such files tell of their maker."""

from __future__ import annotations

from io import BytesIO

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from playwright.sync_api import FilePayload

SECRETS = (b"Amina at home", b"Telephone 9", b"hidden in a comment", b"2026:11:20 07:04:11")


def photograph(name: str, *, hue: int) -> FilePayload:
    """A JPEG of 640 by 800 pixels with the place where it was taken, whose telephone it was, and a comment."""
    across = Image.linear_gradient("L").resize((640, 800))
    picture = Image.merge("HSV", (Image.new("L", across.size, hue), across.rotate(180), across)).convert("RGB")
    exif = Image.Exif()
    exif[Base.Artist], exif[Base.Model], exif[Base.DateTime] = "Amina at home", "Telephone 9", "2026:11:20 07:04:11"
    exif[Base.Orientation] = 1
    exif.get_ifd(IFD.GPSInfo).update(
        {GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (22.0, 34.0, 11.0), GPS.GPSLongitudeRef: "E", GPS.GPSLongitude: (88.0, 21.0, 49.0)}
    )  # fmt: skip
    written = BytesIO()
    picture.save(written, "JPEG", quality=85, exif=exif, comment=b"hidden in a comment")
    content = written.getvalue()
    assert all(secret in content for secret in SECRETS)
    assert dict(Image.open(BytesIO(content)).getexif().get_ifd(IFD.GPSInfo))
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}
