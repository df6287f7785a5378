"""Settings that every test shares."""

from hypothesis import settings
from hypothesis import strategies as st

# No deadline: two busy cores make any single example slow once in a while, and that is no fault.
# Derandomised: a run proves the same thing for everyone; wider searches are asked for by name
# (`pytest --hypothesis-profile=search`).
settings.register_profile("echo", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=2000)
settings.load_profile("echo")

# An `object` is drawn as a plain value.  Otherwise it is anything that some imported library
# declares, and what a test draws depends on what ran before in its process.
st.register_type_strategy(object, st.text() | st.integers() | st.booleans())
