"""Addresses in open letters: readable for the shop, and for nobody who has the database alone."""

from __future__ import annotations

from dataclasses import replace

from storefront.stories import sealing

ADDRESS = "https://shop.example/stories/jui-the-register"


def test_sealed_and_opened(app):
    sealed = sealing.seal(ADDRESS)
    assert "jui" not in sealed
    assert sealing.unseal(sealed) == ADDRESS
    assert sealing.seal(ADDRESS) != sealed  # two letters do not show that they are about the same page


def test_under_another_key_it_stays_shut(app):
    sealed = sealing.seal(ADDRESS)
    app.extensions["settings"] = replace(app.extensions["settings"], secret_key="another key, quite as long 0123456789")
    assert sealing.unseal(sealed) is None


def test_what_was_tampered_with_stays_shut(app):
    sealed = sealing.seal(ADDRESS)
    for wrong in (sealed[:-2] + "AA", sealed[1:], ""):
        assert sealing.unseal(wrong) is None
