// SPDX-License-Identifier: BSL-1.0
//
// -F: the format language of mosquitto_sub. %-sequences are parts of the message, @-sequences go to strftime, and \ is
// for characters that are hard to type; see usage.hpp for the list. A format is read once and applied to each message.
//
// A field width of %p, %x and %X is the least one, as the manual of mosquitto_sub says; version 2.0.11 of the program
// itself takes no more bytes of the payload than the width, and for %x and %X only half of those.
#ifndef TERN_EXAMPLES_COMMAND_LINE_MESSAGE_FORMAT_HPP
#define TERN_EXAMPLES_COMMAND_LINE_MESSAGE_FORMAT_HPP

#include "command_line/json_message.hpp"
#include "command_line/numbers.hpp"
#include "command_line/received_message.hpp"
#include "command_line/usage_error.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace command_line
{

class message_format
{
public:
    /// Throws a usage_error if the text is no format.
    explicit message_format(std::string_view text)
    {
        while (!text.empty())
        {
            const char first = text.front();
            text.remove_prefix(1);
            switch (first)
            {
            case '%': read_field(text); break;
            case '@': read_time(text); break;
            case '\\': literal().push_back(read_escape(text)); break;
            default: literal().push_back(first);
            }
        }
    }

    /// Appends a message. False if a %J was left out because the payload is not JSON.
    bool append(std::string& to, const received_message& received) const
    {
        bool complete = true;
        for (const element& each : elements_)
        {
            switch (each.what)
            {
            case kind::literal: to += each.text; break;
            case kind::time: to += received.time.text(each.text.c_str()); break;
            case kind::nanoseconds: to += zero_padded(received.time.nanoseconds(), 9); break;
            case kind::field: complete = append_field(to, each, received) && complete; break;
            }
        }
        return complete;
    }

private:
    enum class kind : std::uint8_t
    {
        literal,     ///< text
        time,        ///< text is a format for strftime
        nanoseconds, ///< @N
        field,       ///< of the message
    };

    struct element
    {
        kind what = kind::literal;
        std::string text;
        char specifier = 0;
        bool left_aligned = false;
        bool zero_padded = false;
        std::size_t width = 0;
        std::optional<std::size_t> maximum;
    };

    static constexpr std::string_view specifiers = "ACDEFIJPRSUXjlmpqrtx%";
    static constexpr std::string_view with_width = "ACEFIRSXlmptx";
    static constexpr std::string_view with_zeros = "AEFSXlmpx";
    static constexpr std::string_view with_maximum = "CIRt";

    std::string& literal()
    {
        if (elements_.empty() || elements_.back().what != kind::literal)
        {
            elements_.emplace_back();
        }
        return elements_.back().text;
    }

    static std::size_t read_size(std::string_view& text)
    {
        const std::size_t size = std::min(text.find_first_not_of("0123456789"), text.size());
        const std::string_view digits = text.substr(0, size);
        text.remove_prefix(size);
        return size == 0 ? 0 : parse_number(digits, 0, 1'000'000, "-F: a field width");
    }

    static bool take(std::string_view& text, char expected)
    {
        const bool found = text.starts_with(expected);
        text.remove_prefix(found ? 1 : 0);
        return found;
    }

    void read_field(std::string_view& text)
    {
        element field;
        field.what = kind::field;
        field.left_aligned = take(text, '-');
        field.zero_padded = take(text, '0') && !field.left_aligned;
        field.width = read_size(text);
        if (take(text, '.'))
        {
            field.maximum = read_size(text);
        }
        if (text.empty())
        {
            throw usage_error("-F: the sequence at the end is incomplete; a percent sign itself is %%.");
        }
        field.specifier = text.front();
        text.remove_prefix(1);
        if (specifiers.find(field.specifier) == specifiers.npos)
        {
            throw usage_error("-F: there is no sequence %" + std::string(1, field.specifier) +
                              "; a percent sign itself is %%.");
        }
        if (field.specifier == '%')
        {
            literal().push_back('%');
            return;
        }
        elements_.push_back(std::move(field));
    }

    void read_time(std::string_view& text)
    {
        if (text.empty())
        {
            throw usage_error("-F: the sequence at the end is incomplete; an at sign itself is @@.");
        }
        const char letter = text.front();
        text.remove_prefix(1);
        if (letter == '@')
        {
            literal().push_back('@');
            return;
        }
        element time;
        time.what = letter == 'N' ? kind::nanoseconds : kind::time;
        time.text = {'%', letter};
        elements_.push_back(std::move(time));
    }

    static char read_escape(std::string_view& text)
    {
        constexpr std::string_view letters = "\\0aenrtv";
        constexpr std::string_view meanings{"\\\0\a\x1B\n\r\t\v", 8};
        if (text.empty())
        {
            throw usage_error("-F: the sequence at the end is incomplete; a backslash itself is \\\\.");
        }
        const std::size_t found = letters.find(text.front());
        if (found == letters.npos)
        {
            throw usage_error("-F: there is no sequence \\" + std::string(1, text.front()) +
                              "; a backslash itself is \\\\.");
        }
        text.remove_prefix(1);
        return meanings[found];
    }

    static bool append_field(std::string& to, const element& field, const received_message& received)
    {
        const auto has = [&field](std::string_view list) { return list.find(field.specifier) != list.npos; };
        const std::size_t begin = to.size();
        const bool complete = append_value(to, field.specifier, received);
        if (field.maximum && has(with_maximum) && to.size() - begin > *field.maximum)
        {
            to.resize(begin + *field.maximum);
        }
        if (has(with_width) && to.size() - begin < field.width)
        {
            const std::size_t missing = field.width - (to.size() - begin);
            const char padding = field.zero_padded && has(with_zeros) ? '0' : ' ';
            to.insert(field.left_aligned ? to.size() : begin, missing, padding);
        }
        return complete;
    }

    static void append_hexadecimal(std::string& to, std::string_view bytes, std::string_view digits)
    {
        for (const char each : bytes)
        {
            const auto byte = static_cast<unsigned char>(each);
            to.push_back(digits[byte / 16]);
            to.push_back(digits[byte % 16]);
        }
    }

    static void append_user_properties(std::string& to, const tern::user_properties& properties)
    {
        std::string_view separator;
        for (const tern::user_property& each : properties)
        {
            to.append(separator).append(each.name).append(1, ':').append(each.value);
            separator = " ";
        }
    }

    static std::string decimal(std::optional<std::uint32_t> number)
    {
        return number ? std::to_string(*number) : std::string();
    }

    static bool append_value(std::string& to, char specifier, const received_message& received)
    {
        const tern::message_view& message = received.message;
        const tern::publish_properties& properties = message.properties;
        switch (specifier)
        {
        case 'A': to += decimal(properties.topic_alias); break;
        case 'C': to += properties.content_type.value_or(""); break;
        case 'D': to += properties.correlation_data.value_or(tern::byte_view()).text(); break;
        case 'E': to += decimal(properties.message_expiry_interval); break;
        case 'F':
            if (properties.payload_format_indicator)
            {
                to += decimal(static_cast<std::uint32_t>(*properties.payload_format_indicator));
            }
            break;
        case 'I': to += received.time.text("%Y-%m-%dT%H:%M:%S%z"); break;
        case 'J': return append_json_message(to, received, json_payload::value);
        case 'j': return append_json_message(to, received, json_payload::text);
        case 'P': append_user_properties(to, properties.user_properties); break;
        case 'R': to += properties.response_topic.value_or(""); break;
        case 'S': to += decimal(received.identified_subscription()); break;
        case 'U':
            to += std::to_string(received.time.seconds()) + '.' + zero_padded(received.time.nanoseconds(), 9);
            break;
        case 'X': append_hexadecimal(to, message.payload_text(), "0123456789ABCDEF"); break;
        case 'x': append_hexadecimal(to, message.payload_text(), "0123456789abcdef"); break;
        case 'l': to += std::to_string(message.payload.size()); break;
        case 'm': to += std::to_string(received.packet_identifier); break;
        case 'p': to += message.payload_text(); break;
        case 'q': to += std::to_string(static_cast<int>(message.qos)); break;
        case 'r': to += message.retain ? '1' : '0'; break;
        case 't': to += message.topic; break;
        default: break;
        }
        return true;
    }

    std::vector<element> elements_;
};

} // namespace command_line

#endif
