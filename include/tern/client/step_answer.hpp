// SPDX-License-Identifier: BSL-1.0
//
// The answer to one step that a client asks a program about: given at once or later, from any thread, or never.
//
// Layer: client, without Asio. Standard: none.
// What is asked is in authentication.hpp and connect_attempt.hpp. An answer that comes too late is for nobody: the
// target knows the number of the step that it waits for.
#ifndef TERN_CLIENT_STEP_ANSWER_HPP
#define TERN_CLIENT_STEP_ANSWER_HPP

#include <cstdint>
#include <memory>
#include <utility>

namespace tern::detail
{

/// Copyable; `Target` has answer(step, what is answered...), and may be gone.
template <class Target>
class step_answer
{
public:
    step_answer() noexcept = default;

    step_answer(std::weak_ptr<Target> target, std::uint64_t step) noexcept : target_(std::move(target)), step_(step) {}

protected:
    template <class... Args>
    void tell(const Args&... args) const
    {
        if (const std::shared_ptr<Target> target = target_.lock())
        {
            target->answer(step_, args...);
        }
    }

private:
    std::weak_ptr<Target> target_;
    std::uint64_t step_ = 0;
};

} // namespace tern::detail

#endif
