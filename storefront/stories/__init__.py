"""The people: their words, consent per channel and per wording. The only package in which a person may appear."""
