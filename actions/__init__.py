"""Custom actions, one module for each conversation topic; thin, they call the domain."""
