-- An import or a night changes most of these dates at once: the night is planned by how they are, not by how they were.
ANALYZE loan_wake (wake_on)
