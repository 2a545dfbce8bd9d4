"""Declarative specs of convolutional networks: checked, summarised, drawn and trained."""
