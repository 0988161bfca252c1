// SPDX-License-Identifier: BSL-1.0
//
// Makes the fuzzers' first inputs of what the unit tests are written with: packets in hexadecimal text, filters and
// topics, the answers of proxies.
//
//     seeds TESTS/UNIT OUT    reads TESTS/UNIT/{wire,topic,transport}/*.cpp, fills
//                             OUT/{decode,session,client,broker,topic,proxy}; OUT/websocket has inputs of its own

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace
{

namespace fs = std::filesystem;

std::string read(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// The literals that begin at `at`, joined as the compiler joins them; `at` is behind them then.
std::string literals(const std::string& text, std::size_t& at)
{
    std::string result;
    while (at < text.size() && text[at] == '"')
    {
        const std::size_t end = text.find('"', at + 1);
        result += text.substr(at + 1, end - at - 1);
        at = text.find_first_not_of(" \n", end + 1);
    }
    return result;
}

/// "30 05 'a/b' 00" as bytes; nothing if it is something else.
std::string bytes(std::string_view text)
{
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i)
    {
        if (text[i] == '\'')
        {
            for (++i; i < text.size() && text[i] != '\''; ++i)
            {
                result += text[i];
            }
        }
        else if (text[i] != ' ')
        {
            const std::string_view digits = text.substr(i, 2);
            if (digits.size() < 2 || digits.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos)
            {
                return {};
            }
            result += static_cast<char>(std::stoi(std::string(digits), nullptr, 16));
            ++i;
        }
    }
    return result;
}

/// A literal's ends of lines and tabs as characters.
std::string unescaped(std::string text)
{
    for (std::size_t at = text.find('\\'); at != std::string::npos && at + 1 < text.size();
         at = text.find('\\', at + 1))
    {
        const char c = text[at + 1];
        text.replace(at, 2, 1, c == 'r' ? '\r' : c == 'n' ? '\n' : c == 't' ? '\t' : c);
    }
    return text;
}

class corpus
{
public:
    explicit corpus(fs::path root) : root_(std::move(root)) {}

    void add(std::string_view target, const std::string& content)
    {
        fs::create_directories(root_ / target);
        std::ofstream(root_ / target / ("seed" + std::to_string(++count_)), std::ios::binary) << content;
    }

private:
    fs::path root_;
    int count_ = 0;
};

std::string with_length(const std::string& packet)
{
    return static_cast<char>(packet.size()) + packet;
}

void add_packet(corpus& out, const std::string& packet)
{
    for (const char version : {'\0', '\1'})
    {
        out.add("decode", version + packet);
    }
    if (packet.size() > 255)
    {
        return;
    }
    // session.cpp: configure (5.0, clean start, QoS 1 below it), open, transmit, CONNACK, a publish of QoS 2, transmit,
    // then the packet. 3.1.1 likewise.
    const std::string accepted_v5("\x20\x03\x00\x00\x00", 5);
    const std::string accepted_v3("\x20\x02\x00\x00", 4);
    const std::string publish("\x05\x02\x00\x00\x01t\x01x\x03\x01", 10);
    out.add("session", std::string("\0\x15\1\3\1\x0D", 6) + with_length(accepted_v5) + publish + "\x0D" +
                           with_length(packet) + std::string("\3\1\x0D", 3) + with_length(packet));
    out.add("session", std::string("\0\5\1\3\1\x0D", 6) + with_length(accepted_v3) + publish + "\x0D" +
                           with_length(packet) + "\3\1");
    // client.cpp: a stream of "#" that is received from, a publish of QoS 2, connect, CONNACK, SUBACK, the packet.
    const std::string granted("\x90\x04\x00\x01\x00\x02", 6);
    out.add("client", std::string("\3\1#\0\1\2\1t\1x\0\x03\x0F", 13) + with_length(accepted_v5) + "\x0F" +
                          with_length(granted) + "\x0F" + with_length(packet) + std::string("\x09\0\x0F", 3) +
                          with_length(packet));
    // broker.cpp: a connection opens, CONNECT in either version, then the packet, on two connections.
    const std::string connect_v5("\x10\x0E\x00\x04MQTT\x05\x02\x00\x00\x00\x00\x01"
                                 "a",
                                 16);
    const std::string connect_v3("\x10\x0D\x00\x04MQTT\x04\x02\x00\x00\x00\x01"
                                 "b",
                                 15);
    out.add("broker", std::string("\0\0\x18", 3) + with_length(connect_v5) + "\x18" + with_length(packet) +
                          std::string("\x01\x19", 2) + with_length(connect_v3) + "\x19" + with_length(packet));
}

void add_packets(corpus& out, const fs::path& file)
{
    constexpr std::string_view call = "bytes(\"";
    const std::string text = read(file);
    for (std::size_t at = text.find(call); at != std::string::npos; at = text.find(call, at))
    {
        at += call.size() - 1;
        const std::string packet = bytes(literals(text, at));
        if (!packet.empty())
        {
            add_packet(out, packet);
        }
    }
}

void add_topics(corpus& out, const fs::path& file)
{
    const std::string text = read(file);
    std::set<std::string> found;
    for (std::size_t at = text.find("(\""); at != std::string::npos; at = text.find("(\"", at))
    {
        ++at;
        const std::string first = literals(text, at);
        const std::size_t next = text.find_first_not_of(", \n", at);
        at = next == std::string::npos ? text.size() : next;
        std::size_t second_at = at;
        const std::string second = second_at < text.size() ? literals(text, second_at) : std::string();
        found.insert(second + "\n" + first + "\n#\n+/+\n");
    }
    for (const std::string& each : found)
    {
        out.add("topic", each);
    }
}

// websocket.cpp: what is read, the size of the pieces less one, the bytes.
void add_websocket(corpus& out)
{
    const std::string from_server("\x82\x03one\x02\x01t\x89\x01p\x80\x02wo\x8A\x00\x88\x05\x03\xE8"
                                  "bye",
                                  26);
    const std::string long_frame = std::string("\x82\x7E\x00\x80", 4) + std::string(128, 'x');
    const std::string from_client("\x82\x81"
                                  "abcd\x11\x89\x80"
                                  "abcd\x88\x82"
                                  "abcd\x62\x8A",
                                  21);
    const std::string response = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                 "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
                                 "Sec-WebSocket-Protocol: mqtt\r\n\r\n";
    const std::string redirect = "HTTP/1.0 302 Found\r\nLocation: ws://b/\r\n\r\n";
    const std::string request = "GET /mqtt HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                                "Sec-WebSocket-Protocol: mqttv3.1, mqtt\r\n\r\n";
    for (const char pieces : {'\0', '\5'})
    {
        out.add("websocket", std::string{'\0', pieces} + from_server);
        out.add("websocket", std::string{'\0', pieces} + long_frame);
        out.add("websocket", std::string{'\1', pieces} + from_client);
        out.add("websocket", std::string{'\2', pieces} + response);
        out.add("websocket", std::string{'\2', pieces} + redirect);
        out.add("websocket", std::string{'\3', pieces} + request);
    }
    out.add("websocket", std::string("\4\1X\1y\4host\5/mqtt\x1F\x93q=1", 21));
}

/// The beginnings of what a SOCKS5 proxy says, before each answer in hexadecimal text, and the answers of HTTP.
void add_answers(corpus& out, const fs::path& file)
{
    constexpr std::string_view call = "bytes(\"";
    const std::string text = read(file);
    for (std::size_t at = text.find(call); at != std::string::npos; at = text.find(call, at))
    {
        at += call.size() - 1;
        const std::string answer = bytes(literals(text, at));
        out.add("proxy", std::string("\0\0", 2) + answer);
        out.add("proxy", std::string("\0\0\x05\0", 4) + answer);
        out.add("proxy", std::string("\2\0\x05\2\1\0", 6) + answer);
    }
    for (std::size_t at = text.find("\"HTTP/"); at != std::string::npos; at = text.find("\"HTTP/", at))
    {
        out.add("proxy", std::string("\1\7", 2) + unescaped(literals(text, at)));
    }
}

} // namespace

int main(int count, char** arguments)
{
    if (count != 3)
    {
        std::cerr << "usage: seeds TESTS/UNIT OUT\n";
        return 2;
    }
    corpus out{fs::path(arguments[2])};
    add_websocket(out);
    using add_file = void (*)(corpus&, const fs::path&);
    constexpr std::pair<const char*, add_file> folders[] = {
        {"wire", &add_packets}, {"topic", &add_topics}, {"transport", &add_answers}};
    for (const auto& [folder, add] : folders)
    {
        for (const auto& entry : fs::directory_iterator(fs::path(arguments[1]) / folder))
        {
            if (entry.path().extension() == ".cpp")
            {
                add(out, entry.path());
            }
        }
    }
}
