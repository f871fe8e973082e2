"""NLU graph components, in the order of the pipeline in `config.yml`."""
