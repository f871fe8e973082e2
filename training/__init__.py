"""The learning loop: harvest, review, train, evaluate, promote, roll back."""
