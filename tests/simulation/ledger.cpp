// SPDX-License-Identifier: BSL-1.0
#include "simulation/ledger.hpp"

#include "tern/reason_code.hpp"

#include <asio/error.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace simulation
{

std::string_view name_of(std::string_view payload) noexcept
{
    return payload.substr(0, payload.find('.'));
}

bool is_below(std::string_view filter, std::string_view topic) noexcept
{
    if (!filter.ends_with("/#"))
    {
        return filter == topic;
    }
    return topic.starts_with(filter.substr(0, filter.size() - 1));
}

namespace
{

std::size_t number_of(std::string_view name)
{
    std::size_t number = 0;
    std::from_chars(name.data() + 1, name.data() + name.size(), number);
    return number;
}

std::string times(int count)
{
    return std::to_string(count) + (count == 1 ? " time" : " times");
}

} // namespace

void ledger::session_lost(std::string_view why)
{
    ++losses_;
    if (log_.tells())
    {
        log_.note("the session is lost: " + std::string(why));
    }
}

std::size_t ledger::begin(std::string name)
{
    if (log_.tells())
    {
        log_.note(name);
    }
    operations_.push_back({std::move(name), 0});
    ++outstanding_;
    return operations_.size() - 1;
}

void ledger::ended(std::size_t operation, std::error_code error)
{
    operation_record& record = operations_[operation];
    if (log_.tells())
    {
        log_.note(record.name + " has ended: " + (error ? error.message() : "success"));
    }
    if (++record.calls > 1)
    {
        log_.fail("the handler of '" + record.name + "' was called a second time");
        return;
    }
    --outstanding_;
}

std::size_t ledger::publish(const publish_request& request)
{
    publish_record record;
    record.request = request;
    record.losses_before = losses_;
    record.cancelled = ending_;
    publishes_.push_back(record);
    ++outstanding_;
    const std::size_t number = publishes_.size() - 1;
    if (log_.tells())
    {
        log_.note("publish p" + std::to_string(number) + " to " + request.topic + ", QoS " +
                  std::to_string(static_cast<int>(request.qos)));
    }
    return number;
}

std::string ledger::payload(std::size_t number) const
{
    std::string text = "p" + std::to_string(number) + ".";
    text.resize(std::max(text.size(), publishes_[number].request.size), '.');
    return text;
}

void ledger::published(std::size_t number, std::error_code error)
{
    publish_record& record = publishes_[number];
    if (log_.tells())
    {
        log_.note("publish p" + std::to_string(number) + " has ended: " + (error ? error.message() : "success"));
    }
    record.error = error;
    if (++record.calls > 1)
    {
        log_.fail("the handler of publish p" + std::to_string(number) + " was called a second time");
        return;
    }
    --outstanding_;
}

void ledger::ending(bool begins) noexcept
{
    ending_ = begins;
    for (publish_record& each : publishes_)
    {
        each.cancelled = each.cancelled || (begins && each.calls == 0);
    }
}

void ledger::at_server(std::string_view name, std::string_view topic, bool refused)
{
    const std::size_t number = number_of(name);
    if (log_.tells())
    {
        log_.note("the server has taken " + std::string(name) + (refused ? ", and refuses it" : ""));
    }
    if (name.empty() || name.front() != 'p' || number >= publishes_.size() || publishes_[number].request.topic != topic)
    {
        log_.fail("the server got a message that nobody published: " + std::string(name));
        return;
    }
    publish_record& record = publishes_[number];
    record.at_server += 1;
    const tern::qos qos = record.request.qos;
    if (record.at_server > 1 && qos == tern::qos::at_most_once)
    {
        log_.fail(std::string(name) + ", of QoS 0, was sent twice");
    }
    const bool not_known = losses_ != record.losses_when_taken && known_losses_ <= record.losses_when_taken;
    const bool may_repeat = not_known || (republishes && record.losses_before != losses_);
    if (record.at_server > 1 && qos == tern::qos::exactly_once && !refused && !may_repeat)
    {
        log_.fail("the server took " + std::string(name) + ", of QoS 2, twice");
    }
    record.losses_when_taken = losses_;
    if (record.at_server == 1)
    {
        std::size_t& last = qos == tern::qos::at_most_once ? last_of_qos_0_ : last_ordered_;
        if (number + 1 <= last)
        {
            log_.fail("the server got " + std::string(name) + " after p" + std::to_string(last - 1));
        }
        last = number + 1;
    }
}

std::size_t ledger::open_stream(const stream_request& request)
{
    streams_.push_back({request, false, {}});
    return streams_.size() - 1;
}

std::string ledger::new_name()
{
    return "d" + std::to_string(names_++);
}

void ledger::route(std::string_view name, std::string_view topic, bool must_come)
{
    const auto [found, is_new] = messages_.try_emplace(std::string(name));
    if (is_new)
    {
        found->second.topic = topic;
        found->second.sequence = ++sequence_;
        found->second.losses_before = losses_;
        found->second.must_come = must_come && known_losses_ == losses_;
    }
    if (log_.tells())
    {
        log_.note("the server sends " + std::string(name) + " to " + std::string(topic));
    }
}

void ledger::received(std::size_t stream, std::string_view payload, std::string_view topic, tern::qos qos)
{
    const std::string_view name = name_of(payload);
    stream_record& record = streams_[stream];
    const auto found = messages_.find(name);
    if (log_.tells())
    {
        log_.note("stream " + std::to_string(stream) + " receives " + std::string(name));
    }
    if (found == messages_.end() || found->second.topic != topic || !is_below(record.request.filter, topic))
    {
        log_.fail("stream " + std::to_string(stream) + " received what was not for it: " + std::string(name));
        return;
    }
    const int count = ++found->second.received[stream];
    if (count > 1)
    {
        const bool may_repeat = qos == tern::qos::at_least_once || (name.front() == 'p' && republishes);
        if (!may_repeat)
        {
            log_.fail(std::string(name) + ", of QoS " + std::to_string(static_cast<int>(qos)) + ", was received twice");
        }
        return;
    }
    std::uint64_t& last = record.last[std::to_string(static_cast<int>(qos)) + std::string(topic)];
    // What is sent again may meet a subscription that did not exist the first time.
    if (found->second.sequence < last && record.request.permanent)
    {
        log_.fail(std::string(name) + " was received after a later message of its topic and QoS");
    }
    last = found->second.sequence;
}

void ledger::unmatched(std::string_view payload)
{
    const auto found = messages_.find(name_of(payload));
    if (log_.tells())
    {
        log_.note("unmatched: " + std::string(name_of(payload)));
    }
    if (found == messages_.end())
    {
        log_.fail("a message came that nobody sent");
        return;
    }
    for (const stream_record& each : streams_)
    {
        if (each.request.permanent && is_below(each.request.filter, found->second.topic))
        {
            log_.fail(std::string(name_of(payload)) + " missed its subscription");
        }
    }
}

void ledger::taken(std::size_t stream, std::string_view payload)
{
    if (const auto found = messages_.find(name_of(payload)); found != messages_.end())
    {
        ++found->second.taken[stream];
    }
}

void ledger::acknowledged(std::string_view payload, std::string_view topic, tern::qos qos)
{
    const auto found = messages_.find(name_of(payload));
    if (found == messages_.end())
    {
        log_.fail("an acknowledgement of what the server did not send");
        return;
    }
    message_record& message = found->second;
    ++message.acknowledged;
    for (std::size_t i = 0; i < streams_.size(); ++i)
    {
        if (!streams_[i].request.permanent || !is_below(streams_[i].request.filter, topic))
        {
            continue;
        }
        const auto takings = message.taken.find(i);
        const int taken_times = takings == message.taken.end() ? 0 : takings->second;
        if (taken_times < (qos == tern::qos::exactly_once ? 1 : message.acknowledged))
        {
            log_.fail(std::string(name_of(payload)) + " was acknowledged before stream " + std::to_string(i) +
                      " has taken it");
        }
    }
}

std::string ledger::missing() const
{
    for (const auto& [name, message] : messages_)
    {
        if (!message.must_come || message.losses_before != losses_)
        {
            continue; // it was in a session that is lost
        }
        for (std::size_t i = 0; i < streams_.size(); ++i)
        {
            if (streams_[i].request.permanent && is_below(streams_[i].request.filter, message.topic) &&
                !message.received.contains(i))
            {
                return name + " never came to stream " + std::to_string(i);
            }
        }
    }
    return {};
}

bool ledger::complete() const
{
    return outstanding_ == 0 && missing().empty();
}

void ledger::judge()
{
    for (const operation_record& each : operations_)
    {
        if (each.calls != 1)
        {
            log_.fail("the handler of '" + each.name + "' was called " + times(each.calls));
        }
    }
    for (std::size_t i = 0; i < publishes_.size(); ++i)
    {
        judge(i, publishes_[i]);
    }
    if (const std::string lost = missing(); !lost.empty())
    {
        log_.fail(lost);
    }
}

void ledger::judge(std::size_t number, const publish_record& record)
{
    using tern::errc;
    const publish_request& asked = record.request;
    const bool session_was_lost = record.losses_before != losses_;
    const auto wrong = [&](std::string_view why) {
        log_.fail("publish p" + std::to_string(number) + ", QoS " + std::to_string(static_cast<int>(asked.qos)) + ", " +
                  std::string(why) + ": the server took it " + times(record.at_server) + ", its end was " +
                  (record.error ? record.error.message() : "success"));
    };
    if (record.calls != 1)
    {
        wrong("was told " + times(record.calls));
        return;
    }
    if (!record.error)
    {
        if (asked.qos != tern::qos::at_most_once && record.at_server == 0)
        {
            wrong("is lost");
        }
        return;
    }
    const bool refused = asked.topic.starts_with("refused/");
    const std::error_code& error = record.error;
    const bool never_sent = error == errc::queue_full || error == errc::dropped || error == errc::message_expired;
    if (never_sent && record.at_server != 0 && !session_was_lost)
    {
        wrong("was said to be unsent");
    }
    const bool explained = // each ending has one cause
        (error == errc::session_lost && asked.qos == tern::qos::exactly_once && session_was_lost &&
         (!republishes || limits_change)) ||
        (error == errc::connection_lost && asked.qos == tern::qos::at_most_once) ||
        (error == errc::timed_out && asked.time_limit_ms != 0) ||
        (error == errc::message_expired && asked.expiry_s != 0) || error == errc::queue_full ||
        error == errc::dropped || error == errc::exceeds_server_maximum_packet_size ||
        error == errc::exceeds_server_maximum_qos || error == errc::retain_not_available ||
        (error == asio::error::operation_aborted && record.cancelled) ||
        (error == errc::disconnecting && record.cancelled) ||
        (refused && refusals_are_told && error == make_error_code(tern::reason_code::not_authorized));
    if (!explained)
    {
        wrong("ended without a cause");
    }
}

} // namespace simulation
