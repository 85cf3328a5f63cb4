"""Random numbers by key, and samplers on them: the lowest room of the house.

Every draw has its own key, a hash of what it is about. Nothing here holds state.
"""

from havenline.draws.keys import key_of, key_of_text, mix, uniform

__all__ = ["key_of", "key_of_text", "mix", "uniform"]
