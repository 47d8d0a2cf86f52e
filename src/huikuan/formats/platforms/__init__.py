"""Chinese platforms and their wallets: one module per document, and what several of them share."""
