#!/bin/bash
# PID 1 of a private namespace becomes a real systemd that knows one unit. Started by test_watchdog.py through unshare; touches nothing outside.
# usage: namespace_init.sh UNIT_FILE
set -e
mount --make-rprivate /
unit=$(mktemp)
cat "$1" > "$unit"
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /etc/systemd/system
mkdir -p /run/systemd
cat "$unit" > /etc/systemd/system/table.service
rm "$unit"
printf '[Unit]\nDefaultDependencies=no\nAllowIsolate=yes\nWants=table.service\n' > /etc/systemd/system/only.target
mount -t cgroup2 cgroup2 /sys/fs/cgroup 2> /dev/null || true
exec env container=inversion-table /lib/systemd/systemd --system --unit=only.target --log-target=null --show-status=no
