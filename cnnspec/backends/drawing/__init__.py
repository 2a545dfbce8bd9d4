"""Drawings of networks: what they show, how it is laid out, and the files that are made of it."""
