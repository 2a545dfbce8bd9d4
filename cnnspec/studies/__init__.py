"""What is asked of a spec as a whole: what it asserts, and which setting of it is best."""
