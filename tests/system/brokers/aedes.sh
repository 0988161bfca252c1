#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
#
# Starts an aedes for tests (see common.sh): MQTT 3.1.1, anybody may do anything. TERN_AEDES is the directory under which
# node_modules/aedes lies; without it the global one is looked for.
. "$(dirname "$0")/common.sh"

needs aedes node
modules=${TERN_AEDES:+$TERN_AEDES/node_modules}
[ -n "$modules" ] || ! command -v npm >/dev/null 2>&1 || modules=$(npm root -g 2>/dev/null)
if [ ! -d "$modules/aedes" ]; then
    echo 'skipped: aedes (aedes is not installed)'
    exit 0
fi
make_directory

ln -s "$modules" "$directory/node_modules"
cat >"$directory/server.mjs" <<'END'
import { Aedes } from 'aedes';
import { createServer } from 'net';
const broker = Aedes.createBroker ? await Aedes.createBroker() : new Aedes();
const server = createServer(broker.handle);
server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}.`));
END
node "$directory/server.mjs" >"$log" 2>&1 </dev/null &
broker=$!
port_line() { sed -n 's/^listening on \([0-9]*\)\.$/\1/p' "$log" 2>/dev/null; }
waited=0
while [ -z "$(port_line)" ] && kill -0 "$broker" 2>/dev/null && [ "$waited" -lt 300 ]; do
    sleep 0.1
    waited=$((waited + 1))
done
serve "$(port_line)" '^listening on '
