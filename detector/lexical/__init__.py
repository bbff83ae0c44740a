"""Copies within a language: shingles, MinHash, LSH, then exact overlap."""
