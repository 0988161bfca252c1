// SPDX-License-Identifier: BSL-1.0
//
// --remove-retained: an empty retained message to each topic, a bounded number at a time, and a count of what failed.
// The other topics wait here, because the library's queue has an end and the broker may know more topics.
#ifndef TERN_EXAMPLES_COMMAND_LINE_RETAINED_REMOVAL_HPP
#define TERN_EXAMPLES_COMMAND_LINE_RETAINED_REMOVAL_HPP

#include "command_line/exit_code.hpp"

#include <tern/tern.hpp>

#include <asio/error.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace command_line
{

class retained_removal
{
public:
    explicit retained_removal(tern::client& client) : client_(client) {}

    void add(std::string_view topic)
    {
        if (under_way_ == most_under_way)
        {
            waiting_.emplace_back(topic);
        }
        else
        {
            remove(topic);
        }
    }

    /// Calls `handler` when the broker has answered all of them, at once if it has; once.
    void when_done(std::function<void()> handler)
    {
        done_ = std::move(handler);
        tell();
    }

    /// Those that the broker has refused or not answered.
    [[nodiscard]] std::size_t not_removed() const noexcept { return failures_ + under_way_ + waiting_.size(); }

    /// One line about them, if there are any.
    [[nodiscard]] std::string summary() const
    {
        const std::size_t count = not_removed();
        return count == 0 ? std::string()
                          : "Error: " + std::to_string(count) +
                                (count == 1 ? " retained message was" : " retained messages were") + " not removed" +
                                (reason_.empty() ? "." : ": " + reason_ + '.');
    }

private:
    static constexpr std::size_t most_under_way = 1'000;

    void remove(std::string_view topic)
    {
        tern::publish_options options;
        options.qos = tern::qos::at_least_once;
        options.retain = true;
        ++under_way_;
        client_.async_publish(topic, tern::byte_view(), options,
                              [this](std::error_code error, const tern::publish_result& result) {
                                  --under_way_;
                                  failures_ += error ? 1U : 0U;
                                  if (error && reason_.empty() && error != asio::error::operation_aborted)
                                  {
                                      reason_ = describe(error, result.reason_string);
                                  }
                                  go_on();
                              });
    }

    void go_on()
    {
        if (!waiting_.empty())
        {
            const std::string next = std::move(waiting_.front());
            waiting_.pop_front();
            remove(next);
        }
        tell();
    }

    void tell()
    {
        if (under_way_ == 0 && waiting_.empty() && done_)
        {
            std::exchange(done_, {})();
        }
    }

    tern::client& client_;
    std::deque<std::string> waiting_;
    std::function<void()> done_;
    std::string reason_; ///< of the first failure that has one
    std::size_t under_way_ = 0;
    std::size_t failures_ = 0;
};

} // namespace command_line

#endif
