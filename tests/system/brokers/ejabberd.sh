#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
#
# Starts an ejabberd for tests (see common.sh): MQTT 5.0 and 3.1.1, anybody may do anything.
. "$(dirname "$0")/common.sh"

needs ejabberd ejabberdctl erl
make_directory
port=$(erlang_port)

cat >"$directory/ejabberd.yml" <<END
hosts:
  - localhost
loglevel: info
listen:
  -
    port: $port
    ip: "127.0.0.1"
    module: mod_mqtt
auth_method: anonymous
anonymous_protocol: login_anon
allow_multiple_connections: true
modules:
  mod_mqtt:
    session_expiry: 1 hour
    max_queue: 100000
    access_publish:
      "#":
        - allow: all
    access_subscribe:
      "#":
        - allow: all
END

# Not by ejabberdctl, which would want to be another user, and a name in the network of Erlang's nodes.
ERL_LIBS=$(sed -n "s/^ERL_LIBS='*\([^']*\)'*\$/\1/p" "$(command -v ejabberdctl)")
EJABBERD_CONFIG_PATH=$directory/ejabberd.yml
EJABBERD_LOG_PATH=$log
HOME=$directory
export ERL_LIBS EJABBERD_CONFIG_PATH EJABBERD_LOG_PATH HOME
cd "$directory" || exit 1
erl -noinput -mnesia dir "\"$directory/mnesia\"" -s ejabberd >"$directory/output" 2>&1 </dev/null &
broker=$!
serve "$port" "accepting TCP connections at 127.0.0.1:$port"
