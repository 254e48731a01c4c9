import os

os.environ["CHANGED_BY_LIBRARY"] = "yes"
