"""Articles that say the same in other words: encoders, their vectors and who is near whom."""
