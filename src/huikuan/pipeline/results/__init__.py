"""Reading a published run, with the decisions made since laid over it."""
