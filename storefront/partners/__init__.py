"""Enterprises whose goods are sold: sourced facts, certificates. No persons."""
