"""Care of the shop as a whole: saving it, checking what was saved, and bringing it back."""
