#include <fmt/format.h>

#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "base/try.h"
#include "base/units.h"
#include "cli/commands/container_ask.h"
#include "cli/commands/shared_options.h"
#include "cli/show/report.h"
#include "container/store.h"
#include "spec/publish.h"

namespace snug::cli {
namespace {

struct Port {
  unsigned container{};
  spec::Protocol protocol{};
  std::string address{};
  unsigned host{};
};

const char* protocol_name(spec::Protocol protocol) {
  return protocol == spec::Protocol::Tcp ? "tcp" : "udp";
}

// The texts are those of a running container, with the ports that the kernel chose.
Result<std::vector<Port>> published_ports(const std::vector<std::string>& texts) {
  std::vector<Port> ports;
  for (const std::string& text : texts) {
    const auto published = TRY(spec::parse_publish(text, "publish"));
    for (std::uint32_t i = 0; i < published.count; ++i)
      ports.push_back({.container = published.container + i,
                       .protocol = published.protocol,
                       .address = published.address,
                       .host = published.host ? published.host + i : 0});
  }
  return ports;
}

std::string host_text(const Port& port) {
  const bool six = port.address.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", six ? "[" : "", port.address, six ? "]" : "", port.host);
}

// Returns the ports that a word such as "80" or "80/udp" asks for.
Result<std::vector<Port>> asked_ports(const std::vector<Port>& ports, const std::string& word,
                                      const std::string& name) {
  const std::size_t slash = word.find('/');
  const std::string protocol = slash == std::string::npos ? "tcp" : to_lower(word.substr(slash + 1));
  const auto number = TRY(parse_number(word.substr(0, slash), "port", 65535));
  if (protocol != "tcp" && protocol != "udp")
    return fail({.step = fmt::format("port: \"{}\" is not a port", escape_control(word)),
                 .hint = "such as 80, 80/tcp or 53/udp"});
  std::vector<Port> asked;
  for (const Port& port : ports)
    if (port.container == number && protocol_name(port.protocol) == protocol)
      asked.push_back(port);
  if (asked.empty())
    return fail({.step = fmt::format("port {}: {}/{} is not published", name, number, protocol),
                 .hint = fmt::format("snug port {} shows what is", name)});
  return asked;
}

std::string ports_text(const std::vector<Port>& ports, bool one, bool json) {
  Json::Array array;
  std::string text;
  for (const Port& port : ports) {
    array.push_back(Json::Object{{"container_port", std::uint64_t{port.container}},
                                 {"protocol", protocol_name(port.protocol)},
                                 {"host_address", port.address},
                                 {"host_port", std::uint64_t{port.host}}});
    if (!one)
      text += fmt::format("{}/{} -> ", port.container, protocol_name(port.protocol));
    text += escape_control(host_text(port)) + "\n";
  }
  return json ? pretty_json(array) : text;
}

Result<int> print_ports(const Invocation& invocation) {
  const auto container = TRY(named_container(invocation));
  const auto state = TRY(container.state());
  const auto running = TRY(container.running());
  // A container that has ended has no open ports.
  auto ports = published_ports(
      running && state.phase == container::RunPhase::Running ? state.ports : std::vector<std::string>{});
  const bool one = invocation.words.size() > 1;
  if (ports && one)
    ports = asked_ports(*ports, invocation.words[1], container.name());
  if (!ports)
    return tl::unexpected{std::move(ports).error()};
  return print_answer(ports_text(*ports, one, invocation.common.json.value_or(false))).map([] { return 0; });
}

}  // namespace

extern constexpr CommandDef kPortCommand{
    .name = "port",
    .group = kContainersGroup,
    .arity = {1, 2, "name one container, and one port if you like"},
    .positional = Complete::ContainerName,
    .run = print_ports,
};

}  // namespace snug::cli
