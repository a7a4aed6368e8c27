"""Care for a reader in danger: the way out, help lines by country, and what this site can and cannot do for her."""
