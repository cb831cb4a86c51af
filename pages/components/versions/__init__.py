"""Parts of the Versions page: the versions that wait, all versions, one of them, and two side by side."""
