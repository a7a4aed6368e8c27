from contextlib import nullcontext

import pytest

from storefront.orders.models import MOVES, IllegalMove, Order, OrderState
from tests.conftest import NOON


@pytest.mark.parametrize("was", list(OrderState))
@pytest.mark.parametrize("to", list(OrderState))
def test_only_listed_moves(was: OrderState, to: OrderState) -> None:
    order = Order(state=was)
    with nullcontext() if to in MOVES[was] else pytest.raises(IllegalMove):
        order.move(to, at=NOON, by="test", why="because")
    assert order.state is (to if to in MOVES[was] else was)
    assert [(line.was, line.now, line.by) for line in order.history] == (
        [(was, to, "test")] if to in MOVES[was] else []
    )


def test_the_table_is_the_specification() -> None:
    assert {
        OrderState.PENDING: {OrderState.PAID, OrderState.CANCELLED, OrderState.REVIEW},
        OrderState.PAID: {OrderState.CANCELLED, OrderState.REVIEW},
        OrderState.REVIEW: {OrderState.PAID, OrderState.CANCELLED},
        OrderState.CANCELLED: set(),
    } == MOVES
