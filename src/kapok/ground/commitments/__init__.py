"""Commitments: promises made to somebody, each with one clock and one accountable person."""
