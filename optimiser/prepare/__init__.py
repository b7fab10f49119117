"""A project and a planner's choices become a question: one file a family."""
