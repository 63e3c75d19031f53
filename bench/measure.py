"""What a tree of processes used: CPU time and memory; what the disk gives."""
import os
import pathlib
import statistics
import threading
import time

TICK = os.sysconf("SC_CLK_TCK")


def disk_syncs(folder, n=200, size=4096):
    """Append and sync, n times: milliseconds, the median and all but one of 100."""
    times = []
    path = pathlib.Path(folder) / "syncs"
    with open(path, "wb", buffering=0) as file:
        for _ in range(n):
            began = time.monotonic()
            file.write(bytes(size))
            os.fdatasync(file.fileno())
            times.append((time.monotonic() - began) * 1e3)
    path.unlink()
    times.sort()
    return statistics.median(times), times[int(len(times) * 0.99)]


def children(pid):
    """pid and everything below it, from /proc."""
    parents = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            parent = int(stat.rsplit(")", 1)[1].split()[1])
            parents.setdefault(parent, []).append(int(entry.name))
    found, queue = [], [pid]
    while queue:
        at = queue.pop()
        found.append(at)
        queue += parents.get(at, [])
    return found


def cpu_s(pid):
    """CPU seconds of the tree so far, of ended children too."""
    total = 0
    for member in children(pid):
        try:
            stat = pathlib.Path(f"/proc/{member}/stat").read_text()
        except OSError:
            continue
        fields = stat.rsplit(")", 1)[1].split()
        # utime and stime; the root's cutime and cstime hold what has ended.
        total += int(fields[11]) + int(fields[12])
        if member == pid:
            total += int(fields[13]) + int(fields[14])
    return total / TICK


def roles(pid):
    """Of every process of the tree: its role, CPU seconds and resident MiB."""
    found = []
    for member in children(pid):
        try:
            words = pathlib.Path(f"/proc/{member}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        role = words[2] if words[1:2] == [b"role"] else b"parent"
        found.append((role.decode(), cpu_s_of(member), rss_mib_of(member)))
    return found


def cpu_s_of(member):
    """Of one process; exact where the kernel keeps scheduler statistics."""
    try:
        return int(pathlib.Path(f"/proc/{member}/schedstat").read_text().split()[0]) / 1e9
    except (OSError, ValueError):
        return 0.0


def pss_mib(pid):
    """Memory of the tree with shared pages counted once."""
    total = 0
    for member in children(pid):
        try:
            rollup = pathlib.Path(f"/proc/{member}/smaps_rollup").read_text()
        except OSError:
            continue
        for line in rollup.splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def rss_mib_of(member):
    try:
        status = pathlib.Path(f"/proc/{member}/status").read_text()
    except OSError:
        return 0.0
    for line in status.splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def rss_mib(pid):
    """Sum of the resident sets of the tree: shared pages counted again and again."""
    return sum(rss_mib_of(member) for member in children(pid))


class Usage:
    """with Usage(pid) as u: ...; then u.cpu_s, and the peaks u.pss_mib, u.rss_mib."""

    def __init__(self, pid):
        self.pid = pid
        self.pss_mib = self.rss_mib = 0.0
        self._over = threading.Event()

    def _watch(self):
        while not self._over.wait(0.5):
            self.pss_mib = max(self.pss_mib, pss_mib(self.pid))
            self.rss_mib = max(self.rss_mib, rss_mib(self.pid))

    def __enter__(self):
        self._cpu = cpu_s(self.pid)
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()
        self.cpu_s = cpu_s(self.pid) - self._cpu
