// SPDX-License-Identifier: BSL-1.0
//
// The client's side of the protocol as one object, without I/O, clock or thread: bytes and the time go in; bytes to
// write, events and the next deadline come out, when they are asked for. So nothing re-enters it.
//
// Layer: session. Standard: v5 3, 4, v3.1.1 3, 4.
// It is a thin front: connecting.hpp, authenticating.hpp, discarding.hpp, sending.hpp, answering.hpp, receiving.hpp,
// requesting.hpp, request_answers.hpp and ending.hpp do the work on what session_state.hpp and connection_state.hpp
// hold. Retrying and dispatching are the client's.
#ifndef TERN_SESSION_ENGINE_HPP
#define TERN_SESSION_ENGINE_HPP

#include "tern/byte_view.hpp"
#include "tern/error.hpp"
#include "tern/options.hpp"
#include "tern/properties.hpp"
#include "tern/protocol_version.hpp"
#include "tern/reason_code.hpp"
#include "tern/session/answering.hpp"
#include "tern/session/authenticating.hpp"
#include "tern/session/composing.hpp"
#include "tern/session/connecting.hpp"
#include "tern/session/core.hpp"
#include "tern/session/discarding.hpp"
#include "tern/session/dispatching.hpp"
#include "tern/session/ending.hpp"
#include "tern/session/event.hpp"
#include "tern/session/output_buffer.hpp"
#include "tern/session/receiving.hpp"
#include "tern/session/request_answers.hpp"
#include "tern/session/requesting.hpp"
#include "tern/session/sending.hpp"
#include "tern/session/server_limits.hpp"
#include "tern/session/types.hpp"
#include "tern/statistics.hpp"
#include "tern/wire/framing.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>

namespace tern::session
{

/// One client's protocol, over any number of connections, one at a time.
///
/// Functions that can allocate throw std::bad_alloc and nothing else, and change nothing then, unless they say so.
/// After every call ask poll() until it has no more, and transmit() when has_output().
class engine
{
public:
    explicit engine(const engine_configuration& configuration)
    {
        core_.limits = configuration.limits;
        core_.observer = configuration.observer;
        core_.random = configuration.random_seed;
        if (core_.limits.maximum_packet_size == 0)
        {
            core_.limits.maximum_packet_size = wire::maximum_packet_size;
        }
        core_.limits.maximum_write_size =
            std::max<std::size_t>(core_.limits.maximum_write_size, 1); // or nothing leaves
    }

    engine(const engine&) = delete;
    engine& operator=(const engine&) = delete;

    // -- Connection ---------------------------------------------------------------------------------------------------

    /// Takes over how to connect, as a copy: before the first open(), or to change it while there is no connection.
    /// With `clean_start` the next connection begins a new session even if one lives; so does another client
    /// identifier. \return already_connected, or what is wrong with the options; then nothing is changed.
    std::error_code configure(const connect_options& options) { return to_code(session::configure(core_, options)); }

    /// Replaces the user name and password of the options, as copies, for a server that wants others: while there is no
    /// connection. The session is the same: nothing else changes. \return already_connected, or what is wrong with
    /// them.
    std::error_code set_credentials(const std::optional<std::string_view>& user_name,
                                    const std::optional<byte_view>& password)
    {
        return to_code(session::set_credentials(core_, user_name, password));
    }

    /// A fresh transport is open: CONNECT is now in the output. Whether it begins or resumes a session is decided here.
    /// \param authentication_data the first data of the Authentication Method, if the method begins with the client.
    /// \return already_connected, or what this version cannot carry.
    std::error_code open(protocol_version version, time_point now,
                         const std::optional<byte_view>& authentication_data = std::nullopt)
    {
        return to_code(open_connection(core_, version, authentication_data, now));
    }

    /// True after the DISCONNECT of a session that was there by default only, in 3.1.1, which has no expiry: the server
    /// still has it. Once the connection is closed open_to_discard() makes one that ends it.
    [[nodiscard]] bool leaves_session_behind() const noexcept { return core_.session.left_behind; }

    /// As open(), for a connection that does nothing but end the session that was left behind: CleanSession 1, no will.
    /// CONNACK is answered by DISCONNECT, and session_cleared told.
    std::error_code open_to_discard(time_point now) { return to_code(session::open_to_discard(core_, now)); }

    /// The transport is gone, for whatever reason. QoS 0 that was not written ends with connection_lost, QoS 1 and 2
    /// stay for the next connection, unanswered requests will be sent again. A session that does not outlive its
    /// connection ends.
    void close(time_point now) noexcept { close_connection(core_, now); }

    /// Nobody will connect again: every operation that is left ends with `error`, on poll().
    void abandon(std::error_code error) noexcept { abandon_all(core_, error); }

    [[nodiscard]] connection_phase phase() const noexcept { return core_.connection.phase; }

    /// Shows packets to `watcher` from now on, which has to outlive the engine; null for nobody.
    void set_observer(observer* watcher) noexcept { core_.observer = watcher; }

