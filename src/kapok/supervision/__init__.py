"""Judging the house: process mining, and later quality and performance."""
