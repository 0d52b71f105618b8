// /etc/hosts, /etc/hostname and /etc/resolv.conf: made for each sandbox, in every network. The image's own
// would name servers and hosts of where it was built; a link by one of these names is not followed
// (BindText).
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/ip_address.h"
#include "base/path.h"
#include "base/text.h"
#include "base/try.h"
#include "plan/builder.h"
#include "plan/resolver_conf.h"
#include "spec/network_names.h"

namespace snug::plan {
namespace {

constexpr const char* kHosts = "/etc/hosts";
constexpr const char* kResolver = "/etc/resolv.conf";

using List = std::vector<spec::Setting<std::string>>;

std::string hostname_of(const spec::Spec& spec) {
  return spec.hostname ? spec.hostname->value : "snug";
}

// The sandbox's own names are on one line, so that each leads to the same address.
Result<std::string> hosts_text(const Builder& builder) {
  const spec::Spec& spec = builder.spec;
  std::string text = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n";
  if (spec.network.value == spec::NetworkMode::Host)
    // The host's network with the host's names for it.
    if (auto host = builder.host.read_file(kHosts)) {
      text = std::move(*host);
      if (!text.empty() && !text.ends_with('\n'))
        text += '\n';
    }
  text += "127.0.1.1\t" + hostname_of(spec);
  for (const auto& alias : spec.alias) text += " " + alias.value;
  text += '\n';
  for (const auto& setting : spec.hosts) {
    const auto entry = TRY(spec::parse_host_entry(setting.value, setting.origin.text));
    text += fmt::format("{}\t{}\n", entry.address, entry.name);
  }
  return text;
}

// Of no use in another network: a loopback address is the sandbox's own there, and a zone ("fe80::1%eth0")
// names an interface of the host.
bool is_tied_to_host(std::string_view text) {
  const auto address = parse_ip(text);
  const bool unspecified = address && address->bytes == IpAddress{}.bytes;
  return !address || unspecified || special_purpose(*address) == "loopback";
}

// The host's name servers as they can be asked from a network of the sandbox's own.
std::vector<std::string> servers_for_full(const std::string& host, std::string_view forwarded) {
  std::vector<std::string> servers;
  for (const std::string_view written : parse_name_servers(host)) {
    std::string server{is_tied_to_host(written) ? forwarded : written};
    if (std::ranges::find(servers, server) == servers.end())
      servers.push_back(std::move(server));
  }
  // Without a line resolv.conf(5) means the one at 127.0.0.1.
  if (servers.empty())
    servers.emplace_back(forwarded);
  return servers;
}

std::vector<std::string> values(const List& list) {
  std::vector<std::string> texts;
  for (const auto& item : list) texts.push_back(item.value);
  return texts;
}

// The host's text with these name servers, and with these search domains where there are any.
std::string replaced(const std::string& host, const std::vector<std::string>& servers, const List& search) {
  std::string text;
  for (const std::string& server : servers) text += fmt::format("nameserver {}\n", server);
  for (const std::string_view line : split(host, '\n')) {
    const auto [keyword, value] = parse_resolver_line(line);
    const bool domains = keyword == "search" || keyword == "domain";
    if (!keyword.empty() && keyword != "nameserver" && !(domains && !search.empty()))
      text += fmt::format("{} {}\n", keyword, value);
  }
  if (!search.empty())
    text += fmt::format("search {}\n", join(values(search), " "));
  return text;
}

std::vector<std::string> servers_of(const std::string& host) {
  const auto servers = parse_name_servers(host);
  return {servers.begin(), servers.end()};
}

// Where the way out takes questions. With slirp4netns no nameserver of the host's is on its loopback
// (plan/outbound.cc), so that of a network that is joined it does not matter which of the two it has.
std::string_view forwarded_server(const Builder& builder) {
  const auto* const out = find_step<ConnectNetwork>(builder.plan);
  return spec::outbound_dns(out ? out->tool : spec::OutboundTool::Pasta);
}

BindText resolver_file(const Builder& builder) {
  const spec::Spec& spec = builder.spec;
  BindText file{.target = kResolver};
  const bool joined = builder.joined != nullptr;
  const List& dns = joined ? builder.joined->dns : spec.dns;
  const List& dns_search = joined ? builder.joined->dns_search : spec.dns_search;
  const auto text = [&] { return builder.host.read_file(kResolver).value_or(""); };
  switch (joined ? builder.joined->mode : spec.network.value) {
    case spec::NetworkMode::Container:  // never: a joined one has another mode
    case spec::NetworkMode::None:
      file.text = "# Made by snug: without a network there is no name server.\n";
      break;
    case spec::NetworkMode::Gate:
      file.text = fmt::format("nameserver {}\n", spec::kGateResolver);
      break;
    case spec::NetworkMode::Full: {
      const std::string host = text();
      file.text = replaced(
          host, dns.empty() ? servers_for_full(host, forwarded_server(builder)) : values(dns), dns_search);
      break;
    }
    case spec::NetworkMode::Host: {
      const std::string host = text();
      file.copied = dns.empty() && dns_search.empty();
      file.text =
          file.copied ? host : replaced(host, dns.empty() ? servers_of(host) : values(dns), dns_search);
      break;
    }
  }
  return file;
}

// What was asked for by name must not be hidden by a volume in its place.
Status check_visible(const spec::Spec& spec, const char* file, std::initializer_list<const List*> asked) {
  for (const List* list : asked)
    for (const spec::Mount& mount : spec.mounts)
      if (!list->empty() && is_beneath(file, mount.target))
        return fail({.step = fmt::format("{}: {} is hidden by the mount on {}", list->front().origin.text,
                                         file, mount.target),
                     .origin = mount.origin.text,
                     .hint = "leave one of them out, or write it into the mounted file"});
  return {};
}

}  // namespace

Status plan_name_service(Builder& builder) {
  const spec::Spec& spec = builder.spec;
  TRY(check_visible(spec, kHosts, {&spec.hosts, &spec.alias}));
  TRY(check_visible(spec, kResolver, {&spec.dns, &spec.dns_search}));
  auto hosts = TRY(hosts_text(builder));
  const auto origin_of = [&](std::initializer_list<const List*> lists) {
    for (const List* list : lists)
      if (!list->empty())
        return list->front().origin;
    return spec.network.origin;
  };
  builder.init(Phase::Mounts, resolver_file(builder), origin_of({&spec.dns, &spec.dns_search}));
  builder.init(Phase::Mounts, BindText{kHosts, std::move(hosts)}, origin_of({&spec.hosts, &spec.alias}));
  builder.init(Phase::Mounts, BindText{"/etc/hostname", hostname_of(spec) + "\n"},
               spec.hostname ? spec.hostname->origin : Origin{});
  return {};
}

}  // namespace snug::plan
