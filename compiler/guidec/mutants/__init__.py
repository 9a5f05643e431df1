"""Small changes of what a guideline says, and who notices them: a scenario, a proof, or nobody."""
