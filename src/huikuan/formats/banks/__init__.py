"""Banks: statements of single banks, of any bank by its columns, and the standards (MT940, camt, BAI2, OFX, QIF)."""
