// SPDX-License-Identifier: BSL-1.0
//
// The client behind its handles: the session engine, the connection, the operations and the subscriptions, and when
// which of them gets its turn.
//
// Layer: client. Standard: none of its own; the session obeys it.
// This is the shared state with the list of what is done with it. What is done stands beside it, one subject each:
// client_turn.hpp (turns, writing, reading), client_time.hpp, client_connecting.hpp, client_reconnecting.hpp,
// client_following.hpp, client_reporting.hpp, client_disconnecting.hpp, client_publishing.hpp, client_subscribing.hpp,
// client_unsubscribing.hpp, client_releasing.hpp, client_dispatching.hpp, client_receiving.hpp, client_unmatched.hpp,
// client_taking.hpp, client_authenticating.hpp, client_refreshing.hpp, client_ending.hpp.
//
// A turn is one run of the client on its executor. Whatever is asked for during a turn is written together at its end.
// Outside of one, the first request schedules a turn, so that what is called in a row leaves in one write as well.
#ifndef TERN_CLIENT_CLIENT_CORE_HPP
#define TERN_CLIENT_CLIENT_CORE_HPP

#include "tern/client/acknowledger.hpp"
#include "tern/client/authentication.hpp"
#include "tern/client/client_event.hpp"
#include "tern/client/client_registry.hpp"
#include "tern/client/connect_attempt.hpp"
#include "tern/client/connect_plan.hpp"
#include "tern/client/connection.hpp"
#include "tern/client/consumer.hpp"
#include "tern/client/consumer_list.hpp"
#include "tern/client/dispatcher.hpp"
#include "tern/client/gate.hpp"
#include "tern/client/handler_memory.hpp"
#include "tern/client/held_messages.hpp"
#include "tern/client/home_executor.hpp"
#include "tern/client/message.hpp"
#include "tern/client/message_pool.hpp"
#include "tern/client/operations.hpp"
#include "tern/client/reconnect_policy.hpp"
#include "tern/client/results.hpp"
#include "tern/client/single_operations.hpp"
#include "tern/client/sources.hpp"
#include "tern/client/takings.hpp"
#include "tern/client/time_source.hpp"
#include "tern/client/timer.hpp"
#include "tern/client/unique_handler.hpp"
#include "tern/client/version_fallback.hpp"
#include "tern/limits.hpp"
#include "tern/message.hpp"
#include "tern/observer.hpp"
#include "tern/operation_memory.hpp"
#include "tern/options.hpp"
#include "tern/session/engine.hpp"
#include "tern/statistics.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/executor_work_guard.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace tern
{

class subscription;
class message_handler_registration;

namespace detail
{

class client_core final : public std::enable_shared_from_this<client_core>,
                          public acknowledgement_target,
                          public authentication_target,
                          public attempt_target,
                          public registered_client,
                          private connection_owner
{
public:
    using time_point = session::time_point;

    [[nodiscard]] static std::shared_ptr<client_core> make(const asio::any_io_executor& executor,
                                                           const client_limits& limits, find_factory find);

    client_core(const asio::any_io_executor& executor, const client_limits& limits, find_factory find);
    ~client_core();

    [[nodiscard]] const asio::any_io_executor& executor() const noexcept { return home_.get(); }

    /// From any thread: true if the caller runs on the executor. False once the client has ended: its executor may be
    /// gone.
    [[nodiscard]] bool runs_here() const noexcept { return gate_.is_open() && home_.runs_here(); }
    [[nodiscard]] gate& entrance() noexcept { return gate_; }
    [[nodiscard]] handler_memory& memory() noexcept { return handler_memory_; }
    [[nodiscard]] const client_limits& limits() const noexcept { return limits_; }
    [[nodiscard]] connection_state state() const noexcept { return state_; }
    [[nodiscard]] bool stopped() const noexcept { return stopped_; }
    [[nodiscard]] statistics stats() const;

    // What is told.
    template <class Handler>
    void set_event_handler(Handler handler);
    template <class Handler>
    void set_unmatched_handler(Handler handler);
    template <class Authenticator>
    void set_authenticator(Authenticator authenticator);
    template <class Handler>
    void set_attempt_handler(Handler handler);
    void set_observer(observer* watcher) noexcept;

    // Operations; on the executor. They complete their handler later, also when they fail at once.
    void start_connect(connect_handler handler, const url_source& urls, const connect_options& options,
                       cancellation_ticket* ticket);
    void start_disconnect(plain_handler handler, const disconnect_options& options, cancellation_ticket* ticket);
    void start_re_authenticate(plain_handler handler, const re_authenticate_options& options,
                               cancellation_ticket* ticket);
    void start_publish(publish_handler handler, std::string_view topic, byte_view payload,
                       const publish_options& options, cancellation_ticket* ticket);
    void start_subscribe(subscribe_handler handler, const filter_source& filters, const subscribe_options& options,
                         cancellation_ticket* ticket);
    void start_unsubscribe(unsubscribe_handler handler, std::string_view filter, const unsubscribe_options& options,
                           cancellation_ticket* ticket);
    void start_end(unsubscribe_handler handler, const std::shared_ptr<consumer>& target,
                   const unsubscribe_options& options, cancellation_ticket* ticket);
    void start_ready(ready_handler handler, const std::shared_ptr<consumer>& target, cancellation_ticket* ticket);
    void start_receive(receive_handler handler, const std::shared_ptr<consumer>& target, cancellation_ticket* ticket);

    // Cancellation; on the executor.
    void cancel(session::operation number, std::error_code reason);
    void cancel_receive(consumer& target, std::uint64_t receive);

    // Plain functions.
    subscription open_subscription(const filter_source& filters, const subscribe_options& options);
    template <class Handler>
    message_handler_registration add_message_handler(const filter_source& filters, Handler handler,
                                                     const subscribe_options& options);
    void release(std::shared_ptr<consumer> target) noexcept;

    /// From any thread: a message was taken, or acknowledged by hand.
    void acknowledge(taking which, reason_code reason) noexcept override;

    /// From any thread.
    void answer(std::uint64_t step, std::error_code error, byte_view data) override;
    void answer(std::uint64_t step, std::error_code error, const attempt_options& options) override;

    /// The client is destroyed: every handler completes with operation_aborted, by post.
    void stop() noexcept;

    void context_ended() noexcept override;

    /// Runs `function` as a turn: what it asks for leaves at its end.
    template <class Function>
    void in_turn(Function&& function);

private:
    // client_turn.hpp
    void enter_turn() noexcept;
    void end_turn();
    void leave_turn_by_exception() noexcept;
    void schedule_turn();
    void refresh_now() noexcept;
    bool settle();
    bool flush();
    void written(std::size_t size);
    void start_reading();
    void received(std::size_t size);
    bool process_input();
    void connection_done(io_operation what, std::error_code error, std::size_t size) override;
    void handle(session::event& event);

    // client_time.hpp
    void arm_timer();
    void time_passed();
    [[nodiscard]] std::optional<time_point> next_deadline() const noexcept;
    [[nodiscard]] std::optional<time_point> pause_deadline() const noexcept;
    void hold_work();

    // client_connecting.hpp
    void begin_attempt();
    void begin_connection();
    void open_connection(const attempt_options& given);
    void transport_opened(std::error_code error);
    void open_session(const std::optional<byte_view>& authentication_data);
    void handle(const session::connected& event);
    void handle(const session::connection_refused& event);
    void handle(const session::session_cleared& event);
    template <class Handler>
    void give_number(Handler& handler, cancellation_ticket* ticket, session::operation number);

    // client_reconnecting.hpp
    void handle(const session::disconnected_by_server& event);
    void handle(const session::connection_failed& event);
    void handle(const session::session_was_lost& event);
    void finish_after_output(std::error_code error);
    [[nodiscard]] std::optional<time_point> closing_deadline() const noexcept;
    void note_explanation(std::error_code error) noexcept;
    void transport_failed(std::error_code error);
    void attempt_late();
    void connection_lost(std::error_code error);
    void attempt_failed(std::error_code error, connect_failure kind);
    void will_retry(disconnected_event told) noexcept;
    void try_again(disconnected_event told, bool final);
    void retry();
    void drop_connection() noexcept;
    void give_up(disconnected_event told);
    void rest(std::error_code error);
    void forget_attempts() noexcept;

    // client_reporting.hpp
    void set_state(connection_state state) noexcept;
    void emit(client_event event) noexcept;
    [[nodiscard]] disconnected_event describe_loss(std::error_code error, bool was_connected) noexcept;
    void tell_events();
    [[nodiscard]] bool has_news() const noexcept;
    bool report();
    void complete_connect(std::error_code error, connect_result result);
    void complete(plain_handler& handler, std::optional<finished_plain>& done, std::error_code error) noexcept;

    // client_disconnecting.hpp
    bool advance_disconnect();
    void send_disconnect();
    void leaving();
    void left_server();
    void disconnect_late();
    void finish_disconnect(std::error_code error);

    // client_publishing.hpp
    void cancel_single(session::operation number, std::error_code reason);
    void handle(session::publish_completed& event);

    // client_subscribing.hpp
    std::shared_ptr<consumer> open(const std::shared_ptr<consumer>& target, const filter_source& filters,
                                   const subscribe_options& options);
    std::shared_ptr<consumer> make_consumer(const filter_source& filters, const subscribe_options& options);
    std::error_code request_subscription(const std::shared_ptr<consumer>& target, const filter_source& filters,
                                         const subscribe_options& options, session::operation number);
    void handle(session::subscribe_completed& event);
    void handle(session::subscription_restored& event);
    void answered(request_operation& done, std::error_code error);
    void withdraw_refused(consumer& target, const std::vector<reason_code>& reasons);

    // client_unsubscribing.hpp
    void withdraw(consumer& target, std::error_code error) noexcept;
    std::error_code request_end(session::operation& number, std::span<const std::string_view> filters,
                                const unsubscribe_options& options);
    void await_end(unsubscribe_handler handler, session::operation number, std::error_code error,
                   cancellation_ticket* ticket);
    void give_up_answer(consumer& target, std::error_code error);
    void handle(session::unsubscribe_completed& event);
    void cancel_request(session::operation number, std::error_code reason);

    // client_releasing.hpp
    void release_here(const std::shared_ptr<consumer>& target);
    void empty_released();
    void bury(std::shared_ptr<consumer> ended) noexcept;
    bool clear_graveyard() noexcept;

    // client_dispatching.hpp
    void handle(session::message_received& event);
    bool address(const message_view& view, taking whole);
    queued_message copy_for(consumer& target, const message_view& view, taking which);
    void deliver_addressed(const message_view& view);
    void interrupt(const message_view& view, std::size_t from) noexcept;
    void deliver_interrupted();
    void deliver(consumer& target, const message_view& view, taking which, queued_message&& copy);
    void deliver_to_stream(consumer& target, queued_message&& copy);
    void drop_excess(consumer& target) noexcept;
    void lose(taking which);

    // client_receiving.hpp
    void deliver_ready();
    void fail_receivers(std::error_code error);
    void tell_disappointed();

    // client_unmatched.hpp
    void keep_unmatched(const message_view& view, taking which);
    void unmatched(const message_view& view, taking which);
    waiting_message take_waiting(std::size_t index) noexcept;
    void match_waiting();
    void give_up_oldest();
    void give_up_waiting();
    void hand_on(const queued_message& left);

    // client_taking.hpp
    [[nodiscard]] bool may_receive() const noexcept;
    [[nodiscard]] bool streams_are_full() const noexcept;
    bool watch_pause();
    void acknowledge_here(taking which, reason_code reason);

    // client_authenticating.hpp
    void ask_authenticator(authentication_step::purpose what, std::string_view method, byte_view data);
    void re_authenticate_late();
    void take_answer(std::uint64_t step, std::error_code error, byte_view data);
    void refuse_server();
    void handle(const session::authentication_challenge& event);
    void handle(const session::authenticated& event);

    // client_following.hpp
    [[nodiscard]] bool follow_reference(disconnected_event& told);

    // client_refreshing.hpp
    void ask_for_attempt();
    void take_attempt(std::uint64_t step, std::error_code error, const attempt_options& options);

    // client_ending.hpp
    template <class Function>
    void for_each_handler(Function&& function);
    void let_go() noexcept;

    struct timer_handler; ///< client_time.hpp

    // Where it runs.
    home_executor home_;
    gate gate_;
    client_limits limits_;
    find_factory find_factory_;
    unsigned depth_ = 0;
    bool turn_scheduled_ = false;
    bool stopped_ = false;
    time_source* time_source_; ///< null: the system's
    time_point now_{};
    std::optional<asio::executor_work_guard<asio::any_io_executor>> work_;
    std::optional<timer> timer_;
    std::optional<time_point> timer_expiry_;
    std::uint64_t timer_generation_ = 0;
    operation_memory timer_memory_;

    // What it does.
    handler_memory handler_memory_; // outlives every handler
    session::engine engine_;
    operation_tables operations_;
    connect_handler connect_handler_;
    plain_handler disconnect_handler_;
    plain_handler re_authenticate_handler_;
    std::optional<finished_connect> connect_done_;
    std::optional<finished_plain> disconnect_done_;
    std::optional<finished_plain> re_authenticate_done_;

    // The connection.
    connection_state state_ = connection_state::idle;
    observer* observer_ = nullptr;
    std::shared_ptr<connection> connection_;
    connect_plan plan_;
    reconnect_policy policy_;
    version_fallback fallback_;
    bool was_connected_ = false;        ///< since the last async_connect
    std::error_code failing_{};         ///< the connection closes when the output is written
    std::error_code resting_{};         ///< why the client is idle after it was not
    std::error_code last_error_{};      ///< of the last attempt or connection since the last async_connect
    std::optional<time_point> attempt_deadline_;
    std::optional<time_point> connect_deadline_;
    std::optional<time_point> retry_at_;
    std::uint32_t single_generation_ = 0;
    session::operation connect_number_ = 0;
    session::operation disconnect_number_ = 0;
    session::operation re_authenticate_number_ = 0;
    std::string reason_string_;         ///< the present server's, of what is to be told next
    std::string server_reference_;
    std::string explanation_;           ///< the transport's, of what is to be told next
    connect_result refusal_;            ///< the present server's
    std::uint32_t attempts_ = 0;        ///< passes over the servers since there was a connection
    bool connection_established_ = false;
    bool connect_written_ = false;
    bool reopening_ = false;            ///< 3.1.1: a second connection follows the one that cleared the session

    // Disconnecting.
    option_arena disconnect_arena_;
    disconnect_options disconnect_options_{};
    std::optional<time_point> disconnect_deadline_;
    std::optional<time_point> disconnect_limit_; ///< of the whole
    std::error_code disconnect_error_{};
    bool disconnect_sent_ = false;
    bool shutting_down_ = false; ///< DISCONNECT is written
    bool discarding_ = false;    ///< 3.1.1: one more connection ends the session that was there by default

    // Receiving.
    dispatcher<consumer> dispatcher_;
    std::vector<std::shared_ptr<consumer>> consumers_;
    message_pool messages_;
    std::vector<std::shared_ptr<consumer>> ready_;     ///< have a message and someone who waits for it
    consumer_list<consumer, &consumer::next_ended> graveyard_;   ///< their handlers end with the turn
    consumer_list<consumer, &consumer::next_released> released_; ///< without a handle, and not empty
    consumer_list<consumer, &consumer::next_disappointed> disappointed_; ///< have ended while a receive waited
    std::vector<consumer*> matches_;
    std::vector<addressed_message> addressed_;
    std::deque<interrupted_message> interrupted_;
    std::deque<waiting_message> waiting_;
    std::optional<session::event> received_; ///< used again for each packet
    taking_table takings_;
    bool claimed_session_ = false; ///< an earlier process left it: messages may come before their subscriptions
    bool new_consumers_ = false;
    held_figures held_;
    std::size_t receivers_ = 0;    ///< that wait
    std::optional<time_point> paused_since_;
    std::size_t dropped_untold_ = 0;
    std::size_t unmatched_untold_ = 0;

    // What is told.
    std::shared_ptr<event_sink> event_handler_;
    std::shared_ptr<message_sink> unmatched_handler_;
    std::shared_ptr<authenticator_sink> authenticator_;
    std::shared_ptr<attempt_sink> attempt_handler_;
    std::deque<client_event> events_;
    std::uint64_t authentication_step_ = 0; ///< the present question, to the authenticator or on_attempt's handler
    authentication_step::purpose authentication_purpose_ = authentication_step::purpose::start;
    bool restart_wanted_ = false; ///< async_re_authenticate was called
    bool attempt_wanted_ = false; ///< on_attempt's handler is to be asked
    std::optional<time_point> re_authenticate_deadline_;
};

template <class Function>
void client_core::in_turn(Function&& function)
{
    const std::shared_ptr<client_core> self = shared_from_this();
    const home_executor::scope here(home_);
    enter_turn();
    try
    {
        std::forward<Function>(function)();
        end_turn();
    }
    catch (...)
    {
        leave_turn_by_exception();
        throw;
    }
}

} // namespace detail

} // namespace tern

#endif
