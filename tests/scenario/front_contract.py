"""The OpenAPI file against its standard, and the front against the file.

Runs tests/outside/openapi/contract.mjs, whose packages are installed there by
`npm ci`; without them the test is skipped.
"""
import os
import shutil
import subprocess
import sys

from front_world import World

here = os.path.dirname(os.path.abspath(__file__))
outside = os.path.join(here, "..", "outside", "openapi")
node = shutil.which("node")
if node is None or not os.path.isdir(os.path.join(outside, "node_modules")):
    print("1..0 # SKIP npm ci was not run in tests/outside/openapi")
    sys.exit(0)

w = World()
with open(w.path("log", "checkpoint"), "w") as f:
    f.write("origin\n")
shutil.copy(w.ca.path("ca.crt"), w.path("ca.crt"))
for kind in ("crt", "key"):
    shutil.copy(w.ca.path("alice." + kind), w.path("client." + kind))
code = subprocess.run(
    [node, os.path.join(outside, "contract.mjs"),
     os.path.join(here, "..", "..", "src", "front", "openapi.json"),
     "https://localhost:%d" % w.port, w.dir,
     os.path.join(outside, "front.json")], stdin=subprocess.DEVNULL).returncode
w.close()
sys.exit(code)
