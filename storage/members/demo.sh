#!/usr/bin/env bash
# Three members and two hosts on this machine, on one simulated account, and an operator's console on each host. See docs/HOSTS.md.
# Usage: demo.sh ARCADIA MEMBERS, the two programs. All of it ends with this script, and its folder with it.
set -euo pipefail

arcadia=$1 members=$2
dir=$(mktemp -d)
running=()
end() {
	kill "${running[@]}" 2>/dev/null || true
	wait || true
	rm -rf "$dir"
}
trap end EXIT
trap exit INT TERM HUP

# first waits for the first line that matches in what a process says.
first() { # FILE PATTERN
	for _ in $(seq 600); do
		grep -m1 -oE "$2" "$1" && return
		sleep 0.1
	done
	echo "nothing like $2 in $1:" >&2
	cat "$1" >&2
	exit 1
}

"$members" -n 3 -dir "$dir/etcd" >"$dir/store" 2>&1 & running+=($!)
"$arcadia" sim >"$dir/sim" 2>&1 & running+=($!)
store=$(first "$dir/store" '^etcd://.*')
DIGITALOCEAN_API_URL=$(first "$dir/sim" 'http://[0-9.:]+')
export DIGITALOCEAN_API_URL DIGITALOCEAN_TOKEN=demo ARCADIA_STORE=$store
unset ARCADIA_DB

for n in 1 2; do
	ssh-keygen -q -t ed25519 -N '' -C "ops$n" -f "$dir/ops$n"
	echo "environment=\"ARCADIA_ROLE=operator\" $(cat "$dir/ops$n.pub")" >>"$dir/operators"
done
chmod 600 "$dir/operators"

consoles=()
for n in 1 2; do
	XDG_DATA_HOME=$dir/host-$n XDG_STATE_HOME=$dir/host-$n ARCADIA_HOST=host-$n "$arcadia" serve --listen 127.0.0.1:0 --authorized-keys "$dir/operators" >"$dir/host-$n.out" 2>&1 & running+=($!)
	port=$(first "$dir/host-$n.out" 'ssh on [^ ]+:[0-9]+')
	consoles+=("ssh -p ${port##*:} -i $dir/ops$n -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR 127.0.0.1")
	echo "host $n is process ${running[-1]}. The console of ops$n on it: ${consoles[-1]}" >>"$dir/say"
done
echo "the store: $store" >>"$dir/say"
echo "End a host (kill -9 PROCESS, or kill -STOP) and watch the other one take over." >>"$dir/say"
cat "$dir/say"

if [ -t 0 ] && command -v tmux >/dev/null; then
	TMUX='' tmux -L "arcadia-$$" new-session "${consoles[0]}; read -rp 'host 1 is gone. '" \; split-window -v "${consoles[1]}; read -rp 'host 2 is gone. '" \; \
		split-window -v -l 8 "cat '$dir/say'; exec bash"
else
	wait
fi
