"""Floor 6: what a Python program uses. ``import cnnspec`` gives its names."""
