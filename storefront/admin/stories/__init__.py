"""The consent desk: stories from the first draft to the withdrawal, and who may see and do what."""
