"""Two who bring pictures to the same product in the same moment."""

from __future__ import annotations

import pytest
from flask import Flask

from storefront.accounts.permissions import Role
from tests.admin.people import Staff, a_person
from tests.admin.products.test_pictures import goods, names, png, upload
from tests.jobs.racing import at_once


@pytest.mark.real_clock
def test_two_uploads_at_once_lose_none(app: Flask) -> None:
    desk, product = Staff(app, a_person(Role.CATALOGUE_ADMIN)), goods(1)
    answers = at_once(app, [lambda: upload(desk, product, (png(), "One")).status_code] * 3)
    assert answers == [303] * 3
    assert len(names(product)) == 4
