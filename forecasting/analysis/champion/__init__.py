"""Whether a new version should take the live one's place: the recipe at common cutoffs, the version's own forecast, and money as a second opinion."""
