"""Ninety scripted days: what happened (story.yaml), to whom, and what the checks saw of it."""
