"""Shows in MLflow's pages what models recognize. README.md says how to set it up."""
