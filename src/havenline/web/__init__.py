"""The local server and its page: the crisis seen, the options compared, the levers moved."""
