"""Every system call of the way from request to receipt fails once, in the gate and in
the keeper, as the disk or the kernel might let it fail; and those of the clerk, who is
not on that way. After each: the log is whole, what was answered is in it, no fork, no
budget lost, the same key entered once, and the roles are up by themselves.
"""
import collections
import contextlib
import os
import pathlib
import re
import resource
import tempfile
import subprocess
import time

from holder import VIN, about, all_of, check, equal, main, wait
from witness import Witness, published, up_again

ERRORS = {"pwrite64": ("EIO", "ENOSPC"), "pwritev": ("EIO", "ENOSPC"),
          "fdatasync": ("EIO", "ENOSPC"), "fsync": ("EIO", "ENOSPC"),
          "ftruncate": ("EIO", "ENOSPC"), "openat": ("EIO", "ENOSPC"),
          "renameat": ("EIO", "ENOSPC"), "renameat2": ("EIO", "ENOSPC"),
          "rename": ("EIO", "ENOSPC"), "linkat": ("EIO",), "mkdirat": ("EIO", "ENOSPC"),
          "unlinkat": ("EIO",), "unlink": ("EIO",), "fchmod": ("EIO",),
          "fallocate": ("ENOSPC",), "mmap": ("ENOMEM",), "fcntl": ("EIO",),
          "write": ("EIO", "ENOSPC"), "writev": ("EIO",), "lseek": ("EIO",),
          "sendmsg": ("ECONNRESET",), "sendto": ("ECONNRESET",), "pread64": ("EIO",),
          "read": ("EIO",), "recvmsg": ("ECONNRESET",), "recvfrom": ("ECONNRESET",),
          "poll": ("ENOMEM",), "ppoll": ("ENOMEM",), "getrandom": ("EINTR",)}


@contextlib.contextmanager
def strace(pid, *options):
    """Attach; the commands of the body are watched. Yields the trace's path."""
    prefix = [] if os.getuid() == 0 else ["sudo", "-n"]
    trace = pathlib.Path(tempfile.gettempdir(), f"strace-{pid}-{time.monotonic_ns()}")
    process = subprocess.Popen([*prefix, "strace", "-f", "-p", str(pid), "-o", trace,
                                *options], stderr=subprocess.PIPE, text=True)
    line = process.stderr.readline()
    check("attached" in line, f"strace: {line}")
    try:
        yield trace
    finally:
        process.terminate()
        process.communicate()
        with contextlib.suppress(OSError):
            trace.unlink()


def calls_of_one_request(holder, role):
    """How often a role makes each system call for one request: name -> count."""
    counts = collections.Counter()
    pid, = wait(lambda: holder.pids(role), f"the {role}")
    with strace(pid, "-e", f"trace={','.join(ERRORS)}") as trace:
        equal(holder.ask("alice", about(VIN)).status, 200)
        published(holder)
        for line in trace.read_text().splitlines():
            name = re.match(r"(?:\d+\s+)?(\w+)\(", line)
            if name:
                counts[name[1]] += 1
    return counts


def ask(holder, key):
    """One request of alice; None when the connection was lost."""
    try:
        return holder.ask("alice", about(VIN), key=key)
    except OSError:
        return None


def fault_survived(holder, witness, role, fault, number):
    """One request while the number-th call of this name fails."""
    name, error = fault
    pid, = wait(lambda: holder.pids(role), f"the {role}")
    before = holder.size()
    key = f"fault-{role}-{name}-{error}-{number}"
    holder.client("alice")
    with strace(pid, "-e", f"trace={name}", "-e",
                f"inject={name}:error={error}:syscall=getpid:when={number}"):
        answer = ask(holder, key)
        if role == "clerk":
            time.sleep(0.05)  # it works when the answer is out
    if answer is not None and answer.status == 200:
        witness.see([(key, answer.text)])
    elif answer is not None:
        check("record" not in answer.body, f"{key}: disclosed with {answer.status}")
        check(answer.status >= 500, f"{key}: {answer.status} {answer.text[:200]}")
    check(role != "clerk" or answer.status == 200,
          f"{key}: the clerk is not on the way: {answer.status} {answer.text[:300]}")
    up_again(holder)
    holder.log_check()
    # The same key again: answered, and entered once however it went before.
    again = holder.ask("alice", about(VIN), key=key)
    equal(again.status, 200, f"{key} again: {again.text[:300]}")
    witness.see([(key, again.text)])
    check(holder.size() <= before + 3, f"{key}: {holder.size() - before} entries for one request")


