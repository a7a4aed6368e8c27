import pytest
from flask import Flask
from flask.testing import FlaskClient

from storefront.orders.keys import order_key, order_path
from tests.factories import a_shop, check_out, fill_bag, the_order


def test_an_order_opens_with_its_key_alone(client: FlaskClient) -> None:
    fill_bag(client, a_shop())
    check_out(client)
    order = the_order()
    page = client.get(order_path(order.reference))
    assert page.status_code == 200
    assert "Not paid yet" in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("key", ["", "0" * 64, "é", "\x00", "x" * 10000])
def test_a_wrong_key_and_an_unknown_order_look_alike(client: FlaskClient, key: str) -> None:
    fill_bag(client, a_shop())
    check_out(client)
    wrong = client.get(f"/orders/{the_order().reference}", query_string={"key": key})
    unknown = client.get("/orders/R7K2M4QX9D", query_string={"key": key})
    assert wrong.status_code == unknown.status_code == 404
    assert wrong.text == unknown.text


def test_a_key_of_another_order_does_not_open_this_one(app: Flask, client: FlaskClient) -> None:
    fill_bag(client, a_shop())
    check_out(client)
    answer = client.get(f"/orders/{the_order().reference}", query_string={"key": order_key("R7K2M4QX9D")})
    assert answer.status_code == 404
