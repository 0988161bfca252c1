// SPDX-License-Identifier: BSL-1.0
//
// What --help and --version print.
#ifndef TERN_EXAMPLES_COMMAND_LINE_USAGE_HPP
#define TERN_EXAMPLES_COMMAND_LINE_USAGE_HPP

#include <tern/version.hpp>

#include <string>
#include <string_view>

namespace command_line
{

inline constexpr std::string_view publisher_usage =
    R"(Usage: publisher [-h host] [-p port] -t topic {-m text | -f file | -s | -l | -n} [options]
       publisher -L mqtt://[user[:password]@]host[:port]/topic {-m text | -f file | -s | -l | -n} [options]

Publishes to an MQTT broker, and ends when the broker has all messages. Takes the options of mosquitto_pub.

The message (one of):
  -m text              this text
  -f file              the content of a file
  -s                   everything from the standard input
  -l                   each line from the standard input is a message
  -n                   an empty message
  -t topic             where it goes
  -q 0|1|2             how hard to try: at most once (the default), at least once, exactly once
  -r                   the broker keeps it for later subscribers; an empty one clears what it kept
  -M n                 at most so many messages of QoS 1 and 2 unacknowledged (default: 20)
  --repeat n           publish it n times (not with -l)
  --repeat-delay s     and wait so many seconds in between, such as 0.5

Exit code: 0 when every message has gone, at QoS 1 and 2 when the broker has acknowledged each; the reason code of a
broker that refuses (for example 5 in MQTT 3.1.1 and 135 in MQTT 5.0: not authorised); 130 after Ctrl+C and 143 after
SIGTERM if there was more to publish; 1 for everything else. A broker that cannot be reached is an error at once. Once
connected, a lost connection is made again, for as long as it takes.

)";

inline constexpr std::string_view subscriber_usage =
    R"(Usage: subscriber [-h host] [-p port] -t topic [-t topic ...] [options]
       subscriber -L mqtt://[user[:password]@]host[:port]/topic [-t topic ...] [options]

Subscribes at an MQTT broker and prints what arrives. Takes the options of mosquitto_sub.

What to receive:
  -t filter            a topic, or a filter with + and #; may be repeated
  -T filter            do not print topics that match this; may be repeated
  -U filter            unsubscribe from this (of an earlier session, see -c); may be repeated
  -q 0|1|2             how hard the broker tries at most (default: 0)
  -R                   do not print retained messages
  --retained-only      print only retained messages, and end at the first other one
  --remove-retained    clear each retained message that arrives (bar those that -T filters out)
  --retain-as-published         keep the retain flag as the publisher set it (MQTT 5.0, also without -V)
  --retain-handling never|new|always   when the broker sends retained messages (MQTT 5.0, also without -V; default:
                       always)

When to end (otherwise with Ctrl+C):
  -C n                 after n messages
  -W seconds           after so long, connecting included
  -E                   when the broker has acknowledged the subscriptions

What to print (default: the payload):
  -v                   the topic and the payload
  -N                   no end of line after each message
  -F format            text in which these are replaced:
     %t topic   %p payload   %x %X payload in hexadecimal   %l its length   %q QoS   %r retain flag   %m packet identifier
     %j the message as JSON   %J the same, with a payload that is JSON itself   %% a percent sign
     %A topic alias   %C content type   %D correlation data   %E message expiry interval   %F payload format indicator
     %P user properties   %R response topic   %S subscription identifier (these are of MQTT 5.0)
     %I time in ISO 8601   %U seconds since 1970 with nanoseconds   @X what strftime makes of %X   @N nanoseconds   @@ @
     \\ \0 \a \e \n \r \t \v
     Between % and the letter: - (to the left), 0 (zeros), a least width, and a dot with a greatest one: %-20.20t

Exit code: 0 after -C, -E, Ctrl+C or at a closed output; 27 when the time of -W is over; the reason code of a broker that
refuses (for example 5 in MQTT 3.1.1 and 135 in MQTT 5.0: not authorised); 1 for everything else. With MQTT 5.0 the
broker publishes the will also after Ctrl+C, SIGTERM and -W.

)";

inline constexpr std::string_view common_usage =
    R"(The connection:
  -h host              where the broker is (default: localhost)
  -p port              (default: 1883)
  -L url               host, port, user, password and topic in one; the port is 1883 if it names none. Every character
                       stands for itself: %40 is no @
  -V mqttv5|mqttv311   the version of the protocol, also 5 and 311 (default: mqttv311, or mqttv5 if an option needs it,
                       such as -x, -D, --retain-as-published and --retain-handling)
  -u name, -P password
  -i id, -I prefix     the client identifier, or its beginning (the process number is appended)
  -k seconds           keep alive (default: 60)
  -c                   keep the session at the broker, and take up the one that is there; needs -i
  -x seconds           how long the broker keeps the session; -1 for ever (MQTT 5.0, also without -V)
                       Without -c and -x the session ends with the program. One that is killed at QoS 1 or 2 leaves it
                       behind: for five minutes with MQTT 5.0, with 3.1.1 for as long as the broker likes.
  -D packet property value
                       add a property (MQTT 5.0): of connect, publish, subscribe, unsubscribe, disconnect or will, such as
                       -D publish content-type text/plain -D connect user-property name value
  --will-topic topic, --will-payload text, --will-qos 0|1|2, --will-retain
                       what the broker publishes when this program is lost

Other:
  -d                   say what happens on the connection
  --quiet              say nothing about errors
  --help, --version

Environment variables and configuration files of mosquitto are not read.
)";

inline std::string version_text(std::string_view program)
{
    return std::string(program) + " (tern) " + std::to_string(TERN_VERSION_MAJOR) + '.' +
           std::to_string(TERN_VERSION_MINOR) + '.' + std::to_string(TERN_VERSION_PATCH) + '\n';
}

} // namespace command_line

#endif
