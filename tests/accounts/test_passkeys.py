"""Passkeys as a second factor: added after a fresh proof, bound to our origin, each challenge answered once."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from storefront.accounts.models import Passkey, User
from storefront.audit.models import Act
from storefront.db import db
from tests.accounts.authenticator import Authenticator
from tests.accounts.people import OURS, PASSWORD, a_user, acts, send, signed_in, token_on
from tests.accounts.test_inviting import invited


def options(client: FlaskClient, page: str, purpose: str) -> Any:
    answer = client.post(
        "/account/second-factor/passkey", data={"csrf_token": token_on(client, page), "purpose": purpose}, headers=OURS
    )
    assert answer.status_code == 200, answer.text
    return answer.json


def add(client: FlaskClient, key: Authenticator) -> Any:
    page = "/account/set-up-second-factor"
    return send(client, page, credential=key.make(options(client, page, "add")), name="Laptop")


def half(app: Flask, user: User) -> FlaskClient:
    client = app.test_client()
    send(client, "/account/sign-in", email=user.email, password=PASSWORD)
    return client


def show(client: FlaskClient, credential: str) -> int:
    return int(send(client, "/account/second-factor", credential=credential).status_code)


@pytest.mark.parametrize("counts", [True, False])
def test_added_and_used(app: Flask, counts: bool) -> None:
    user, key = a_user(), Authenticator(counts=counts)
    assert add(signed_in(app, user), key).status_code == 200  # with recovery codes
    for _ in range(2):
        client = half(app, user)
        assert show(client, key.prove(options(client, "/account/second-factor", "prove"))) == 303
        assert client.get("/account/devices").status_code == 200
    assert acts() == [Act.SECOND_FACTOR_ADDED, Act.SIGN_IN, Act.SIGN_IN]


def test_it_may_be_the_first_factor(app: Flask) -> None:
    client = app.test_client()
    send(client, invited(), password=PASSWORD)
    assert "Each of these opens once" in add(client, Authenticator()).text
    assert db.session.scalars(select(User)).one().has_second_factor
    assert client.get("/account/devices").status_code == 200


def test_an_answer_counts_once_and_for_its_own_challenge(app: Flask) -> None:
    user, key = a_user(), Authenticator(counts=False)
    add(signed_in(app, user), key)
    client = half(app, user)
    answer = key.prove(options(client, "/account/second-factor", "prove"))
    other = half(app, user)
    assert show(other, answer) == 422  # nothing was asked there
    options(other, "/account/second-factor", "prove")
    assert show(other, answer) == 422  # something else was asked there
    assert show(client, answer) == 303
    assert show(client, answer) == 422  # answered already


def test_a_page_of_another_origin_gets_nothing(app: Flask) -> None:
    user, key = a_user(), Authenticator()
    add(signed_in(app, user), key)
    key.origin = "https://evil.example"
    client = half(app, user)
    assert show(client, key.prove(options(client, "/account/second-factor", "prove"))) == 422


def test_a_copy_whose_counter_stands_still_is_refused(app: Flask) -> None:
    user, key = a_user(), Authenticator()
    add(signed_in(app, user), key)
    client = half(app, user)
    assert show(client, key.prove(options(client, "/account/second-factor", "prove"))) == 303
    key.count = 0
    client = half(app, user)
    assert show(client, key.prove(options(client, "/account/second-factor", "prove"))) == 422


@pytest.mark.parametrize(
    "credential", ["{", "[]", "{}", "null", "[" * 9000, '{"id": 5}', '{"id": "x", "response": {}}', "1"], ids=range(8)
)
def test_nonsense_is_refused_in_words(app: Flask, credential: str) -> None:
    user = a_user()
    client = signed_in(app, user)
    options(client, "/account/set-up-second-factor", "add")
    assert send(client, "/account/set-up-second-factor", credential=credential).status_code == 422
    key = Authenticator()
    add(client, key)
    other = half(app, user)
    options(other, "/account/second-factor", "prove")
    assert show(other, credential) == 422
    assert len(db.session.scalars(select(Passkey)).all()) == 1


def test_with_a_password_alone_no_key_is_added_to_somebody_who_has_a_factor(app: Flask) -> None:
    client = half(app, a_user())
    page = "/account/second-factor"
    answer = client.post(
        "/account/second-factor/passkey", data={"csrf_token": token_on(client, page), "purpose": "add"}, headers=OURS
    )
    assert answer.status_code == 403
    assert app.test_client().post("/account/second-factor/passkey").status_code in {403, 404}
