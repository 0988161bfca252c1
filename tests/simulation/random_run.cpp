// SPDX-License-Identifier: BSL-1.0
#include "simulation/random_run.hpp"

#include "simulation/random.hpp"
#include "simulation/resting.hpp"
#include "simulation/world.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <string>
#include <vector>

namespace simulation
{

using tern::qos;
using namespace std::chrono_literals;

namespace
{

constexpr qos levels[] = {qos::at_most_once, qos::at_least_once, qos::exactly_once};
constexpr cut cuts[] = {cut::end, cut::reset, cut::silence};
constexpr way ways[] = {way::to_broker, way::to_client};

setup random_setup(random_sequence& random, std::uint64_t seed)
{
    setup chosen;
    chosen.seed = seed;
    chosen.protocol = random.percent(70) ? tern::protocol_choice::v5 : tern::protocol_choice::v3_1_1;
    chosen.keep_alive = std::chrono::seconds(random.between(5, 60));
    chosen.receive_maximum = static_cast<std::uint16_t>(random.percent(50) ? random.between(1, 4) : 64);
    chosen.topic_aliases = random.percent(40);
    constexpr std::chrono::seconds expiries[] = {24h * 365, 24h * 365, 24h * 365, 1h, 30s, 0s};
    if (random.percent(80))
    {
        chosen.session_expiry = random.one_of(expiries);
    }
    tern::client_limits& limits = chosen.limits;
    limits.reconnect.initial_delay = std::chrono::milliseconds(random.between(1, 1'000));
    limits.reconnect.maximum_delay = 5s;
    limits.connect_attempt = 3s;
    limits.ping_response = 2s;
    limits.republish_exactly_once = random.percent(15);
    limits.stream_messages = random.between(1, 20);
    limits.maximum_received_bytes = random.percent(20) ? 500 : 1'000'000;
    if (random.percent(30))
    {
        limits.maximum_in_flight = static_cast<std::uint16_t>(random.between(1, 10));
    }
    if (random.percent(30))
    {
        constexpr tern::full_queue_policy policies[] = {tern::full_queue_policy::wait, tern::full_queue_policy::refuse,
                                                        tern::full_queue_policy::drop_oldest};
        limits.maximum_queued_messages = random.between(1, 20);
        limits.maximum_waiting_messages = random.between(0, 10);
        limits.when_queue_full = random.one_of(policies);
    }
    if (random.percent(20))
    {
        limits.maximum_write_size = random.between(1, 200);
    }
    chosen.broker.seed = seed;
    chosen.broker.send_topic_aliases = random.percent(40);
    chosen.broker.receive_maximum = static_cast<std::uint16_t>(random.percent(50) ? random.between(1, 5) : 100);
    return chosen;
}

/// The player of one seed.
class player
{
public:
    player(random_sequence& random, world& scene, const setup& chosen)
        : random_(random), scene_(scene), chosen_(chosen), loses_sessions_(random.percent(40)),
          changes_limits_(random.percent(40) && chosen.protocol == tern::protocol_choice::v5),
          cuts_often_(random.percent(30))
    {
    }

    void play()
    {
        scene_.connect();
        subscribe_for_good();
        const std::uint32_t steps = random_.between(100, 400);
        for (std::uint32_t i = 0; i < steps && !scene_.failed(); ++i)
        {
            step();
            scene_.settle();
            check_bounds(scene_);
            if (random_.percent(60))
            {
                scene_.pass(std::chrono::microseconds(random_.between(1, 30'000)));
            }
        }
    }

private:
    void subscribe_for_good()
    {
        const auto open = [this](stream_request request) {
            request.permanent = true;
            permanent_.push_back(scene_.subscribe(request));
            if (random_.percent(60) && !request.manual)
            {
                scene_.take_all(permanent_.back());
            }
        };
        open({.filter = "a/#"});
        open({.filter = "b/#", .manual = true});
        open({.filter = "c/#", .maximum_qos = qos::at_least_once, .in_place = true});
        open({.filter = "l/#"});
        if (random_.percent(40))
        {
            open({.filter = "a/#", .manual = true}); // the same filter twice
        }
        if (random_.percent(40))
        {
            open({.filter = "m/#", .manual = true, .in_place = true});
        }
    }

    void step()
    {
        const std::uint32_t what = random_.below(100);
        if (what < 30)
        {
            publish(random_.percent(15) ? random_.between(2, 30) : 1);
        }
        else if (what < 50)
        {
            inject(random_.percent(15) ? random_.between(2, 30) : 1);
        }
        else if (what < 75)
        {
            consume();
        }
        else if (what < 83)
        {
            subscribe_for_a_while();
        }
        else if (what < 94)
        {
            disturb();
        }
        else
        {
            wait();
        }
    }

    void publish(std::uint32_t count)
    {
        constexpr const char* topics[] = {"u/1", "u/2", "l/1", "l/2", "refused/1"};
        for (; count != 0; --count)
        {
            publish_request request;
            request.topic = random_.one_of(topics);
            request.qos = random_.one_of(levels);
            request.size = random_.percent(10) ? random_.between(100, 2'000) : random_.below(30);
            request.retain = request.topic.front() == 'u' && random_.percent(10);
            request.time_limit_ms = random_.percent(10) ? random_.between(1, 5'000) : 0;
            request.expiry_s = random_.percent(10) ? random_.between(1, 30) : 0;
            const bool can_be_cancelled = random_.percent(20);
            const std::size_t number = scene_.publish(request, can_be_cancelled);
            if (can_be_cancelled)
            {
                cancellable_.push_back(number);
            }
        }
        if (!cancellable_.empty() && random_.percent(30))
        {
            const auto which = cancellable_.begin() + random_.below(static_cast<std::uint32_t>(cancellable_.size()));
            scene_.cancel(*which);
            cancellable_.erase(which);
        }
    }

    void inject(std::uint32_t count)
    {
        constexpr const char* topics[] = {"a/1", "a/2", "b/1", "b/1", "c/1", "m/1", "t/1", "t/2"};
        for (; count != 0; --count)
        {
            scene_.inject(random_.one_of(topics), random_.one_of(levels),
                          random_.percent(10) ? random_.between(100, 2'000) : random_.below(30));
        }
    }

    void consume()
    {
        const std::size_t stream = random_.below(static_cast<std::uint32_t>(scene_.stream_count()));
        const std::uint32_t what = random_.below(10);
        if (what < 5)
        {
            scene_.take(stream, random_.between(1, 5));
        }
        else if (what < 9)
        {
            for (std::uint32_t count = random_.between(1, 4); count != 0; --count)
            {
                scene_.acknowledge(stream, random_.percent(30));
            }
        }
        else
        {
            scene_.cancel_take(stream);
        }
    }

    void subscribe_for_a_while()
    {
        if (temporary_.empty() || (temporary_.size() < 3 && random_.percent(50)))
        {
            stream_request request;
            request.filter = "t/#";
            request.manual = random_.percent(30);
            request.in_place = random_.percent(30);
            temporary_.push_back(scene_.subscribe(request));
            return;
        }
        const auto which = temporary_.begin() + random_.below(static_cast<std::uint32_t>(temporary_.size()));
        if (random_.percent(80))
        {
            scene_.unsubscribe(*which);
        }
        temporary_.erase(which);
    }

    void disturb()
    {
        const std::uint32_t what = random_.below(cuts_often_ ? 12 : 20);
        if (what < 4)
        {
            scene_.cut_link(random_.one_of(cuts));
        }
        else if (what < 9)
        {
            scene_.cut_link_after(random_.one_of(ways), random_.below(300), random_.one_of(cuts));
        }
        else if (what < 11)
        {
            const bool keeps = !loses_sessions_ || random_.percent(50);
            scene_.restart_broker(keeps, std::chrono::microseconds(random_.below(10'000'000)));
        }
        else if (what < 16)
        {
            scene_.set_faults(random_faults(), random_faults());
        }
        else if (what < 18 && changes_limits_)
        {
            change_limits();
        }
        else if (what == 18 && random_.percent(30))
        {
            scene_.jump(std::chrono::seconds(random_.percent(80) ? random_.between(1, 100) : 10'000));
        }
        else if (what == 19 && random_.percent(20) && scene_.can_disconnect())
        {
            scene_.disconnect();
            scene_.pass(10s);
            scene_.connect();
        }
    }

    way_faults random_faults()
    {
        way_faults faults;
        if (random_.percent(30))
        {
            faults.maximum_read = random_.between(1, 20);
        }
        if (random_.percent(30))
        {
            faults.maximum_write = random_.between(1, 50);
        }
        if (random_.percent(20))
        {
            faults.capacity = random_.between(1, 500);
        }
        if (random_.percent(50))
        {
            faults.delay = std::chrono::microseconds(random_.percent(80) ? random_.below(20'000) : 1'000'000);
        }
        if (random_.percent(30))
        {
            faults.gather = std::chrono::microseconds(random_.below(10'000));
        }
        if (random_.percent(50))
        {
            faults.swallow = random_.below(200);
        }
        return faults;
    }

    void change_limits()
    {
        tern::testing::broker_configuration& settings = scene_.broker_settings();
        constexpr std::uint16_t aliases[] = {0, 1, 64};
        settings.receive_maximum = static_cast<std::uint16_t>(random_.between(1, 20));
        settings.topic_alias_maximum = random_.one_of(aliases);
        settings.maximum_packet_size = random_.percent(30) ? random_.between(60, 1'500) : 1'000'000;
        settings.maximum_qos = random_.percent(20) ? random_.one_of(levels) : qos::exactly_once;
        settings.retain_available = random_.percent(70);
        scene_.restart_broker(true, 0us); // or they would not hold for the present connection
    }

    void wait()
    {
        constexpr std::chrono::microseconds times[] = {1ms, 20ms, 100ms, 1s, 5s};
        scene_.pass(random_.one_of(times));
    }

    random_sequence& random_;
    world& scene_;
    const setup& chosen_;
    bool loses_sessions_;
    bool changes_limits_;
    bool cuts_often_;
    std::vector<std::size_t> permanent_;
    std::vector<std::size_t> temporary_;
    std::vector<std::size_t> cancellable_;
};

} // namespace

std::uint64_t play_random(std::uint64_t seed, journal& log)
{
    random_sequence random(seed);
    const setup chosen = random_setup(random, seed);
    world scene(chosen, log);
    player(random, scene, chosen).play();
    come_to_rest(scene);
    finish(scene, random.percent(50));
    return scene.packets();
}

} // namespace simulation
