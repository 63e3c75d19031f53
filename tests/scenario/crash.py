"""The crash test: killed at random moments under load. After each: the log is whole,
every answer given is in it, nothing was entered twice, keys give the same bytes, and
the gate is up by itself; at the end no budget was lost.

Environment: STILE_CRASHES (default 200), LOAD (the load client), STILE_SEED.
"""
import collections
import os
import random
import time

from holder import all_of, check, equal, main, wait
from witness import SEED, Load, Witness, published, up_again

CRASHES = int(os.environ.get("STILE_CRASHES", "200"))
# Who is killed how often: the gate is what holds the promise.
TARGETS = ["gate"] * 12 + ["keeper"] * 3 + ["clerk"] * 2 + ["front"] * 2 + ["serve"]


def kill_one(holder, target):
    if target == "serve":
        holder.server.kill()
        holder.server.wait()
        # The roles end by themselves when their parent is gone.
        wait(lambda: not any(holder.pids(role) for role in
                             ("front", "gate", "keeper", "clerk")), "orphans to end")
    else:
        holder.kill(target)
    for client in holder.clients.values():
        client.close()  # its front may have been the one


def h25_killed_at_random_moments_under_load(holder):
    chance = random.Random(SEED)
    print(f"# seed {SEED}, {CRASHES} kills", flush=True)
    holder.set("restart_ms", 50)  # or the pauses between restarts grow to seconds
    holder.populate()
    witness = Witness(holder)
    killed = collections.Counter()
    load = Load(holder)
    slowest = 0.0
    try:
        wait(lambda: (got := load.fresh()) and (witness.see(got) or True), "a first answer")
        for number in range(CRASHES):
            time.sleep(chance.uniform(0.005, 0.15))
            target = chance.choice(TARGETS)
            kill_one(holder, target)
            killed[target] += 1
            began = time.monotonic()
            up_again(holder)
            slowest = max(slowest, time.monotonic() - began)
            holder.log_check()
            witness.see(load.fresh())
            if number % 10 == 9:
                witness.ask_again(3)
    finally:
        load.stop()
    witness.see(load.fresh())
    witness.ask_again(10)
    holder.log_check()
    witness.check_budgets({"alice": 5, "sue": 5})
    published(holder)
    print(f"# {len(witness.text_of)} answers, {witness.n_replays} asked again,"
          f" {holder.size()} entries, killed {dict(killed)}, up again within"
          f" {slowest:.1f} s", flush=True)
    check(len(witness.text_of) > CRASHES, "too little load to prove anything")


def h25_an_orderly_end_under_load_loses_nothing(holder):
    holder.populate()
    witness = Witness(holder)
    load = Load(holder)
    try:
        time.sleep(1)
        equal(holder.stop(), 0, "exit code of an orderly end")
    finally:
        load.stop()
    answers = load.fresh()
    check(answers, "no answer before the end")
    witness.see(answers)
    holder.log_check()
    holder.start()
    witness.ask_again(5)
    published(holder)


main(all_of(globals()))
