"""How training shows itself: the texts, the live panel, the table of epochs above it."""
