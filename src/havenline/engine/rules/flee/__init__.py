"""Flee's rules in the counting engine: people in equal states are one cell."""
