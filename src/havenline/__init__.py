"""Havenline: compare the options in a displacement crisis, with honest uncertainty."""

__version__ = "0.1.0"
