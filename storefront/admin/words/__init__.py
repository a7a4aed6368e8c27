"""Words of the shop that staff edit: articles, help lines, texts of the house, announcements."""
