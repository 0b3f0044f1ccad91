"""Searches of design spaces as people ask for them: budgets, trade-offs, samples."""
