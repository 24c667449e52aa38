"""One's own work: offers to answer, work in hand, matters one answers for; hand-offs and their disputes."""
