#!/usr/bin/env bash
# Boots the units of systemd/ once under a real systemd: bash tests/systemd/boot.sh
# In namespaces of its own, on an overlay of this machine, so that nothing of it stays; needs root, overlayfs and a package index.
# The controller's unit runs a simulated table, everything else is what is installed on a Pi.  Prints what stood; 1 if something did not.
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
place=/usr/local/lib/inversion-table

prepare() { # the machine as INSTALL.md makes it
  mount -t tmpfs tmpfs "$over"; mkdir "$over"/{upper,scratch,machine,out}
  mount -t overlay overlay -o "lowerdir=/,upperdir=$over/upper,workdir=$over/scratch" "$over/machine"
  mkdir -p "$over/machine/srv/source" "$over/machine/srv/out"
  tar -C "$here" -c --exclude=.git --exclude=.venv . | tar -C "$over/machine/srv/source" -x
  mount -t proc proc "$over/machine/proc"; mount --rbind /dev "$over/machine/dev"
  chroot "$over/machine" bash -ec "
    cd /srv/source
    /usr/bin/python3 -m venv $place
    $place/bin/pip install -q --only-binary :all: --require-hashes -r requirements-run.lock
    $place/bin/pip install -q --no-deps --no-build-isolation .
    for group in gpio i2c dialout; do groupadd -f -r \$group; done
    cp systemd/inversion-table.sysusers.conf /usr/lib/sysusers.d/inversion-table.conf; systemd-sysusers
    cp systemd/*.service /etc/systemd/system/; cp -n systemd/inversion-table.toml /etc/inversion-table.toml
    $place/bin/python -c 'from sim.world import World; World(1)'" >"$over/prepared" 2>&1 || { cat "$over/prepared"; exit 1; }
  umount "$over/machine/proc"; umount -l "$over/machine/dev"
}

write_units() {
  local units="$over/machine/etc/systemd/system"
  mkdir -p "$units/inversion-table.service.d"
  printf '%s\n' '[Service]' Type=exec WatchdogSec=0 ExecStart= \
    "ExecStart=$place/bin/python -m tests.browser.told_table /etc/inversion-table.toml" \
    Environment=PYTHONPATH=/srv/source StandardInput=null >"$units/inversion-table.service.d/simulated.conf"
  printf '%s\n' '[Unit]' After=sysinit.target \
    'Wants=inversion-table.service inversion-table-panel.service inversion-table-records.service inversion-table-speech.service look.service' \
    >"$units/once.target"
  printf '%s\n' '[Service]' Type=oneshot "ExecStart=$place/bin/python /srv/source/tests/systemd/look.py" \
    StandardOutput=file:/srv/out/found StandardError=file:/srv/out/found 'ExecStopPost=/bin/systemctl exit' >"$units/look.service"
  for other in systemd-udevd systemd-networkd systemd-resolved systemd-logind ssh cron; do ln -sf /dev/null "$units/$other.service"; done
}

start() { # process 1 of its own namespaces from here on
  cd "$over/machine"
  mount --bind "$over/out" srv/out
  mount -t proc proc proc; mount -t sysfs sysfs sys; mount -t tmpfs tmpfs sys/fs/cgroup; mount -t cgroup2 none sys/fs/cgroup
  mount -t tmpfs tmpfs run; mount -t tmpfs tmpfs tmp; mount -t tmpfs tmpfs dev
  for device in null zero full random urandom tty; do touch "dev/$device"; mount --bind "/dev/$device" "dev/$device"; done
  mkdir dev/pts dev/shm old; mount -t devpts devpts dev/pts; ln -s pts/ptmx dev/ptmx
  touch dev/console; mount --bind /dev/null dev/console
  pivot_root . old
  exec env -i container=oci PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot . /bin/bash -c \
    'umount -l /old; exec /lib/systemd/systemd --system --unit=once.target --log-target=console --show-status=no'
}

case "${1:-}" in
  "") over=$(mktemp -d); trap 'rmdir "$over"' EXIT; unshare -m bash "$0" prepared "$over" ;;
  prepared) over=$2; prepare; write_units
    timeout -k 5 240 unshare -p -f -m -u -i -C -n bash "$0" started "$over" || true
    cat "$over/out/found"; grep -qx 'all of it stood' "$over/out/found" ;;
  started) over=$2; start ;;
esac
