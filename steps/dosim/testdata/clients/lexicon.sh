#!/bin/sh
# The four verbs of lexicon over one name.
set -eu
lex() { lexicon digitalocean --auth-token dop_v1_test --output JSON "$@"; }
lex create example.org TXT --name lexicon --content challenge --ttl 60
lex create example.org TXT --name lexicon --content challenge --ttl 60 # lexicon itself sees that it is there
lex create example.org CNAME --name alias --content www.example.net.
[ "$(lex list example.org TXT --name lexicon | grep -o challenge | wc -l)" = 1 ]
id=$(lex list example.org TXT --name lexicon.example.org | sed 's/.*"id": "\{0,1\}\([0-9]*\).*/\1/')
lex update example.org TXT --identifier "$id" --name lexicon --content changed
lex list example.org TXT --name lexicon --content changed | grep -q changed
lex delete example.org TXT --name lexicon --content changed
lex delete example.org CNAME --name alias
[ "$(lex list example.org TXT --name lexicon | grep -c changed)" = 0 ]
