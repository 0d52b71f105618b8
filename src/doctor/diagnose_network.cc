// What the network modes and downloads need.
#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "base/units.h"
#include "doctor/diagnose.h"
#include "doctor/proc_text.h"

namespace snug::doctor {
namespace {

// Of a network of its own with an uplink; the other modes need no tun.
Finding judge_uplink(const Facts& facts) {
  const NetworkFacts& network = facts.network;
  const bool pasta = !network.pasta.path.empty();
  const bool installed = pasta || !network.slirp.path.empty();
  Finding finding{.check = "pasta",
                  .consequence = pasta ? "--network full works" : "--network full works, by slirp4netns"};
  const int tun = facts.kernel.tun.value_or(0);
  const bool contained = !facts.process.container.empty();
  if (installed && tun == 0 && network.full.failures.empty())
    return finding;
  finding.level = Level::Degraded;
  finding.consequence = "--network full does not work; the other modes do not need it";
  finding.who = contained && tun != 0 ? Who::OuterContainer : Who::Root;
  if (!installed) {
    finding.cause = "pasta is not installed, nor slirp4netns";
    finding.fix = {"sudo apt install passt   (the package is called passt everywhere)"};
    finding.who = Who::Root;
  } else if (tun == 0) {
    // What a run says.
    finding.cause = network.full.failures.front().words;
    const bool no_route = finding.cause.find("External interface not usable") != std::string::npos ||
                          finding.cause.find("routable interface") != std::string::npos;
    finding.fix = {no_route
                       ? "connect the machine to a network: pasta copies the address and the default route"
                       : "do without: --network gate --allow HOST, or --network host"};
    finding.who = Who::You;
  } else if (contained) {
    finding.cause =
        fmt::format("/dev/net/tun is not to be had in the outer container ({})", strerrorname_np(tun));
    finding.fix = {"docker run --device /dev/net/tun ..."};
  } else if (tun == ENOENT) {
    finding.cause = "there is no /dev/net/tun";
    finding.fix = {"sudo modprobe tun"};
  } else if (tun == ENODEV || tun == ENXIO) {
    finding.cause = "/dev/net/tun has no driver: the kernel was updated, and its old modules are gone";
    finding.fix = {"reboot"};
  } else {
    finding.cause = fmt::format("/dev/net/tun cannot be used ({})", strerrorname_np(tun));
    finding.fix = {"sudo chmod 0666 /dev/net/tun"};
  }
  return finding;
}

// Its refusals are seen by a packet socket, which it can do without.
Finding judge_gate(const Facts& facts) {
  const NetworkFacts& network = facts.network;
  if (!network.gate.failures.empty())
    return gate_refused(facts, network.gate.failures.front());
  if (!network.gate_blind)
    return {.check = "gate",
            .consequence = "--network gate works: --allow HOST lets programs reach HOST alone"};
  Finding finding{.check = "gate",
                  .level = Level::Degraded,
                  .consequence = "--network gate works, but of what it refuses only a part is told",
                  .cause = "this kernel has no packet sockets (CONFIG_PACKET), by which refusals are seen",
                  .fix = {"sudo modprobe af_packet"},
                  .who = machine_root(facts)};
  if (facts.process.seccomp == 2) {
    finding.cause = "a system call filter (seccomp) refuses packet sockets, by which refusals are seen";
    finding.fix = {"allow socket(AF_PACKET) in it"};
    finding.who = facts.process.container.empty() ? Who::You : Who::OuterContainer;
  }
  return finding;
}

Finding judge_ping(const Facts& facts) {
  const auto range = words_of(sysctl(facts, "net/ipv4/ping_group_range"));
  const auto first = range.size() == 2 ? parse_number(range[0], "group") : Result<std::uint64_t>{0U};
  const auto last = range.size() == 2 ? parse_number(range[1], "group") : Result<std::uint64_t>{UINT32_MAX};
  if (!first || !last || (facts.network.gid >= *first && facts.network.gid <= *last))
    return {.check = "ping", .consequence = "works with --network host"};
  return {.check = "ping",
          .level = Level::Degraded,
          .consequence = "does not work with --network host; everything else does",
          .cause = fmt::format("net.ipv4.ping_group_range ({} {}) does not have your group {}", *first, *last,
                               facts.network.gid),
          .fix = {"echo 'net.ipv4.ping_group_range=0 2147483647' | sudo tee /etc/sysctl.d/60-ping.conf",
                  "sudo sysctl --system"},
          .who = machine_root(facts)};
}

unsigned first_free_port(const Facts& facts) {
  const auto start = parse_number(sysctl(facts, "net/ipv4/ip_unprivileged_port_start"), "port", 65536);
  return static_cast<unsigned>(start.value_or(1024U));
}

Finding judge_ports(const Facts& facts) {
  const unsigned start = first_free_port(facts);
  if (start <= 80)
    return {.check = "ports",
            .consequence = "every port of this machine from " + std::to_string(start) + " on can be served"};
  return port_refused(facts, 0);
}

}  // namespace

// `port` 0: of all below the first that is free.
Finding port_refused(const Facts& facts, unsigned port) {
  const unsigned start = first_free_port(facts);
  return {.check = "ports",
          .level = port ? Level::Broken : Level::Ok,
          .consequence =
              port ? fmt::format("port {} cannot be served", port)
                   : fmt::format(
                         "ports of this machine are yours from {} on; inside a network of its own all are",
                         start),
          .cause = fmt::format("net.ipv4.ip_unprivileged_port_start is {}", start),
          .fix = {fmt::format("choose a port of {} or above", start),
                  fmt::format("or, as root: echo net.ipv4.ip_unprivileged_port_start={} | sudo tee "
                              "/etc/sysctl.d/60-ports.conf && sudo sysctl --system",
                              port ? port : 80)},
          .who = Who::You};
}

Finding gate_refused(const Facts& facts, const Failure& failure) {
  const int err = failure.err;
  const bool contained = !facts.process.container.empty();
  Finding finding{.check = "gate",
                  .level = Level::Degraded,
                  .consequence = "--network gate does not work; the other modes do not need it",
                  .who = machine_root(facts)};
  if (err == EOPNOTSUPP || err == ENODEV) {
    finding.cause = "this kernel has no virtual devices (veth), by which a sandbox reaches its gate";
    finding.fix = {
        contained ? "on the machine itself, as root: modprobe veth" : "sudo modprobe veth",
        "where it has no such module: reboot if the kernel was updated, else a kernel with CONFIG_VETH"};
  } else if (err == ENOSPC) {
    const std::string_view most = sysctl(facts, "user/max_net_namespaces");
    finding.cause = fmt::format(
        "network namespaces are used up{}: a sandbox with a gate has two; this ENOSPC is no full disk",
        most.empty() ? "" : fmt::format(" (user.max_net_namespaces is {})", most));
    finding.fix = {"echo user.max_net_namespaces=28633 | sudo tee /etc/sysctl.d/60-userns.conf",
                   "sudo sysctl --system"};
  } else if ((err == EPERM || err == ENOSYS) && facts.process.seccomp == 2) {
    Finding by_filter = outer_filter_finding(facts, finding.check);
    by_filter.level = finding.level;
    by_filter.consequence = std::move(finding.consequence);
    return by_filter;
  } else {
    // What a run says.
    finding.cause = failure.words;
    finding.fix = {failure.hint.empty() ? "do without: --network full, or --network host" : failure.hint};
    finding.who = Who::You;
  }
  return finding;
}

std::vector<Finding> judge_network(const Facts& facts) {
  std::vector<Finding> findings;
  if (facts.network.gate.tried)
    findings.push_back(judge_gate(facts));
  findings.insert(findings.end(), {judge_uplink(facts), judge_ping(facts), judge_ports(facts)});
  if (facts.network.curl.path.empty())
    findings.push_back({.check = "curl",
                        .level = Level::Degraded,
                        .consequence = "nothing can be downloaded",
                        .cause = "curl is not installed",
                        .fix = {"sudo apt install curl"},
                        .who = Who::Root});
  else
    findings.push_back({.check = "curl", .consequence = "images can be downloaded with it"});
  return findings;
}

}  // namespace snug::doctor
