"""Tests of the customers' own pages."""
