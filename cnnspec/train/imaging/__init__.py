"""Single images: what their headers say, and what is done to their pixels, by Pillow or by OpenCV.

Importing this package imports neither.
"""
