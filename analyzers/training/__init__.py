"""What training costs: memory, arithmetic, and what can be done about either."""
