"""An opened store: articles compared with what it holds, and put into it."""
