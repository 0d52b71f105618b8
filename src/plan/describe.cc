#include "plan/describe.h"

#include <fmt/format.h>

#include "base/overloaded.h"
#include "base/text.h"
#include "base/units.h"
#include "seccomp/table.h"

namespace snug::plan {
namespace {

std::string safe(const std::string& text) {
  return escape_control(text);
}

std::string ranges(const std::vector<IdRange>& map) {
  std::string text;
  for (const IdRange& range : map) {
    text += text.empty() ? "" : ", ";
    text += range.count == 1 ? fmt::format("{}={}", range.inside, range.outside)
                             : fmt::format("{}-{}={}-{}", range.inside, range.inside + range.count - 1,
                                           range.outside, range.outside + range.count - 1);
  }
  return text;
}

std::string size_suffix(std::uint64_t size) {
  return size ? ", at most " + format_size(size) : "";
}

std::string words(const std::vector<std::string>& list, std::string_view separator = " ") {
  return safe(join(list, separator));
}

std::string command_line(const std::vector<std::string>& argv) {
  std::string text;
  for (const std::string& word : argv) text += (text.empty() ? "" : " ") + shell_quote(safe(word));
  return text;
}

std::string describe_filter(const seccomp::FilterRequest& request) {
  std::string text = fmt::format("install the system call filter \"{}\"", describe(request.tier));
  if (request.fake_root)
    text += ", which answers chown, setuid and mknod with success (fake-root)";
  if (seccomp::asks_about_setid(request))
    text += ", setuid bits for files of the image's layers alone";
  if (request.nested_userns)
    text += ", user namespaces allowed";
  if (request.x86_abi)
    text += ", 32-bit programs allowed";
  if (!request.allow.empty())
    text += "; also allowed: " + words(request.allow);
  if (!request.deny.empty())
    text += "; also refused: " + words(request.deny);
  return text;
}

std::string describe_overlay(const OverlayRoot& root) {
  std::vector<std::string> layers;
  for (const image::Layer& layer : root.layers) layers.push_back(layer.path);
  return fmt::format("mount the root: {} of {}, writable layer {}{}",
                     root.driver == spec::OverlayDriver::Fuse ? "fuse-overlayfs" : "kernel overlay",
                     words(layers, " + "),
                     root.kept                        ? "kept on disk"
                     : root.upper == UpperPlace::Disk ? "on disk"
                                                      : "in memory",
                     size_suffix(root.size));
}

std::string port_range(unsigned first, unsigned count) {
  return first == 0   ? std::string{"a free port"}
         : count == 1 ? std::to_string(first)
                      : fmt::format("{}-{}", first, first + count - 1);
}

std::string describe_ports(const spec::PublishedPorts& ports) {
  const bool six = ports.address.find(':') != std::string::npos;
  return fmt::format("listen on {}{}{}{}{} for {} {} of the sandbox", six ? "[" : "", ports.address,
                     six ? "]" : "", ports.host == 0 ? ", " : ":", port_range(ports.host, ports.count),
                     ports.protocol == spec::Protocol::Tcp ? "TCP port" : "UDP port",
                     port_range(ports.container, ports.count));
}

std::string rule_words(const std::vector<spec::HostRule>& rules) {
  std::string text;
  for (const spec::HostRule& rule : rules)
    text += (text.empty() ? "" : ", ") + safe(rule.text) + (rule.set.empty() ? "" : " (@" + rule.set + ")");
  return text;
}

std::string describe_gate(const OpenGate& gate) {
  std::string text = gate.allow.empty() ? "let nothing out of the network: no host is allowed"
                                        : "let out to " + rule_words(gate.allow) + ", and nowhere else";
  return gate.deny.empty() ? text : text + "; never to " + rule_words(gate.deny);
}

}  // namespace

std::string describe(const Step& step) {
  return std::visit(
      overloaded{
          [](const SweepDisk& s) { return "remove what killed runs have left below " + safe(s.parent); },
          [](const PrepareDisk& s) { return "make a throwaway writable layer below " + safe(s.parent); },
          [](const KeepContainer& s) {
            return fmt::format("keep the container in {}{}", safe(s.dir),
                               s.remove ? ", and remove it at its end" : "");
          },
          [](const EnterContainer& s) { return "join the running container " + safe(s.name); },
          [](const LimitGroup& s) {
            std::vector<std::string> texts;
            for (const GroupLimit& limit : s.limits)
              texts.push_back(fmt::format("{} = {}", limit.file, limit.value));
            return fmt::format("make a cgroup {}: {}",
                               s.delegation.by == cgroup::Delegator::Systemd
                                   ? fmt::format("in a scope of systemd's user manager ({})", safe(s.unit))
                                   : "below " + safe(s.delegation.dir),
                               words(texts, ", "));
          },
          [](const PublishPorts& s) { return describe_ports(s.ports); },
          [](const OpenGate& s) { return describe_gate(s); },
          [](const ConnectNetwork& s) {
            return fmt::format("connect the network through {}, but not to this machine's loopback",
                               spec::name_of(s.tool));
          },
          [](const RelayFiles&) {
            return std::string{"relay each standard descriptor that is a file through a pipe"};
          },
          [](const JoinNetwork& s) {
            return fmt::format("join the user and network namespace of the running container {}",
                               safe(s.container));
          },
          [](const CreateNamespaces& s) {
            if (!s.user)
              return std::string{s.cgroup
                                     ? "create mount, pid, ipc, uts and cgroup namespaces in them"
                                     : "create mount, pid, ipc and uts namespaces in them, in the cgroup"};
            return std::string{s.cgroup ? "create user, mount, pid, ipc, uts and cgroup namespaces"
                                        : "create user, mount, pid, ipc and uts namespaces, in the cgroup"} +
                   (s.network ? ", and a network of its own" : "; the network is the host's");
          },
          [](const MapSelf& s) {
            return fmt::format("map user {} to {} and group {} to {}", s.uid.inside, s.uid.outside,
                               s.gid.inside, s.gid.outside);
          },
          [](const SharedMap& s) {
            return fmt::format("check that user {} there is {} and group {} is {}", s.uid.inside,
                               s.uid.outside, s.gid.inside, s.gid.outside);
          },
          [](const MapRange& s) {
            return fmt::format("map users {} and groups {} by newuidmap and newgidmap", ranges(s.uids),
                               ranges(s.gids));
          },
          [](const NewCgroupNamespace&) {
            return std::string{"create a cgroup namespace whose root is that cgroup"};
          },
          [](const JoinKeyring&) { return std::string{"join a new session keyring"}; },
          [](const LoopbackUp&) { return std::string{"bring up lo"}; },
          [](const SetSysctl& s) { return fmt::format("set /proc/sys/{} to {}", s.name, s.value); },
          [](const SetHostname& s) { return "set the host name to " + safe(s.name); },
          [](const PrivateMounts&) { return std::string{"make all mounts private"}; },
          [](const TmpfsRoot& s) { return "mount the root: an empty tmpfs" + size_suffix(s.size); },
          [](const DiskRoot&) { return std::string{"mount the root: the container's own directory"}; },
          [](const OverlayRoot& s) { return describe_overlay(s); },
          [](const MakeDir& s) {
            return fmt::format("make the directory {} ({:04o})", safe(s.target), s.mode);
          },
          [](const MakeSymlink& s) {
            return fmt::format("make the link {} to {}", safe(s.target), safe(s.text));
          },
          [](const BindText& s) {
            return (s.copied ? "copy the host's " : "put a file made by snug at ") + safe(s.target);
          },
          [](const BindMount& s) {
            return fmt::format("mount {} on {}, {}", safe(s.source), safe(s.target),
                               s.access == spec::Access::ReadOnly ? "read-only" : "read-write");
          },
          [](const CowMount& s) {
            return fmt::format("mount a view of {} on {} whose changes {}, kept {}{}{}", safe(s.source),
                               safe(s.target), s.kept ? "stay with the container" : "are thrown away",
                               s.fuse_program.empty() ? "" : "by fuse-overlayfs ",
                               s.upper == UpperPlace::Disk ? "on disk" : "in memory", size_suffix(s.size));
          },
          [](const MountTmpfs& s) {
            return fmt::format("mount a tmpfs on {}{}{}", safe(s.target), size_suffix(s.size),
                               s.access == spec::Access::ReadOnly ? ", read-only" : "");
          },
          [](const MountDev& s) { return "mount /dev with " + words(s.devices); },
          [](const MountDevpts&) { return std::string{"mount /dev/pts"}; },
          [](const MountProc& s) {
            std::string text = s.own ? "mount /proc" : "mount /proc, read-only (the outer one)";
            if (!s.read_only.empty())
              text += "; read-only: " + words(s.read_only);
            if (!s.masked.empty())
              text += "; hidden: " + words(s.masked);
            return text;
          },
          [](const MountSys& s) {
            return std::string{"mount /sys, read-only"} + (s.own ? "" : " (the outer one)") +
                   (s.masked.empty() ? "" : "; hidden: " + words(s.masked));
          },
          [](const MountCgroup&) { return std::string{"mount the cgroup at /sys/fs/cgroup, read-only"}; },
          [](const OpenTerminal&) {
            return std::string{
                "open a terminal of the sandbox's own in place of each standard descriptor that is one"};
          },
          [](const RootReadOnly&) { return std::string{"make the root read-only"}; },
          [](const PivotRoot&) { return std::string{"make it the root, and detach the host's"}; },
          [](const LimitResource& s) {
            const auto text = [](std::uint64_t value) {
              return value == UINT64_MAX ? std::string{"unlimited"} : std::to_string(value);
            };
            return s.soft == s.hard
                       ? fmt::format("limit {} to {}", s.name, text(s.hard))
                       : fmt::format("limit {} to {}, at most {}", s.name, text(s.soft), text(s.hard));
          },
          [](const KeepCapabilities& s) {
            return s.names.empty() ? std::string{"drop every capability"}
                                   : "drop every capability but " + words(s.names);
          },
          [](const NoNewPrivileges&) { return std::string{"set no_new_privs"}; },
          [](const BecomeUser& s) { return fmt::format("be user {} and group {}", s.uid, s.gid); },
          [](const CloseDescriptors&) {
            return std::string{"close every descriptor but the standard three"};
          },
          [](const EnterDir& s) { return "enter " + safe(s.target); },
          [](const SetEnvironment& s) {
            std::string text = "set the environment:";
            for (const spec::EnvVariable& variable : s.variables) text += " " + safe(variable.name);
            return text;
          },
          [](const ApplyLandlock& s) {
            return fmt::format(
                "close everything outside the sandbox's own files by Landlock (ABI {}), and writing "
                "but below {}{}",
                s.abi, words(s.writable), s.refuse_tcp ? "; no TCP" : "");
          },
          [](const InstallSeccomp& s) { return describe_filter(s.request); },
          [](const Execute& s) { return "execute " + command_line(s.argv); },
          [](const ReportNew& s) { return "at the end, tell if these are there: " + words(s.paths); },
          [](const ServeContainer& s) {
            return fmt::format("keep the log of {}, and answer to exec, attach, stop and the like",
                               safe(s.name));
          },
          [](const Timeout& s) {
            return fmt::format("end it after {} ms, by force {} ms later", s.after_ms, s.grace_ms);
          },
      },
      step);
}

const char* describe(seccomp::FilterTier tier) {
  switch (tier) {
    case seccomp::FilterTier::Strict:
      return "strict";
    case seccomp::FilterTier::Default:
      return "default";
    case seccomp::FilterTier::Dev:
      return "dev";
  }
  return "";
}

const char* describe(Phase phase) {
  switch (phase) {
    case Phase::Create:
      return "create";
    case Phase::Identity:
      return "identity";
    case Phase::Kernel:
      return "kernel";
    case Phase::Root:
      return "root";
    case Phase::System:
      return "system";
    case Phase::Mounts:
      return "mounts";
    case Phase::Pivot:
      return "pivot";
    case Phase::Privileges:
      return "privileges";
    case Phase::Payload:
      return "payload";
    case Phase::Supervise:
      return "supervise";
  }
  return "";
}

const char* describe(Actor actor) {
  switch (actor) {
    case Actor::Supervisor:
      return "supervisor";
    case Actor::Init:
      return "init";
    case Actor::Payload:
      return "payload";
  }
  return "";
}

}  // namespace snug::plan
