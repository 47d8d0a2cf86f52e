"""Making and publishing a run: the facts, the engine, the files that are written."""
