#!/bin/sh
# ansible's community.digitalocean: everything twice, the second time nothing may change.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
export ANSIBLE_LOCALHOST_WARNING=False ANSIBLE_NOCOLOR=1 ANSIBLE_DEPRECATION_WARNINGS=False
exec ansible-playbook -i localhost, -c local -e ansible_python_interpreter=/usr/bin/python3 "$here/ansible/play.yml"
