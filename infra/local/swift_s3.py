#!/usr/bin/python3
"""An S3 store for one machine: OpenStack Swift with its S3 layer, in one process, on loopback.

    /usr/bin/python3 infra/local/swift_s3.py --folder FOLDER --port PORT [--bucket NAME]

Needs Debian's package python3-swift and no other service. Objects stay in FOLDER, on a file system with extended attributes (ext4, xfs,
tmpfs from Linux 6.6). It prints `ready` when it answers, and ends on SIGTERM. Its only user is the one of the environment variables
AWS_ACCESS_KEY_ID (which is to have the form ACCOUNT:USER, letters and digits) and AWS_SECRET_ACCESS_KEY. For development and tests: one copy of everything, no encryption.
"""
import argparse
import os
import signal
import sys
import time
import warnings

from swift.common import utils

utils.eventlet_monkey_patch()
warnings.simplefilter("ignore")

import eventlet  # noqa: E402
from eventlet import wsgi  # noqa: E402
from swift.cli import ringbuilder  # noqa: E402
from swift.common.ring import RingBuilder  # noqa: E402
from swift.common.storage_policy import reload_storage_policies  # noqa: E402
from swift.common.wsgi import SwiftHttpProtocol, loadapp  # noqa: E402

DEVICE = "disk"
STORAGE_SERVERS = ("account", "container", "object")
REQUESTS_AT_A_TIME = 256
PARTITION_POWER = 4
# Of a body, so many bytes go through Python at a time.
CHUNK_BYTES = 1 << 20

STORAGE_CONF = """[DEFAULT]
devices = {folder}/devices
mount_check = false
swift_dir = {folder}/etc
bind_port = {port}

[pipeline:main]
pipeline = {kind}-server

[app:{kind}-server]
use = egg:swift#{kind}
disk_chunk_size = {chunk}
network_chunk_size = {chunk}
"""

# The S3 layer counts objects of a bucket for itself; versions and access lists are not wanted here.
PROXY_CONF = """[DEFAULT]
swift_dir = {folder}/etc
bind_port = {port}

[pipeline:main]
pipeline = catch_errors gatekeeper bulk s3api tempauth container_quotas slo proxy-server

[app:proxy-server]
use = egg:swift#proxy
allow_account_management = true
account_autocreate = true
client_chunk_size = {chunk}
object_chunk_size = {chunk}

[filter:catch_errors]
use = egg:swift#catch_errors

[filter:gatekeeper]
use = egg:swift#gatekeeper

[filter:bulk]
use = egg:swift#bulk

[filter:container_quotas]
use = egg:swift#container_quotas

[filter:slo]
use = egg:swift#slo

[filter:s3api]
use = egg:swift#s3api
max_upload_part_num = 10000

[filter:tempauth]
use = egg:swift#tempauth
user_{account}_{user} = {secret} .admin
"""


def write(path, content):
    with open(path, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(content)


def configure(folder, port, access_key, secret):
    """Writes what the servers read; returns the listening socket of each of the storage servers by kind."""
    etc = os.path.join(folder, "etc")
    os.makedirs(etc, exist_ok=True)
    os.makedirs(os.path.join(folder, "devices", DEVICE), exist_ok=True)
    # Names of objects on the disk are hashes with this suffix: it must stay as long as the objects do.
    write(os.path.join(etc, "swift.conf"), "[swift-hash]\nswift_hash_path_suffix = daprhep\n")
    sockets = {}
    for kind in STORAGE_SERVERS:
        sockets[kind] = eventlet.listen(("127.0.0.1", 0))
        storage_port = sockets[kind].getsockname()[1]
        write(os.path.join(etc, kind + ".conf"), STORAGE_CONF.format(folder=folder, kind=kind, port=storage_port, chunk=CHUNK_BYTES))
        ring = RingBuilder(PARTITION_POWER, 1, 0)
        ring.add_dev({
            "region": 1, "zone": 1, "ip": "127.0.0.1", "port": storage_port, "replication_ip": "127.0.0.1",
            "replication_port": storage_port, "device": DEVICE, "weight": 1.0, "meta": "",
        })
        ring.rebalance()
        ring.get_ring().save(os.path.join(etc, kind + ".ring.gz"))
    account, user = access_key.split(":")
    write(
        os.path.join(etc, "proxy.conf"),
        PROXY_CONF.format(folder=folder, port=port, account=account, user=user, secret=secret, chunk=CHUNK_BYTES),
    )
    return sockets


class Cache:
    """What a Swift cluster keeps in memcached, for a cluster of one process."""

    def __init__(self):
        self._values = {}

    def get(self, key, **_):
        value, end = self._values.get(key, (None, 0))
        return value if end == 0 or end > time.time() else None

    def set(self, key, value, time=0, **_):
        self._values[key] = (value, end_of(time))

    def incr(self, key, delta=1, time=0, **_):
        value = int(self.get(key) or 0) + delta
        self.set(key, value, time=time)
        return value

    def delete(self, key, **_):
        self._values.pop(key, None)


def end_of(seconds):
    return time.time() + seconds if seconds else 0


def cached(app, cache):
    def call(environ, start_response):
        environ.setdefault("swift.cache", cache)
        return app(environ, start_response)

    return call


def serve(folder, name, listener):
    app = loadapp(os.path.join(folder, "etc", name + ".conf"), global_conf={"log_name": name})
    if name == "proxy":
        app = cached(app, Cache())
    wsgi.server(
        listener, app, log=utils.NullLogger(), log_output=False, debug=False, custom_pool=eventlet.GreenPool(REQUESTS_AT_A_TIME),
        protocol=SwiftHttpProtocol, capitalize_response_headers=False,
    )


def create_bucket(folder, account, bucket):
    """A bucket is a container of the account; made before the first request, by the proxy's own way."""
    from swift.common.swob import Request

    app = loadapp(os.path.join(folder, "etc", "proxy.conf"), global_conf={"log_name": "setup"})
    request = Request.blank(f"/v1/AUTH_{account}/{bucket}", method="PUT", environ={"swift.authorize_override": True})
    request.environ["swift.authorize"] = lambda _: None
    status = request.get_response(app._pipeline_final_app).status_int
    if status not in (201, 202):
        sys.exit(f"swift_s3.py: bucket {bucket} could not be made (status {status})")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--bucket", action="append", default=[])
    options = parser.parse_args()
    access_key, secret = os.environ.get("AWS_ACCESS_KEY_ID", ""), os.environ.get("AWS_SECRET_ACCESS_KEY", "")
    if access_key.count(":") != 1 or not access_key.replace(":", "").isalnum() or not secret.isalnum():
        sys.exit("swift_s3.py: set AWS_ACCESS_KEY_ID to ACCOUNT:USER and AWS_SECRET_ACCESS_KEY, both of letters and digits")
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))

    folder = os.path.abspath(options.folder)
    listener = eventlet.listen(("127.0.0.1", options.port))
    sockets = configure(folder, options.port, access_key, secret)
    utils.set_swift_dir(os.path.join(folder, "etc"))
    reload_storage_policies()
    for kind, storage in sockets.items():
        eventlet.spawn(serve, folder, kind, storage)
    eventlet.sleep(0)
    for bucket in options.bucket:
        create_bucket(folder, access_key.split(":")[0], bucket)
    print("ready", flush=True)
    serve(folder, "proxy", listener)


if __name__ == "__main__":
    main()
