"""Tests of the demonstration write beside its pictures, so each has a folder of its own."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask


@pytest.fixture
def shop(shop: Flask, tmp_path: Path) -> Flask:
    settings = shop.extensions["settings"]
    shutil.copytree(settings.media_dir, tmp_path / "own-media")
    shop.extensions["settings"] = replace(settings, media_dir=tmp_path / "own-media")
    return shop
