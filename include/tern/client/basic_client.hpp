// SPDX-License-Identifier: BSL-1.0
//
// The client: connects, stays connected, publishes, subscribes and receives, over any transport.
//
// Layer: client. Standard: v5 and v3.1.1 as a whole; what is obeyed where is in session/.
// This is the public interface and nothing else: what happens is in client_core.hpp and the parts beside it.
//
// Threads: a client lives on its executor; when several threads run that, it has to be a strand. The async_ functions
// may be called from any thread: elsewhere than on the executor they copy their arguments and are posted, and only
// that path costs. All other members belong to the executor, or to a time when nothing runs it.
//
// Completion: never inside the initiating function; exactly once; by dispatch on the handler's associated executor. A
// handler may call or destroy anything, the client too.
#ifndef TERN_CLIENT_BASIC_CLIENT_HPP
#define TERN_CLIENT_BASIC_CLIENT_HPP

#include "tern/byte_view.hpp"
#include "tern/client/authentication.hpp"
#include "tern/client/broker_list.hpp"
#include "tern/client/client_authenticating.hpp"
#include "tern/client/client_connecting.hpp"
#include "tern/client/client_core.hpp"
#include "tern/client/client_disconnecting.hpp"
#include "tern/client/client_dispatching.hpp"
#include "tern/client/client_ending.hpp"
#include "tern/client/client_event.hpp"
#include "tern/client/client_following.hpp"
#include "tern/client/client_handlers.hpp"
#include "tern/client/client_publishing.hpp"
#include "tern/client/client_receiving.hpp"
#include "tern/client/client_reconnecting.hpp"
#include "tern/client/client_refreshing.hpp"
#include "tern/client/client_releasing.hpp"
#include "tern/client/client_reporting.hpp"
#include "tern/client/client_subscribing.hpp"
#include "tern/client/client_taking.hpp"
#include "tern/client/client_time.hpp"
#include "tern/client/client_turn.hpp"
#include "tern/client/client_unmatched.hpp"
#include "tern/client/client_unsubscribing.hpp"
#include "tern/client/completion.hpp"
#include "tern/client/connect_attempt.hpp"
#include "tern/client/handler_registration.hpp"
#include "tern/client/initiations.hpp"
#include "tern/client/results.hpp"
#include "tern/client/subscription.hpp"
#include "tern/client/transport_connection.hpp"
#include "tern/limits.hpp"
#include "tern/message.hpp"
#include "tern/observer.hpp"
#include "tern/options.hpp"
#include "tern/statistics.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/use_awaitable.hpp>

