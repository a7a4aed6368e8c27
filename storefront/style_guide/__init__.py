"""How we write about people: what the shop's words must not do, and the reason that a writer reads. Plain Python."""
