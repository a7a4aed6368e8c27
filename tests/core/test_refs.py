import re

from storefront.core.refs import digest, matches, new_reference, new_token, signature


def test_references_are_read_aloud_without_doubt() -> None:
    references = {new_reference() for _ in range(200)}
    assert len(references) == 200
    assert all(re.fullmatch("[2-9A-HJKMNP-TV-Z]{10}", reference) for reference in references)


def test_tokens_hold_256_bits_and_are_stored_as_a_hash() -> None:
    token = new_token()
    assert len(token) == 43
    assert len(digest(token)) == 64
    assert token not in digest(token)


def test_a_signature_belongs_to_one_key_purpose_and_name() -> None:
    made = signature("key", "order", "R1")
    assert len(made) == 64
    assert made not in {
        signature("kex", "order", "R1"),
        signature("key", "cart", "R1"),
        signature("key", "order", "R2"),
    }
    assert matches(made, signature("key", "order", "R1"))
    assert not matches("", made)
