"""Posts, absences, rosters and skills on the screen."""