#include <concepts>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace tern
{

/// An MQTT client over transports of the type `Transport`, one fresh one for each connection; or, with any_transport,
/// of the type that the scheme of the URL asks for.
///
/// Movable, not copyable. Destroying it closes the connection at once, without DISCONNECT, so that the server
/// publishes the will; every pending operation completes with asio::error::operation_aborted, by post.
template <class Transport>
    requires detail::client_transport<Transport>
class basic_client
{
public:
    using executor_type = asio::any_io_executor;
    using transport_type = Transport;

    /// A client that is not connected. `limits` bounds everything that it queues, holds and waits for.
    explicit basic_client(const executor_type& executor, const client_limits& limits = {})
        : core_(detail::client_core::make(executor, limits, &detail::factory_finder<Transport>::find))
    {
    }

    /// The same on the executor of `context`, which has to outlive the client.
    template <class ExecutionContext>
        requires(!std::convertible_to<ExecutionContext&, executor_type>)
    &&requires(ExecutionContext& context) { executor_type(context.get_executor()); }
    explicit basic_client(ExecutionContext& context, const client_limits& limits = {})
        : basic_client(executor_type(context.get_executor()), limits)
    {
    }

    basic_client(basic_client&&) noexcept = default;

    basic_client& operator=(basic_client&& other) noexcept
    {
        if (this != &other)
        {
            close();
            core_ = std::move(other.core_);
        }
        return *this;
    }

    basic_client(const basic_client&) = delete;
    basic_client& operator=(const basic_client&) = delete;

    ~basic_client() { close(); }

    [[nodiscard]] executor_type get_executor() const noexcept { return core_->executor(); }

    /// Where the connection stands.
    [[nodiscard]] connection_state state() const noexcept { return core_->state(); }

    /// What has happened so far, as a copy of plain counters.
    [[nodiscard]] statistics stats() const { return core_->stats(); }

    // ------------------------------------------------------------------------------------------- What is told

    /// `handler(const client_event&)` is called for everything that happens to the connection, in order, on the
    /// client's executor, never inside a function of the client. What an event brings about, as the end of an
    /// async_connect, completes after it.
    ///
    /// It replaces an earlier one, also from inside that one, which then lives until it returns; it may also call any
    /// function of the client, and destroy it. An exception leaves it through the function that runs the executor;
    /// later events and completions follow when that is run again.
    template <class Handler>
        requires std::invocable<Handler&, const client_event&>
    void on_event(Handler handler) { core_->set_event_handler(std::move(handler)); }

    /// `handler(const message_view&)` gets the messages that no subscription of this client matches, at once if the
    /// session is new, otherwise after client_limits::unmatched_time; they count as taken when it has run. A handler
    /// that is called as `handler(const message_view&, acknowledger)` acknowledges by hand instead, then or later.
    /// Without a handler they are acknowledged, counted and reported.
    /// It replaces an earlier one, on the client's executor. What it throws leaves the executor's run(); the message
    /// counts as taken then too, unless it is acknowledged by hand.
    template <class Handler>
        requires detail::message_handler<Handler>
    void on_unmatched(Handler handler) { core_->set_unmatched_handler(std::move(handler)); }

    /// Sees every packet and state from now on; null for nobody. It has to outlive the client, or be taken back, for
    /// which its own functions may call this, and nothing else of the client. They must not throw.
    void set_observer(observer* watcher) noexcept { core_->set_observer(watcher); }

    /// `authenticator(const authentication_step&, authentication_answer)` answers the server's challenges (v5 4.12).
    /// It may answer at once or later, from any thread; the connect attempt's time limit goes on meanwhile, and an
    /// answer that never comes ends with it. The method is connect_options::authentication_method.
    ///
    /// It is called on the client's executor, never inside a function of the client, and replaces an earlier one, also
    /// from inside that one: a step that was asked is answered by whom it was asked of. It may call any function of the
    /// client, and destroy it. An exception leaves it through the function that runs the executor; the step then stays
    /// without an answer.
    template <class Authenticator>
        requires std::invocable<Authenticator&, const authentication_step&, authentication_answer>
    void set_authenticator(Authenticator authenticator) { core_->set_authenticator(std::move(authenticator)); }

    /// `handler(const connect_attempt&, attempt_answer)` is asked before each connection that the client is about to
    /// open, the first as well as those after a loss, and answers with what this one uses: user name and password, TLS
    /// options, headers of a WebSocket; or with an error that ends the attempt. For tokens that expire, and
    /// certificates that are renewed. It may answer at once or later, from any thread; the attempt's time limit
    /// (client_limits::connect_attempt) goes on meanwhile, and what comes too late has no effect.
    ///
    /// A server that another one named (connect_attempt::referred) gets what the handler answers for it: look where it
    /// goes. In 3.1.1 a connection that only begins or ends a session is asked for too, as is every version tried.
    ///
    /// It is called on the client's executor, never inside a function of the client, and replaces an earlier one, also
    /// from inside that one. It may call any function of the client, and destroy it. An exception leaves it through the
    /// function that runs the executor; the attempt then stays without an answer.
    template <class Handler>
        requires std::invocable<Handler&, const connect_attempt&, attempt_answer>
    void on_attempt(Handler handler) { core_->set_attempt_handler(std::move(handler)); }

    // ------------------------------------------------------------------------------------------- Connecting

    /// Connects to the server at `url`, `mqtt://[user[:password]@]host[:port]`, and from then on stays connected:
    /// reconnects with back-off, resumes the session, makes the subscriptions again.
    ///
    /// Completes at the first success; with an error after one try of every server, or, with `options.retry`, at a
    /// final refusal or the time limit. A user name or password in the URL is used unless `options` has one. The
    /// result of a refusal holds what the last server said.
    /// Errors: errc::invalid_url, unsupported_url_scheme, already_connected, invalid_option and the other usage errors,
    /// before anything is sent; a reason code with which the server refused; authentication_failed; timed_out, and
    /// no_connection_acknowledgement for a server that does not answer; errors of the transport; out_of_memory;
    /// asio::error::operation_aborted after a cancellation, an async_disconnect, or the client's end.
    /// Cancellation (any type) closes the connection and leaves the client idle, what waits ends with
    /// operation_aborted. After completion it has no effect.
    template <asio::completion_token_for<void(std::error_code, connect_result)> Token = asio::use_awaitable_t<>>
    auto async_connect(std::string_view url, const connect_options& options = {}, Token&& token = Token{})
    {
        return asio::async_initiate<Token, void(std::error_code, connect_result)>(
            detail::initiate_connect{core_}, token, detail::url_source(url), options);
    }

    template <asio::completion_token_for<void(std::error_code, connect_result)> Token>
        requires detail::is_not<Token, connect_options>
    auto async_connect(std::string_view url, Token&& token)
    {
        return async_connect(url, connect_options{}, std::forward<Token>(token));
    }

    /// The same with several servers, of any schemes, that are tried in their order or shuffled
    /// (connect_options::shuffle_servers), as in `brokers("mqtts://a", "wss://b")`; after a lost connection too, from
    /// the first. connecting_event and disconnected_event say which.
    template <asio::completion_token_for<void(std::error_code, connect_result)> Token = asio::use_awaitable_t<>>
    auto async_connect(const broker_list& urls, const connect_options& options = {}, Token&& token = Token{})
    {
        return asio::async_initiate<Token, void(std::error_code, connect_result)>(
            detail::initiate_connect{core_}, token, detail::url_source(urls), options);
    }

    template <asio::completion_token_for<void(std::error_code, connect_result)> Token>
        requires detail::is_not<Token, connect_options>
    auto async_connect(const broker_list& urls, Token&& token)
    {
        return async_connect(urls, connect_options{}, std::forward<Token>(token));
    }

    /// Waits until everything queued and in flight is done, or for `options.time_limit` (client_limits::shutdown),
    /// sends DISCONNECT and closes, when the server has closed or client_limits::closing is over. What is not done by
    /// then ends with asio::error::operation_aborted. A session that was not asked for ends at the server: in 3.1.1 by
    /// one more connection, within what is left of the time limit, whose failure is no error. An async_connect that is
    /// under way is cancelled.
    ///
    /// Completes without error if DISCONNECT was written, or there was no connection; the client is idle then and can
    /// connect again.
    /// Errors: errc::disconnecting if another one is under way, which goes on; invalid_option and the other usage
    /// errors, for which a plain DISCONNECT is sent all the same; timed_out if DISCONNECT could not be written within
    /// client_limits::closing; out_of_memory; the error with which the connection was lost before.
    /// Cancellation (any type) closes at once, without DISCONNECT, so that the server publishes the will.
    template <asio::completion_token_for<void(std::error_code)> Token = asio::use_awaitable_t<>>
    auto async_disconnect(const disconnect_options& options = {}, Token&& token = Token{})
    {
        return asio::async_initiate<Token, void(std::error_code)>(detail::initiate_disconnect{core_}, token, options);
    }

    template <asio::completion_token_for<void(std::error_code)> Token>
        requires detail::is_not<Token, disconnect_options>
    auto async_disconnect(Token&& token) { return async_disconnect(disconnect_options{}, std::forward<Token>(token)); }

    /// Authenticates again over the live connection (v5 4.12.1), by the authenticator, within `options.time_limit`
    /// (client_limits::operation). An answer that the authenticator drops unused ends with the limit, too.
    ///
    /// Completes when the server has accepted and the authenticator has not refused what the server said then.
    /// Errors: errc::not_connected, authentication_not_configured (no method, or 3.1.1), authentication_in_progress
    /// (also when nobody waits for the one under way any more), authentication_failed or the authenticator's error,
    /// connection_lost, timed_out.
    /// Cancellation (any type) ends the wait; an exchange that has begun goes on and the connection stays.
    template <asio::completion_token_for<void(std::error_code)> Token = asio::use_awaitable_t<>>
    auto async_re_authenticate(const re_authenticate_options& options = {}, Token&& token = Token{})
    {
        return asio::async_initiate<Token, void(std::error_code)>(detail::initiate_re_authenticate{core_}, token,
                                                                  options);
    }

    template <asio::completion_token_for<void(std::error_code)> Token>
        requires detail::is_not<Token, re_authenticate_options>
    auto async_re_authenticate(Token&& token)
    {
        return async_re_authenticate(re_authenticate_options{}, std::forward<Token>(token));
    }

    // ------------------------------------------------------------------------------------------- Publishing

    /// Publishes one message. `topic`, `payload` and `options` are copied when the operation is initiated (a lazy token
    /// such as use_awaitable initiates when it is awaited: until then they have to live). May be called before
    /// connecting and while the connection is lost: the message waits, within client_limits.
    ///
    /// Completes for QoS 0 when its last byte is written, for QoS 1 at PUBACK, for QoS 2 at PUBCOMP or a failing
    /// PUBREC. Errors: errc::invalid_topic_name and the other usage errors, before anything is sent; a failing reason
    /// code of the server; connection_lost (QoS 0 only), session_lost, queue_full, dropped, message_expired, timed_out,
    /// disconnecting, out_of_memory; asio::error::operation_aborted at the client's end and after async_disconnect;
    /// what made the client give up. The result holds the reason code and properties also then.
    /// Cancellation (any type): a message that was never sent is withdrawn, a sent one finishes its handshake unseen.
    template <asio::completion_token_for<void(std::error_code, publish_result)> Token = asio::use_awaitable_t<>>
    auto async_publish(std::string_view topic, byte_view payload, const publish_options& options = {},
                       Token&& token = Token{})
    {
        return asio::async_initiate<Token, void(std::error_code, publish_result)>(detail::initiate_publish{core_},
                                                                                  token, topic, payload, options);
    }

    template <asio::completion_token_for<void(std::error_code, publish_result)> Token>
        requires detail::is_not<Token, publish_options>
    auto async_publish(std::string_view topic, byte_view payload, Token&& token)
    {
        return async_publish(topic, payload, publish_options{}, std::forward<Token>(token));
    }

    // ------------------------------------------------------------------------------------------- Subscribing

    /// Subscribes to `filter` and gives a stream of its messages. Both arguments are copied when the operation is
    /// initiated. May be called before connecting: it waits.
    ///
    /// Completes at SUBACK. One filter that is refused is an error, its reason code; of several, only if all are.
    /// subscription::result() has every code, one for each filter as given. Errors: errc::invalid_topic_filter,
    /// empty_subscription_list and the other usage errors, before anything is sent; queue_full, disconnecting,
    /// timed_out, out_of_memory; asio::error::operation_aborted at the client's end and after async_disconnect; what
    /// made the client give up. The stream that comes with an error has ended.
    /// Cancellation (any type): what was sent already is undone by UNSUBSCRIBE in the background.
    ///
    /// The same filter twice is one subscription at the server, and what is asked for last applies to it: its QoS, its
    /// flags (v5 [MQTT-3.8.4-3], v3.1.1 [MQTT-3.8.4-3]), also for the streams and handlers that had the filter before,
    /// and also when the last one has ended. So ask for the highest QoS that any of them needs.
    template <asio::completion_token_for<void(std::error_code, subscription)> Token = asio::use_awaitable_t<>>
    auto async_subscribe(std::string_view filter, const subscribe_options& options = {}, Token&& token = Token{})
    {
        return asio::async_initiate<Token, void(std::error_code, subscription)>(
            detail::initiate_subscribe{core_}, token, detail::filter_source(filter), options);
    }

    template <asio::completion_token_for<void(std::error_code, subscription)> Token>
        requires detail::is_not<Token, subscribe_options>
    auto async_subscribe(std::string_view filter, Token&& token)
    {
        return async_subscribe(filter, subscribe_options{}, std::forward<Token>(token));
    }

    /// The same with several filters, each with its own QoS and flags, in one SUBSCRIBE and one stream. The list has
    /// to be a named array: `options` gives what is common (acknowledgement, user properties, time limit).
    template <asio::completion_token_for<void(std::error_code, subscription)> Token = asio::use_awaitable_t<>>
    auto async_subscribe(std::span<const topic_subscription> filters, const subscribe_options& options = {},
                         Token&& token = Token{})
    {
        return asio::async_initiate<Token, void(std::error_code, subscription)>(
            detail::initiate_subscribe{core_}, token, detail::filter_source(filters), options);
    }

    template <asio::completion_token_for<void(std::error_code, subscription)> Token>
        requires detail::is_not<Token, subscribe_options>
    auto async_subscribe(std::span<const topic_subscription> filters, Token&& token)
    {
        return async_subscribe(filters, subscribe_options{}, std::forward<Token>(token));
    }

    /// Opens a stream, also before connecting: it counts at once, also for the messages of a resumed session, and
    /// SUBSCRIBE follows when there is a connection. The arguments are copied. Errors, those of async_subscribe,
    /// surface in subscription::async_ready(), whose time limit is that of `options`; the stream has ended then. Throws
    /// std::bad_alloc. On the client's executor.
    subscription open_subscription(std::string_view filter, const subscribe_options& options = {})
    {
        return core_->open_subscription(detail::filter_source(filter), options);
    }

    subscription open_subscription(std::span<const topic_subscription> filters, const subscribe_options& options = {})
    {
        return core_->open_subscription(detail::filter_source(filters), options);
    }

    /// Calls `handler(const message_view&)` in place for each message that matches `filter`: no copy, no coroutine. The
    /// view is valid during the call. It counts at once, and SUBSCRIBE follows, as with open_subscription(); errors
    /// surface in message_handler_registration::async_ready(). With `.ack = manual` the handler is called as
    /// `handler(const message_view&, acknowledger)`; one that takes only the view is then never acknowledged.
    ///
    /// The handler is moved into the client and destroyed there, on the client's executor, after the subscription's or
    /// the client's end. It may end any subscription and destroy the client. What it throws leaves the executor's
    /// run(); the message counts as taken, and other handlers and streams still get it. Throws std::bad_alloc. On the
    /// client's executor.
    template <class Handler>
        requires detail::message_handler<Handler> message_handler_registration
        on_message(std::string_view filter, Handler handler, const subscribe_options& options = {})
        {
            return core_->add_message_handler(detail::filter_source(filter), std::move(handler), options);
        }

    template <class Handler>
        requires detail::message_handler<Handler> message_handler_registration
        on_message(std::span<const topic_subscription> filters, Handler handler, const subscribe_options& options = {})
        {
            return core_->add_message_handler(detail::filter_source(filters), std::move(handler), options);
        }

    /// Ends every subscription of this client to exactly `filter`, streams and handlers, and one that an earlier
    /// process left in the session. One that has other filters too keeps those. The arguments are copied when the
    /// operation is initiated. May be called before connecting: UNSUBSCRIBE waits, the subscriptions end at once.
    ///
    /// Completes at UNSUBACK. Errors: errc::invalid_topic_filter, queue_full, disconnecting,
    /// exceeds_server_maximum_packet_size and out_of_memory, with which nothing has ended; the server's reason code, if
    /// it refused; timed_out; asio::error::operation_aborted at the client's end and after async_disconnect; what made
    /// the client give up. With these the subscriptions have ended here all the same.
    /// Cancellation (any type) ends the wait and does not bring them back.
    template <asio::completion_token_for<void(std::error_code, unsubscribe_result)> Token = asio::use_awaitable_t<>>
    auto async_unsubscribe(std::string_view filter, const unsubscribe_options& options = {}, Token&& token = Token{})
    {
        return asio::async_initiate<Token, void(std::error_code, unsubscribe_result)>(
            detail::initiate_unsubscribe{core_}, token, filter, options);
    }

    template <asio::completion_token_for<void(std::error_code, unsubscribe_result)> Token>
        requires detail::is_not<Token, unsubscribe_options>
    auto async_unsubscribe(std::string_view filter, Token&& token)
    {
        return async_unsubscribe(filter, unsubscribe_options{}, std::forward<Token>(token));
    }

private:
    void close() noexcept
    {
        if (core_ != nullptr)
        {
            core_->stop();
            core_.reset();
        }
    }

    std::shared_ptr<detail::client_core> core_;
};

} // namespace tern

#endif
