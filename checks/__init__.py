"""How to ask a vendor whether it is well."""
