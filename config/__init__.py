"""What people declare in integrations.yaml."""
