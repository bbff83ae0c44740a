"""Where stage functions run: a backend maps a pure function over chunks, in order."""
