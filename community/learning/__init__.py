"""The learning loop's rules: what is logged, harvested, judged and promoted."""
