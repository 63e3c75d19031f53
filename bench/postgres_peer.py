"""The peer: PostgreSQL 15 with row level security and pgAudit.

A temporary cluster of its own, as an unprivileged user, over TLS with client
certificates (as Stile). One request = one prepared single-row read that row
level security narrows to the officer's own case, in a statement that also writes an
audit row of an entry's size (durable: synchronous_commit=on, one round trip);
pgAudit logs the read beside it. A second run does the read under pgAudit alone: its log is not synced,
so an answer can outlive its trace; it is listed to be fair to what people run.
"""
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile

from measure import Usage

BIN = pathlib.Path("/usr/lib/postgresql/15/bin")

CONFIG = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{home}'
max_connections = 300
shared_buffers = 128MB
fsync = on
synchronous_commit = on
ssl = on
ssl_cert_file = '{home}/server.crt'
ssl_key_file = '{home}/server.key'
ssl_ca_file = '{home}/server.crt'
shared_preload_libraries = 'pgaudit'
pgaudit.log = 'read'
pgaudit.log_parameter = on
logging_collector = on
log_directory = '{home}/log'
"""

SCHEMA = """
CREATE EXTENSION pgaudit;
CREATE TABLE vehicle (plate text PRIMARY KEY, vin text, owner text, street text,
  zip text, expires date);
INSERT INTO vehicle SELECT 'P' || i, 'VIN' || i, 'OWNER ' || i, i || ' MAIN ST',
  '12345', '2027-01-01' FROM generate_series(0, 11221) i;
CREATE TABLE investigation (officer name, number text, plate text);
INSERT INTO investigation SELECT 'officer', 'C-' || (i % 50), 'P' || i
  FROM generate_series(0, 999) i;
CREATE INDEX ON investigation (officer, plate);
CREATE TABLE audit (id bigserial PRIMARY KEY, at timestamptz DEFAULT now(),
  officer name DEFAULT current_user, plate text, number text, entry text);
ALTER TABLE vehicle ENABLE ROW LEVEL SECURITY;
CREATE POLICY need_to_know ON vehicle FOR SELECT USING (EXISTS (SELECT FROM
  investigation i WHERE i.officer = current_user AND i.plate = vehicle.plate));
CREATE ROLE officer LOGIN;
GRANT SELECT ON vehicle, investigation TO officer;
GRANT INSERT ON audit TO officer;
GRANT USAGE ON SEQUENCE audit_id_seq TO officer;
"""

LOGGED = """\\set i random(0, 999)
WITH entry AS (INSERT INTO audit (plate, number, entry)
  VALUES ('P' || :i, 'C-7', repeat('x', 1500)))
SELECT plate, vin, owner, street, zip, expires FROM vehicle WHERE plate = 'P' || :i;
"""
READ = """\\set i random(0, 999)
SELECT plate, vin, owner, street, zip, expires FROM vehicle WHERE plate = 'P' || :i;
"""


class Cluster:
    def __init__(self, port=54329):
        self.port = port
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="stile-pg-"))
        self.as_user = []
        if os.getuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.home, user.pw_uid, user.pw_gid)
            self.as_user = ["runuser", "-u", "postgres", "--"]

    def run(self, *command, text=None):
        done = subprocess.run(self.as_user + [str(word) for word in command],
                              input=text, text=True, capture_output=True,
                              cwd=self.home)
        if done.returncode != 0:
            raise RuntimeError(f"{command[0]}: {done.stderr[-2000:]}")
        return done.stdout

    def __enter__(self):
        home = self.home
        self.run(BIN / "initdb", "-D", home / "data", "-A", "trust", "-U", "postgres")
        self.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                 "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                 "/CN=officer", "-addext", "subjectAltName=IP:127.0.0.1",
                 "-keyout", home / "server.key", "-out", home / "server.crt")
        self.run("tee", "-a", home / "data" / "postgresql.conf",
                 text=CONFIG.format(home=home, port=self.port))
        self.run("tee", home / "data" / "pg_hba.conf",
                 text="local all postgres trust\n"
                      "hostssl all officer 127.0.0.1/32 cert\n")
        self.run(BIN / "pg_ctl", "-D", home / "data", "-w", "-l", home / "boot.log",
                 "start")
        self.run("psql", "-h", home, "-p", self.port, "-U", "postgres", "-q",
                 "-v", "ON_ERROR_STOP=1", text=SCHEMA)
        self.run("tee", home / "logged.sql", text=LOGGED)
        self.run("tee", home / "read.sql", text=READ)
        pid = (home / "data" / "postmaster.pid")
        self.pid = int(self.run("head", "-1", pid))
        return self

    def __exit__(self, *_):
        try:
            self.run(BIN / "pg_ctl", "-D", self.home / "data", "-m", "immediate", "stop")
        finally:
            shutil.rmtree(self.home, ignore_errors=True)

    def pgbench(self, script, clients, *how):
        """Run the closed loop; what the server used meanwhile."""
        for old in self.home.glob("trace*"):
            old.unlink()
        with Usage(self.pid) as usage:
            self.run("env", "PGSSLMODE=require", f"PGSSLCERT={self.home}/server.crt",
                     f"PGSSLKEY={self.home}/server.key",
                     BIN / "pgbench", "-n", "-M", "prepared", "-h", "127.0.0.1",
                     "-p", self.port, "-U", "officer", "-c", clients,
                     "-j", min(2, clients), *how,
                     "-f", self.home / script, "-l", f"--log-prefix={self.home}/trace",
                     "postgres")
        return usage

    def bench(self, script, clients, seconds):
        """One closed loop: dict of rate, p50_ms, p99_ms, cpu_us, rss_mib.

        Connecting is within pgbench -T, so it is run once for one request each,
        and what that used is left out: handshakes are counted for nobody."""
        connecting = self.pgbench(script, clients, "-t", 1)
        usage = self.pgbench(script, clients, "-T", seconds + clients // 20)
        lines = [line.split() for trace in self.home.glob("trace*")
                 for line in trace.open()]
        took = sorted(int(line[2]) for line in lines)
        if not took:
            raise RuntimeError("pgbench traced nothing")
        ends = sorted(int(line[4]) + int(line[5]) / 1e6 for line in lines)
        span = max(ends[-1] - ends[0], 0.001)  # connecting is not counted
        return {"clients": clients, "rate": len(took) / span,
                "p50_ms": took[len(took) // 2] / 1000,
                "p99_ms": took[len(took) * 99 // 100] / 1000,
                "cpu_us": (usage.cpu_s - connecting.cpu_s) * 1e6 / len(took),
                "rss_mib": usage.pss_mib}
