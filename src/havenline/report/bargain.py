"""Placeholder."""
def page(answer, crisis): return ""
