"""Files on their way in: import, originals, what they prove, cover and tell twice."""
