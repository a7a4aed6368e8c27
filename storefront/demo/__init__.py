"""The demonstration shop: its partners, goods, stories, drawings and rates as data, and how they come and go."""
