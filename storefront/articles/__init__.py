"""The reading rooms: explainers, ways out and directions of life afterwards, with their sources and review dates."""
