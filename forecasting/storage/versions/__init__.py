"""Published versions: numbered folders that never change, their manifests, and the pointer to the live one."""