    // -- Input --------------------------------------------------------------------------------------------------------

    /// Processes at most one packet at the beginning of `input`. Call again with the rest until nothing is consumed.
    /// After a thrown std::bad_alloc the connection has to be closed: v3.1.1 [MQTT-4.8.0-2].
    /// \param out the event, if there is one. Use the same object for every call: making one costs more than a message.
    /// \return how many bytes of the input are done with.
    std::size_t receive(std::string_view input, time_point now, std::optional<event>& out)
    {
        out.reset();
        return session::receive(core_, input, now, out);
    }

    struct receive_result
    {
        std::size_t consumed = 0;
        std::optional<session::event> event{};
    };

    /// Bytes came, be they a packet or not: the server lives.
    void heard(time_point now) noexcept { core_.connection.keep_alive.heard(now); }

    /// The same as the first receive(), where speed does not matter.
    receive_result receive(std::string_view input, time_point now)
    {
        receive_result result;
        result.consumed = session::receive(core_, input, now, result.event);
        return result;
    }

    /// The whole size of the packet that `input` begins with; 0 while it is not known.
    [[nodiscard]] std::size_t needed(std::string_view input) const noexcept
    {
        return wire::next_frame(input, core_.connection.maximum_packet_size).needed;
    }

    /// False: stop reading for now, too many answers are unsent.
    [[nodiscard]] bool accepts_input() const noexcept
    {
        return core_.connection.answer_bytes < core_.limits.maximum_write_size;
    }

    /// Something that was asked for, or will be when its turn comes, is unanswered: who does not read will not hear of
    /// its end.
    [[nodiscard]] bool awaits_answer() const noexcept
    {
        const session_state& s = core_.session;
        return !s.outgoing.in_flight().empty() || !s.outgoing.pubrels().empty() || s.requests.pending() != 0;
    }

    /// Tells that the caller has stopped or taken up reading; meanwhile PINGRESP cannot be missed.
    void pause_reading(bool paused, time_point now) noexcept { core_.connection.keep_alive.pause(paused, now); }

    // -- Output -------------------------------------------------------------------------------------------------------

    [[nodiscard]] bool has_output() const noexcept
    {
        return !core_.output.empty() || (core_.connection.phase == connection_phase::connected &&
                                         (can_send_waiting(core_) || can_send_requests(core_)));
    }

    /// Hands out everything that may leave now. `buffer` is cleared, and its memory serves the next output.
    void transmit(output_buffer& buffer, time_point now)
    {
        buffer.clear();
        if (core_.connection.phase == connection_phase::connected)
        {
            send_requests(core_);
            send_waiting(core_, now);
        }
        buffer.swap(core_.output);
        core_.connection.answer_bytes = 0;
        core_.written.taken();
        core_.session.outgoing.handed_out();
        if (!buffer.empty())
        {
            core_.counters.bytes_sent += buffer.size();
            core_.connection.keep_alive.write_began(now);
        }
    }

    /// A part of the buffer that was handed out last is written.
    void write_progressed(time_point now) noexcept { core_.connection.keep_alive.write_progressed(now); }

    /// The buffer that was handed out last is written whole: its QoS 0 publishes complete, on poll().
    void written(time_point now) noexcept
    {
        core_.connection.keep_alive.write_ended(now);
        core_.written.written();
    }

    // -- Time ---------------------------------------------------------------------------------------------------------

    /// When to call advance() at the latest: for keep alive, PINGRESP, the expiry of messages and of the session.
    [[nodiscard]] std::optional<time_point> deadline() const noexcept
    {
        std::optional<time_point> earliest = core_.connection.keep_alive.deadline();
        const bool closed = core_.connection.phase == connection_phase::closed;
        for (const std::optional<time_point>& each :
             {core_.session.outgoing.expiry_deadline(), closed ? core_.session.expires_at : std::nullopt})
        {
            if (each && (!earliest || *each < *earliest))
            {
                earliest = each;
            }
        }
        return earliest;
    }

    /// Does what is due: may add to the output, and to what poll() tells.
    void advance(time_point now) { session::advance(core_, now); }

    // -- Events -------------------------------------------------------------------------------------------------------

    /// The next event that receive() did not return. \return false if there is none; `out` is unchanged then.
    bool poll(event& out) { return next_event(core_, out); }

    // -- Application --------------------------------------------------------------------------------------------------

    /// Publishes. Topic, payload and options are copied. QoS 0 is encoded at once where possible; it completes when it
    /// is written. The rest is stored until it is acknowledged. The topic has to be a valid topic name: only its length
    /// is checked here. \return why it cannot be sent, and then nothing is changed; or the handle of what is stored.
    publish_result publish(session::operation waiter, std::string_view topic, byte_view payload,
                           const publish_options& options, time_point now)
    {
        return session::publish(core_, waiter, topic, payload, options, now);
    }

    /// What publish() would say, the room in the queue aside.
    [[nodiscard]] std::error_code check_publish(std::string_view topic, byte_view payload,
                                                const publish_options& options) const noexcept
    {
        wire::publish packet;
        return to_code(compose(core_, topic, payload, options, packet).error);
    }

