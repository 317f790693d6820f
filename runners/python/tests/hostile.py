"""A model's process that does what the flavor of its job says, instead of running a model."""

from __future__ import annotations

import json
import os
import sys
import time

from probelog_runner.confine import die_with_parent, leave_network, limit_memory

if "deaf" in os.getcwd():
    time.sleep(600)
job = json.loads(sys.stdin.readline())
deed = job["flavor"]
die_with_parent()
if deed == "allocate at once":
    limit_memory(job["memory"])
    bytearray(job["memory"] * 2)
elif deed == "grow":
    kept = []
    while True:
        kept.append(bytearray(os.urandom(1 << 20)))
elif deed == "hang":
    time.sleep(600)
elif deed == "crash":
    print("about to crash", file=sys.stderr)
    os.abort()
elif deed == "real-time signal":
    os.kill(os.getpid(), 40)
elif deed == "drip":
    while True:
        print(".", end="", flush=True)
        time.sleep(0.01)
elif deed == "nest":
    print("[" * 100_000, flush=True)
elif deed == "daemon":
    inner, outer = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.setsid()
            os.write(outer, str(os.getpid()).encode())
        time.sleep(600)
    print(json.dumps({"info": {"preprocessing": {"pid": int(os.read(inner, 20))}}}), flush=True)
    time.sleep(600)
elif deed == "fork":
    if os.fork() == 0:
        os.setsid()
        time.sleep(600)
    print(json.dumps({"info": {"preprocessing": {}}}), flush=True)
    time.sleep(600)
elif deed == "exit":
    sys.exit(7)
elif deed == "chatter":
    print(job["model"]["version"])
elif deed == "environment":
    told = {"environment": dict(os.environ), "cwd": os.getcwd()}
    print(json.dumps({"info": {"preprocessing": told}}), flush=True)
elif deed == "network":
    import socket

    left = leave_network()
    try:
        socket.create_connection(("127.0.0.1", int(job["entry_point"] or job["model"]["version"])), 2)
        reached = True
    except OSError:
        reached = False
    print(json.dumps({"info": {"preprocessing": {"left": left, "reached": reached}}}), flush=True)
elif deed == "tell pid":
    print(json.dumps({"info": {"preprocessing": {"pid": os.getpid()}}}), flush=True)
    time.sleep(600)
