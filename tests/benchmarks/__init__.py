"""What is measured, as ratios: nothing here fails for being slow."""
