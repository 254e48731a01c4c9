import os
import time

with open(os.environ["OOMOL_TEST_LOADING"], "w") as file:
    file.write(str(os.getpid()))
time.sleep(3600)
