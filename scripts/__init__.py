"""Scripts that rebuild data of the project; run them from the repository root."""
