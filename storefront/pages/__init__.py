"""Home, about, delivery, terms, privacy: public pages over several packages."""
