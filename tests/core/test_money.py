import pytest
from hypothesis import given
from hypothesis import strategies as st

from storefront.core.money import EXPONENTS, Money


@given(st.integers(0, 10**9), st.lists(st.integers(0, 100), min_size=1, max_size=8).filter(any))
def test_parts_add_up_to_the_whole(minor: int, weights: list[int]) -> None:
    parts = Money(minor, "USD").split(weights)
    assert Money.sum(parts, "USD") == Money(minor, "USD")
    assert all(part.minor >= 0 for part in parts)


@pytest.mark.parametrize("minor", [1.0, "1", True, None])
def test_only_whole_units(minor: object) -> None:
    with pytest.raises(TypeError):
        Money(minor, "USD")  # type: ignore[arg-type]


def test_currencies_do_not_mix() -> None:
    with pytest.raises(ValueError, match="cannot be mixed"):
        Money(1, "USD") + Money(1, "EUR")


def test_a_price_is_not_multiplied_by_a_half() -> None:
    with pytest.raises(TypeError):
        Money(1, "USD") * 0.5  # type: ignore[operator]


def test_unknown_currencies_are_refused() -> None:
    assert "UGX" not in EXPONENTS
    with pytest.raises(ValueError, match="cannot count"):
        Money(1, "UGX")


def test_exponents() -> None:
    assert (EXPONENTS["JPY"], EXPONENTS["USD"], EXPONENTS["KWD"], EXPONENTS["ISK"]) == (0, 2, 3, 2)
