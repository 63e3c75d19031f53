"""The commands of README.md, typed as they stand there."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

from holder import HERE, STILE, check, free_port, main

ROOT = HERE.parents[1]


def commands(first):
    """Lines of the block that begins so."""
    text = (ROOT / "README.md").read_text()
    block = re.search(rf"```\n({first}.*?)```", text, re.S)[1]
    return [line for line in block.splitlines() if line.strip()]


def t0_the_commands_of_the_readme_work_as_they_stand():
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="stile-readme-"))
    server = None
    environment = {**os.environ, "PATH": f"{pathlib.Path(STILE).parent}:{os.environ['PATH']}"}
    shutil.copytree(ROOT / "packs", scratch / "packs")
    for kind in ("csv", "map"):
        shutil.copy(HERE / "records" / f"vehicles.{kind}", scratch)
    try:
        for line in commands("meson setup"):
            if line.startswith("meson "):
                continue  # it is built already
            if line.startswith("export "):
                environment["STILE_DIR"] = str(scratch / "holder")
                continue
            if line.endswith("&"):
                log = open(scratch / "serve.log", "w+")
                server = subprocess.Popen([STILE, "serve", environment["STILE_DIR"]],
                                          stdout=log, stderr=log, cwd=scratch)
                end = time.monotonic() + 10
                while "ready https" not in (scratch / "serve.log").read_text():
                    check(time.monotonic() < end and server.poll() is None,
                          (scratch / "serve.log").read_text())
                    time.sleep(0.05)
                continue
            done = subprocess.run(["bash", "-c", line], cwd=scratch, env=environment,
                                  capture_output=True, text=True, timeout=30)
            check(done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}")
            if line.startswith("stile init"):
                conf = scratch / "holder" / "stile.conf"
                conf.write_text(conf.read_text().replace("port = 8443",
                                                         f"port = {free_port()}"))
        check("MARTINEZ" in done.stdout or "HONDA" in done.stdout, done.stdout)
    finally:
        if server is not None:
            server.terminate()
            server.wait(15)
        shutil.rmtree(scratch, ignore_errors=True)


def t1_the_lookback_of_the_readme_works_as_it_stands():
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="stile-readme-"))
    environment = {**os.environ, "STILE_PACKS": str(ROOT / "packs"),
                   "PATH": f"{pathlib.Path(STILE).parent}:{os.environ['PATH']}"}
    shutil.copy(ROOT / "data" / "alpr_audit" / "eugene_or_pd_2025.csv", scratch / "audit.csv")
    try:
        for line in commands("stile lookback"):
            done = subprocess.run(["bash", "-c", line], cwd=scratch, env=environment,
                                  capture_output=True, text=True, timeout=60)
            check(done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}")
        check("4,294 look-ups" in done.stdout, done.stdout[:300])
        check("<!doctype html>" in (scratch / "audit.html").read_text())
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


main([t0_the_commands_of_the_readme_work_as_they_stand,
      t1_the_lookback_of_the_readme_works_as_it_stands])
