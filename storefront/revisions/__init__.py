"""What staff changed, version by version: kept, compared, put back, never written over by who had not seen it."""
