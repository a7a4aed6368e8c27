"""What a visitor is holding. Labelled "Bag" on the pages."""
