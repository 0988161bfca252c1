// SPDX-License-Identifier: BSL-1.0
//
// A server in memory that says what it is told to say, connection by connection, and never closes one: it notes what
// the client sent and when the client ended it.
#ifndef TERN_TESTS_VIOLATIONS_ROGUE_SERVER_HPP
#define TERN_TESTS_VIOLATIONS_ROGUE_SERVER_HPP

#include "bytes.hpp"
#include "tern/testing/memory_link.hpp"
#include "tern/testing/memory_network.hpp"

#include <asio/buffer.hpp>
#include <asio/io_context.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

namespace violations
{

class rogue_server final : private tern::testing::memory_listener
{
public:
    /// What it says on one connection, each when the client has said something more.
    using lines = std::vector<bytes>;

    struct visit
    {
        explicit visit(const asio::any_io_executor& executor) : stream(executor) {}

        tern::testing::memory_stream stream;
        std::array<char, 4'096> room{};
        lines left{};
        bytes received{};
        bool ended = false; ///< by the client
        std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
    };

    explicit rogue_server(asio::io_context& context) : executor_(context.get_executor())
    {
        (void)tern::testing::memory_network::of(executor_).bind("rogue", *this);
    }

    ~rogue_server() override { tern::testing::memory_network::of(executor_).unbind("rogue"); }

    /// For the connections to come, in their order; the last is for all after it.
    void say(std::vector<lines> script)
    {
        script_ = std::move(script);
        said_ = 0;
    }

    [[nodiscard]] const std::vector<std::shared_ptr<visit>>& visits() const noexcept { return visits_; }

    /// Says something unasked on the latest connection.
    void add(const bytes& more) { write(visits_.back(), more); }

private:
    std::error_code accept(tern::testing::memory_stream& stream) override
    {
        auto made = std::make_shared<visit>(executor_);
        tern::testing::memory_link link;
        link.join(stream, made->stream);
        made->left = script_[said_];
        said_ = said_ + 1 < script_.size() ? said_ + 1 : said_;
        visits_.push_back(made);
        read(made);
        return {};
    }

    void read(const std::shared_ptr<visit>& which)
    {
        which->stream.async_read_some(asio::buffer(which->room),
                                      [this, which](std::error_code error, std::size_t size) {
                                          if (error)
                                          {
                                              which->ended = true;
                                              return;
                                          }
                                          which->received.append(which->room.data(), size);
                                          if (!which->left.empty())
                                          {
                                              const bytes next = which->left.front();
                                              which->left.erase(which->left.begin());
                                              write(which, next);
                                          }
                                          read(which);
                                      });
    }

    void write(const std::shared_ptr<visit>& which, const bytes& what)
    {
        if (what.empty())
        {
            return;
        }
        const auto kept = std::make_shared<bytes>(what);
        which->stream.async_write_some(asio::buffer(*kept),
                                       [this, which, kept](std::error_code error, std::size_t size) {
                                           if (!error)
                                           {
                                               write(which, kept->substr(size));
                                           }
                                       });
    }

    asio::any_io_executor executor_;
    std::vector<lines> script_;
    std::size_t said_ = 0;
    std::vector<std::shared_ptr<visit>> visits_;
};

} // namespace violations

#endif
