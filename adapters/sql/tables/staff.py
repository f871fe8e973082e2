"""Staff, their duty and how they sign in."""
