"""Could they agree, and would it hold: what parties gain, where they land, what follows."""
