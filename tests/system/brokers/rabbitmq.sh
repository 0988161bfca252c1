#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
#
# Starts a RabbitMQ for tests (see common.sh): MQTT 3.1.1, anybody may do anything. It acknowledges QoS 2 as if it were
# QoS 1.
. "$(dirname "$0")/common.sh"

needs RabbitMQ rabbitmq-server erl epmd
server=
for candidate in /usr/lib/rabbitmq/bin/rabbitmq-server "$(command -v rabbitmq-server)"; do
    [ ! -x "$candidate" ] || { server=$candidate && break; }
done
make_directory
port=$(erlang_port)
ERL_EPMD_PORT=$(erlang_port)
RABBITMQ_DIST_PORT=$(erlang_port)

cat >"$directory/rabbitmq.conf" <<END
listeners.tcp = none
mqtt.listeners.tcp.1 = 127.0.0.1:$port
mqtt.allow_anonymous = true
mqtt.prefetch = 50
log.file = false
log.console = true
log.console.level = info
END
echo '[rabbitmq_mqtt].' >"$directory/enabled_plugins"

# A register of Erlang's nodes of its own, which nothing else finds and which ends with it.
ERL_EPMD_ADDRESS=127.0.0.1
HOME=$directory
RABBITMQ_NODENAME=tern$$@localhost
RABBITMQ_CONFIG_FILE=$directory/rabbitmq.conf
RABBITMQ_ENABLED_PLUGINS_FILE=$directory/enabled_plugins
RABBITMQ_MNESIA_BASE=$directory/mnesia
RABBITMQ_LOG_BASE=$directory/logs
RABBITMQ_ALLOW_INPUT=1 # so that it replaces the shell that starts it, and has this process's number
export ERL_EPMD_PORT ERL_EPMD_ADDRESS HOME RABBITMQ_DIST_PORT RABBITMQ_NODENAME RABBITMQ_CONFIG_FILE \
    RABBITMQ_ENABLED_PLUGINS_FILE RABBITMQ_MNESIA_BASE RABBITMQ_LOG_BASE RABBITMQ_ALLOW_INPUT
cd "$directory" || exit 1
epmd -port "$ERL_EPMD_PORT" -address 127.0.0.1 >/dev/null 2>&1 </dev/null &
helper=$!
"$server" -noinput >"$log" 2>&1 </dev/null &
broker=$!
serve "$port" "Server startup complete"
