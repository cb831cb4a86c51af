"""Published versions: numbered folders that never change, their manifests, the sales that they learned from, and the pointer to the live one."""
