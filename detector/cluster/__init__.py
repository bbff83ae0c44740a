"""Verified pairs to nested clusters with stable ids and an original."""
