"""The REST interface: routes derived from questions, and what all of them have in common."""
