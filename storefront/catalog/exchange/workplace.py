"""Where the files of an import lie while it is worked on: a folder of its own, with names that are ours alone.

```
<instance>/imports/<reference>/table          as it was sent
                               archive        of pictures, as it was sent
                               goods.json     the rows by products, {"headers", "goods": [[slug, id, lines, is whole]]}
                               pictures.json  by name in the archive: {"file", "sha256", "width", ...} or {"refused"}
                               pictures/      files of the archive, and what was painted of them
```
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from storefront.catalog.exchange.planning import Goods
from storefront.media.files import put
from storefront.media.repainting import Repainted

KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Workplace:
    folder: Path

    @classmethod
    def of(cls, instance_dir: Path, reference: str) -> Workplace:
        """`reference` is ours: letters and digits, made by `new_reference`."""
        return cls(instance_dir / "imports" / reference)

    def keep(self, table: bytes, archive: bytes | None) -> None:
        """Readable by nobody else on this machine: prices that are not out yet stand in it."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.chmod(self.folder, 0o700)
        put(self.folder / "table", table)
        if archive is not None:
            put(self.folder / "archive", archive)

    def table(self) -> bytes:
        return (self.folder / "table").read_bytes()

    def archive(self) -> bytes | None:
        file = self.folder / "archive"
        return file.read_bytes() if file.is_file() else None

    @property
    def is_read(self) -> bool:
        return (self.folder / "goods.json").is_file()

    def forget_reading(self) -> None:
        (self.folder / "goods.json").unlink(missing_ok=True)

    def keep_goods(self, headers: dict[str, str], goods: list[Goods]) -> None:
        rows = [[each.slug, each.product_id, each.lines, each.is_whole] for each in goods]
        self._keep("goods.json", {"headers": headers, "goods": rows})

    def goods(self) -> tuple[dict[str, str], list[Goods]]:
        found = self._read("goods.json", {"headers": {}, "goods": []})
        return found["headers"], [
            Goods(slug, product_id, [(line, cells, not_text) for line, cells, not_text in lines], is_whole)
            for slug, product_id, lines, is_whole in found["goods"]
        ]

    def keep_pictures(self, pictures: dict[str, dict[str, Any]]) -> None:
        self._keep("pictures.json", pictures)

    def pictures(self) -> dict[str, dict[str, Any]]:
        return self._read("pictures.json", {})  # type: ignore[no-any-return]

    def keep_raw(self, number: int, content: bytes) -> None:
        put(self.folder / "pictures" / str(number), content)

    def raw(self, number: int) -> bytes:
        return (self.folder / "pictures" / str(number)).read_bytes()

    def keep_painted(self, number: int, painted: Repainted) -> dict[str, Any]:
        """What the dry run must know of a picture; what was sent is removed."""
        put(self.folder / "pictures" / f"{number}.painted", painted.content)
        (self.folder / "pictures" / str(number)).unlink(missing_ok=True)
        return {name: value for name, value in asdict(painted).items() if name != "content"}

    def painted(self, known: dict[str, Any]) -> Repainted:
        content = (self.folder / "pictures" / f"{known['number']}.painted").read_bytes()
        names = ("mimetype", "extension", "width", "height", "sha256")
        return Repainted(content=content, **{name: known[name] for name in names})

    def _keep(self, name: str, what: Any) -> None:
        put(self.folder / name, json.dumps(what, ensure_ascii=False).encode())

    def _read(self, name: str, otherwise: Any) -> Any:
        file = self.folder / name
        return json.loads(file.read_bytes()) if file.is_file() else otherwise


def sweep(instance_dir: Path, *, at: datetime) -> list[str]:
    """Remove the files of imports that are older than `KEPT`; returns their references."""
    gone = [
        folder for folder in (instance_dir / "imports").glob("*") if folder.stat().st_mtime <= (at - KEPT).timestamp()
    ]
    for folder in gone:
        shutil.rmtree(folder, ignore_errors=True)
    return [folder.name for folder in gone]
