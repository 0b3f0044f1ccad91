"""What a network costs: one reading to a file, each a table of one small rule per operator."""

from analyzers.profile import COUNTING_RULES, Memory, Profile, RollUp, Row, Totals, analyze

__all__ = ["COUNTING_RULES", "Memory", "Profile", "RollUp", "Row", "Totals", "analyze"]