    /// Gives up a publish. \return true if it was never sent and is gone: no event follows. False: it was sent; its
    /// handshake goes on, and no event follows either, but for QoS 0, whose event tells when it is written.
    bool cancel(message_handle handle) noexcept { return cancel_publish(core_, handle); }

    /// Subscribes to filters that are valid. Everything is copied. Without a connection it waits for one.
    /// \param subscription_identifier set to what messages will carry, if the server and the options allow it.
    /// \return why it cannot be sent, and then nothing is changed.
    std::error_code subscribe(session::operation waiter, std::span<const topic_subscription> filters,
                              const subscribe_options& options, std::uint32_t& subscription_identifier, time_point)
    {
        return to_code(session::subscribe(core_, waiter, filters, options, subscription_identifier));
    }

    /// Unsubscribes from filters that are valid. Everything is copied. Without a connection it waits for one.
    std::error_code unsubscribe(session::operation waiter, std::span<const std::string_view> filters,
                                const unsubscribe_options& options, time_point)
    {
        return to_code(session::unsubscribe(core_, waiter, filters, options));
    }

    /// Gives up a subscribe or unsubscribe; no event follows. \return true if it was never sent. A subscribe that was
    /// is undone by an UNSUBSCRIBE in the background.
    bool cancel_request(session::operation waiter) noexcept { return session::cancel_request(core_, waiter); }

    /// Forgets a subscription without telling the server: it will not be made again after a lost session. For one of
    /// several that share a topic filter. If it was not answered yet, no event follows.
    void forget_subscription(std::uint32_t subscription_identifier) noexcept
    {
        session::forget_subscription(core_, subscription_identifier);
    }

    /// The application has taken a message; its acknowledgement leaves when those before it have. Harmless for
    /// deliveries that were acknowledged before or belong to a session that is over. In 3.1.1 the reason is left out.
    void acknowledge(delivery handle, tern::reason_code reason, time_point)
    {
        session::acknowledge(core_, handle, reason);
    }

    /// A message could not be kept, and was not handed to the application: it is forgotten, so that it is new when the
    /// server sends it again. Close the connection then, or it will not.
    void forget(delivery handle) noexcept { session::forget_delivery(core_, handle); }

    /// Answers an authentication_challenge. \return not_connected, authentication_not_configured, invalid_option if
    /// nothing is to be answered, or why it cannot be sent.
    std::error_code authenticate(byte_view data, const auth_properties& extra = {})
    {
        return to_code(session::authenticate(core_, data, extra));
    }

    /// Begins a re-authentication. v5 4.12.1 \return not_connected, authentication_not_configured,
    /// authentication_in_progress, or why it cannot be sent.
    std::error_code re_authenticate(byte_view data, const auth_properties& extra = {})
    {
        return to_code(session::re_authenticate(core_, data, extra));
    }

    /// What re_authenticate() would say, the data aside.
    [[nodiscard]] std::error_code check_re_authentication() const noexcept
    {
        return to_code(session::check_re_authentication(core_));
    }

    /// DISCONNECT becomes the last of the output. A session that was there by default only ends with it, but for 3.1.1,
    /// whose server keeps it: see leaves_session_behind().
    std::error_code disconnect(const disconnect_options& options, time_point)
    {
        return to_code(disconnect_client(core_, options));
    }

    // -- State --------------------------------------------------------------------------------------------------------

    /// What the server of this connection grants; the standard's defaults before CONNACK.
    [[nodiscard]] const server_limits& limits() const noexcept { return core_.connection.limits; }

    /// The counters, with the figures of now; the age of the oldest unacknowledged message is as of `now`.
    [[nodiscard]] statistics stats(time_point now) const noexcept { return current_statistics(core_, now); }

    /// The counters that are the caller's to keep: reads, writes, failed connects, messages without a subscription.
    [[nodiscard]] statistics& counters() noexcept { return core_.counters; }

    /// Nothing is queued, in flight, unanswered or unwritten.
    [[nodiscard]] bool idle() const noexcept
    {
        const session_state& s = core_.session;
        return s.outgoing.waiting_messages() == 0 && s.outgoing.in_flight().empty() && s.outgoing.pubrels().empty() &&
               s.requests.pending() == 0 && core_.output.empty() && core_.written.empty();
    }

    /// Received and not acknowledged on this connection.
    [[nodiscard]] std::size_t unacknowledged() const noexcept { return core_.session.incoming.unacknowledged(); }

    /// A session lives that the next connection would resume.
    [[nodiscard]] bool session_exists() const noexcept { return core_.session.exists; }

    /// As given, generated or assigned; empty before the server assigned one.
    [[nodiscard]] std::string_view client_identifier() const noexcept { return core_.session.client_identifier; }

private:
    [[nodiscard]] static std::error_code to_code(errc error) noexcept
    {
        return error == errc{} ? std::error_code() : make_error_code(error);
    }

    core core_;
};

} // namespace tern::session

#endif
