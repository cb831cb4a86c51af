"""The Streamlit server around pages and API: its start, login, and who may connect."""
