"""A candidate pair to a relation, or to nothing."""
