"""Uncertain values, running many futures, and the store of results."""

from havenline.futures.simulate import Result, simulate

__all__ = ["Result", "simulate"]
