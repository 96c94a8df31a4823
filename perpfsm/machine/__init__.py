"""The lifecycle machine: definitions from YAML, guards and actions, the step, and bands."""
