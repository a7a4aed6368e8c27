"""What a rule of the shop says when it says no."""


class ShopError(Exception):
    """A refusal with the sentence that the customer reads.

    Anything else that goes wrong is a fault and becomes a 500.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
