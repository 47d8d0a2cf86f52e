"""Fuzzing of every reader: mutated files must never end in a traceback, in half an import, or in all the memory."""
