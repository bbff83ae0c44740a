"""Scheduled audits of a corpus that grows: run, keep, compare, guard and tell."""