def every_call_fails_once(holder, role, most):
    holder.set("restart_ms", 50)
    holder.populate()
    witness = Witness(holder)
    equal(holder.ask("alice", about(VIN)).status, 200)
    counts = calls_of_one_request(holder, role)
    n_faults = 0
    if role == "clerk":
        # Some release a lock, and one that stays taken stops every reader of the
        # store until SQLite gives up on it: no kernel refuses that.
        del counts["fcntl"]
    for name, count in sorted(counts.items()):
        for number in range(1, min(count, most) + 1):
            for error in ERRORS[name]:
                fault_survived(holder, witness, role, (name, error), number)
                n_faults += 1
    witness.check_budgets({"alice": 1})
    published(holder)
    print(f"# {role}: {n_faults} faults; calls of one request: {dict(counts)}", flush=True)
    check(counts["fdatasync"] + counts["fsync"] > 0, f"no sync: {counts}")


def h22_h25_every_call_of_the_gate_fails_once(holder):
    every_call_fails_once(holder, "gate", 40)


def h22_h25_every_call_of_the_keeper_fails_once(holder):
    every_call_fails_once(holder, "keeper", 40)


def h22_the_clerks_calls_fail_and_nobody_waits_for_it(holder):
    every_call_fails_once(holder, "clerk", 2)


def h23_a_sync_that_fails_once_is_final_for_the_process_that_saw_it(holder):
    holder.populate()
    equal(holder.ask("alice", about(VIN)).status, 200)
    for role in ("gate", "keeper"):
        pid, = wait(lambda: holder.pids(role), f"the {role}")
        with strace(pid, "-e", "trace=fdatasync,fsync", "-e",
                    "inject=fdatasync,fsync:error=EIO:syscall=getpid:when=1"):
            with contextlib.suppress(OSError):
                check(holder.ask("alice", about(VIN)).status != 200, "answered unsynced")
            wait(lambda: pid not in holder.pids(role), f"the {role} to give up")
        up_again(holder)
        holder.log_check()
        equal(holder.ask("alice", about(VIN)).status, 200)


def short_write(holder, role, file, room):
    """The kernel cuts the write that crosses the limit: a genuine short write."""
    pid, = wait(lambda: holder.pids(role), f"the {role}")
    limit = file.stat().st_size + room if room > 0 else -room
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (limit, limit))
    for _ in range(8):
        answer = ask(holder, None)
        if answer is None or answer.status != 200:
            check(answer is None or "record" not in answer.body, answer)
            break
    holder.kill(role)
    wait(lambda: holder.pids(role) not in ([], [pid]), f"another {role}")
    up_again(holder)
    holder.log_check()
    equal(holder.ask("alice", about(VIN)).status, 200)


def h22_a_short_write_discloses_nothing(holder):
    holder.set("restart_ms", 50)
    holder.populate()
    equal(holder.ask("alice", about(VIN)).status, 200)
    for room in (1, 100, 2000, 4096, 8192, 9000):
        short_write(holder, "gate", pathlib.Path(holder.path("state/stile.db-wal")), room)
    # Two slots of 4,096 bytes, written in turn: cut in the one or the other.
    for end in (1, 100, 4095, 4097, 6000):
        short_write(holder, "keeper", pathlib.Path(holder.path("keys/keeper.state")), -end)
    Witness(holder).check_budgets({"alice": 1})


main(all_of(globals()))
