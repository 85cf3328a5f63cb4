"""Displacement cases: who arrives is given, where and when they arrive is the question."""
