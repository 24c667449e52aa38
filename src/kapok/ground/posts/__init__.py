"""Posts and who fills them: A and B, absences, skills, shifts, rosters."""
