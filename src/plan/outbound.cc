// What reaches out: a network of the sandbox's own by a user-mode network stack, or the host's network whole.
#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "plan/builder.h"
#include "plan/resolver_conf.h"

namespace snug::plan {
namespace {

// Also what means this machine without saying so: resolv.conf(5). inet_aton(3), as slirp4netns reads it.
bool is_loopback(const std::string& address) {
  in_addr four{};
  if (inet_aton(address.c_str(), &four) != 0)
    return four.s_addr == INADDR_ANY || ntohl(four.s_addr) >> 24 == IN_LOOPBACKNET;
  return address == "::1" || address == "::";
}

// The first nameserver of a resolv.conf(5) that is this machine's loopback; "" where none is.
std::string loopback_nameserver(std::string_view text) {
  for (const std::string_view server : parse_name_servers(text))
    if (std::string address{server}; is_loopback(address))
      return address;
  return "";
}

// The descriptors are those of network/outbound.h. Every way back in is off: the host's ports by pasta's
// defaults, and the loopback that both give by default under the gateway's address (CVE-2021-20199's class).
std::vector<std::string> pasta_command(std::string program) {
  const spec::OutboundTool tool = spec::OutboundTool::Pasta;
  return {std::move(program),
          "--foreground",
          "--quiet",
          "--config-net",
          "--ns-ifname",
          spec::kOutboundDevice,
          "--no-map-gw",
          "--tcp-ports",
          "none",
          "--udp-ports",
          "none",
          "--tcp-ns",
          "none",
          "--udp-ns",
          "none",
          "--dns-forward",
          std::string{spec::outbound_dns(tool)},
          "--no-netns-quit",
          "--pid",
          "/proc/self/fd/2",
          "--userns",
          "/proc/self/fd/0",
          "--netns",
          "/proc/self/fd/1"};
}

std::vector<std::string> slirp_command(std::string program) {
  return {std::move(program),  "--configure",      "--mtu=65520",        "--disable-host-loopback",
          "--enable-sandbox",  "--enable-seccomp", "--exit-fd=3",        "--ready-fd=4",
          "--netns-type=path", "/proc/self/fd/1",  spec::kOutboundDevice};
}

// With either, the payload could put packets for 127.0.0.1 on the device itself, and both tools take them for
// the host's own loopback (tried: passt of March 2023, slirp4netns 1.2). Without, the kernel keeps them
// inside (network/local_routes.h).
Status check_capabilities(const Builder& builder, std::uint64_t kept) {
  constexpr unsigned kNetAdmin = 12;
  constexpr unsigned kNetRaw = 13;
  const std::uint64_t bad = kept & (1ULL << kNetAdmin | 1ULL << kNetRaw);
  if (bad == 0)
    return {};
  return fail({.step = fmt::format("network.mode = \"full\" and {}: with both, services on this machine's "
                                   "loopback could be reached from inside",
                                   bad & 1ULL << kNetAdmin ? "CAP_NET_ADMIN" : "CAP_NET_RAW"),
               .origin = builder.spec.cap_add.empty() ? "" : builder.spec.cap_add.back().origin.text,
               .hint = "leave the capability out (--cap-drop NET_ADMIN --cap-drop NET_RAW), or use "
                       "--network none, where it is harmless"});
}

// What slirp4netns cannot do here, or not without opening more than was asked for.
Status check_slirp(const Builder& builder) {
  const auto refuse = [&](std::string cause, std::string_view remedy) {
    return fail({.step = "network.mode = \"full\": " + std::move(cause),
                 .origin = builder.spec.network.origin.text,
                 .hint = fmt::format("{}; --network gate --allow HOST needs neither", remedy)});
  };
  // It passes every port of its own nameserver address on to the host's nameserver: of one on the loopback
  // that is every service there.
  const auto resolver = builder.host.read_file("/etc/resolv.conf");
  if (const std::string server = resolver ? loopback_nameserver(*resolver) : ""; !server.empty())
    return refuse(fmt::format("the nameserver is {}, and slirp4netns would open the services on that address "
                              "with it",
                              escape_control(server)),
                  "install the package passt, which opens port 53 only");
  // Where you are not 0 inside, it has no capability there once it is executed.
  const bool zero = builder.spec.ids.value == spec::IdMode::Range
                        ? builder.spec.run_as.value.kind != spec::RunAs::Kind::Self
                        : builder.user.uid == 0 && builder.user.gid == 0;
  if (!zero)
    return refuse("slirp4netns wants you to be root inside, and here you are not",
                  "install the package passt, or be root inside: -u root");
  return {};
}

}  // namespace

Status plan_outbound(Builder& builder) {
  const auto& mode = builder.spec.network;
  if (mode.value == spec::NetworkMode::Host && builder.spec.seccomp.value == spec::Tier::Strict)
    return fail(
        {.step = "network.mode = \"host\" and security.seccomp = \"strict\": the host's network would open "
                 "abstract sockets and the services on this machine's loopback",
         .origin = mode.origin.text,
         .hint =
             "use --network gate --allow HOST, or --network full; or the default filter, which allows it"});
  if (mode.value != spec::NetworkMode::Full)
    return {};
  ConnectNetwork step{.tool = spec::OutboundTool::Pasta};
  if (auto pasta = builder.host.find_program("pasta")) {
    step.argv = pasta_command(std::move(*pasta));
  } else if (auto slirp = builder.host.find_program("slirp4netns")) {
    TRY(check_slirp(builder));
    step.tool = spec::OutboundTool::Slirp4netns;
    step.argv = slirp_command(std::move(*slirp));
  } else {
    return fail(
        {.step = "network.mode = \"full\": neither pasta nor slirp4netns is installed",
         .origin = mode.origin.text,
         .hint = "install the package passt (or slirp4netns); --network gate --allow HOST needs neither"});
  }
  builder.add(Phase::Create, Actor::Supervisor, std::move(step), mode.origin);
  return {};
}

Status check_outbound(Builder& builder) {
  const auto& mode = builder.spec.network;
  if (mode.value == spec::NetworkMode::Full)
    return check_capabilities(builder, find_step<KeepCapabilities>(builder.plan)->keep);
  if (mode.value == spec::NetworkMode::Host) {
    // From ABI 6 on Landlock keeps the payload from connecting to abstract sockets of outside.
    const ApplyLandlock* wall = find_step<ApplyLandlock>(builder.plan);
    builder.note(
        wall && wall->abi >= 6
            ? "the network is the host's: services on its loopback can be reached from inside "
              "(abstract sockets cannot: Landlock)"
            : "the network is the host's: services on its loopback and abstract sockets (X11, D-Bus) "
              "can be reached from inside",
        mode.origin);
  }
  return {};
}

}  // namespace snug::plan
