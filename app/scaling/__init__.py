"""The scaling lab as people ask for it: requests, answers, and where answers are kept."""
