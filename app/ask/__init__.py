"""How questions are asked: what a request is, how a network is named in one, and who answers it."""
