"""Rule sets for displacement cases."""
