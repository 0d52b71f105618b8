#include "cli/show/plan_json.h"

#include <fmt/format.h>

#include "base/overloaded.h"
#include "plan/describe.h"
#include "spec/words.h"

namespace snug {
namespace {

using Object = Json::Object;

Json list(const std::vector<std::string>& texts) {
  return Json::Array(texts.begin(), texts.end());
}

Json number(std::uint64_t n) {
  return Json{n};
}

Json ranges(const std::vector<IdRange>& map) {
  Json::Array array;
  for (const IdRange& r : map)
    array.push_back(
        Object{{"inside", number(r.inside)}, {"outside", number(r.outside)}, {"count", number(r.count)}});
  return array;
}

Json octal(mode_t mode) {
  return fmt::format("{:04o}", mode);
}

Json rules_json(const std::vector<HostRule>& rules) {
  Json::Array array;
  for (const HostRule& rule : rules) array.push_back(Object{{"rule", rule.text}, {"set", rule.set}});
  return array;
}

const char* access_word(Access access) {
  return access == Access::ReadOnly ? "ro" : "rw";
}

Json layers(const std::vector<Layer>& all) {
  Json::Array array;
  for (const Layer& layer : all) array.push_back(layer.path);
  return array;
}

Json environment(const SetEnvironment& step) {
  Json::Array array;
  for (const EnvVariable& v : step.variables)
    array.push_back(Object{{"name", v.name}, {"value", v.value}, {"origin", v.origin.text}});
  return array;
}

// The step's kind and its own members.
Object step_members(const Step& step) {
  return std::visit(
      overloaded{
          [](const SweepDisk& s) {
            return Object{{"kind", "sweep-disk"}, {"parent", s.parent}};
          },
          [](const PrepareDisk& s) {
            return Object{{"kind", "prepare-disk"}, {"parent", s.parent}};
          },
          [](const KeepContainer& s) {
            return Object{{"kind", "keep-container"}, {"dir", s.dir}, {"remove", s.remove}};
          },
          [](const EnterContainer& s) {
            return Object{{"kind", "enter-container"}, {"name", s.name}};
          },
          [](const LimitGroup& s) {
            Json::Array limits;
            for (const GroupLimit& limit : s.limits)
              limits.emplace_back(
                  Object{{"controller", limit.controller}, {"file", limit.file}, {"value", limit.value}});
            return Object{{"kind", "limit-group"},
                          {"by", s.delegation.by == cgroup::Delegator::Systemd ? "systemd" : "cgroup"},
                          {"below", s.delegation.dir},
                          {"limits", std::move(limits)}};
          },
          [](const PublishPorts& s) {
            return Object{{"kind", "publish-ports"},
                          {"address", s.ports.address},
                          {"host", std::uint64_t{s.ports.host}},
                          {"container", std::uint64_t{s.ports.container}},
                          {"count", std::uint64_t{s.ports.count}},
                          {"protocol", s.ports.protocol == Protocol::Tcp ? "tcp" : "udp"}};
          },
          [](const OpenGate& s) {
            return Object{
                {"kind", "open-gate"}, {"allow", rules_json(s.allow)}, {"deny", rules_json(s.deny)}};
          },
          [](const ConnectNetwork& s) {
            return Object{{"kind", "connect-network"},
                          {"tool", std::string{name_of(s.tool)}},
                          {"argv", list(s.argv)},
                          {"dns", std::string{outbound_dns(s.tool)}}};
          },
          [](const RelayFiles&) {
            return Object{{"kind", "relay-files"}};
          },
          [](const JoinNetwork& s) {
            return Object{{"kind", "join-network"}, {"container", s.container}, {"id", s.id}};
          },
          [](const SharedMap& s) {
            return Object{{"kind", "shared-map"}, {"uids", ranges({s.uid})}, {"gids", ranges({s.gid})}};
          },
          [](const CreateNamespaces& s) {
            return Object{{"kind", "create-namespaces"},
                          {"user", s.user},
                          {"network", s.network},
                          {"cgroup", s.cgroup}};
          },
          [](const MapSelf& s) {
            return Object{{"kind", "map-self"}, {"uids", ranges({s.uid})}, {"gids", ranges({s.gid})}};
          },
          [](const MapRange& s) {
            return Object{{"kind", "map-range"}, {"uids", ranges(s.uids)}, {"gids", ranges(s.gids)}};
          },
          [](const NewCgroupNamespace&) {
            return Object{{"kind", "new-cgroup-namespace"}};
          },
          [](const MountCgroup&) {
            return Object{{"kind", "mount-cgroup"}};
          },
          [](const JoinKeyring&) {
            return Object{{"kind", "join-keyring"}};
          },
          [](const LoopbackUp&) {
            return Object{{"kind", "loopback-up"}};
          },
          [](const SetSysctl& s) {
            return Object{{"kind", "set-sysctl"}, {"name", s.name}, {"value", s.value}};
          },
          [](const SetHostname& s) {
            return Object{{"kind", "set-hostname"}, {"name", s.name}};
          },
          [](const PrivateMounts&) {
            return Object{{"kind", "private-mounts"}};
          },
          [](const TmpfsRoot& s) {
            return Object{{"kind", "tmpfs-root"}, {"size", number(s.size)}};
          },
          [](const DiskRoot&) {
            return Object{{"kind", "disk-root"}};
          },
          [](const OverlayRoot& s) {
            return Object{{"kind", "overlay-root"},
                          {"driver", s.driver == OverlayDriver::Fuse ? "fuse" : "native"},
                          {"layers", layers(s.layers)},
                          {"upper", s.upper == UpperPlace::Disk ? "disk" : "tmpfs"},
                          {"size", number(s.size)}};
          },
          [](const MakeDir& s) {
            return Object{{"kind", "make-dir"}, {"target", s.target}, {"mode", octal(s.mode)}};
          },
          [](const MakeSymlink& s) {
            return Object{{"kind", "make-symlink"}, {"target", s.target}, {"link", s.text}};
          },
          [](const BindText& s) {
            return Object{
                {"kind", "bind-text"}, {"target", s.target}, {"copied", s.copied}, {"content", s.text}};
          },
          [](const BindMount& s) {
            return Object{{"kind", "bind"},
                          {"source", s.source},
                          {"target", s.target},
                          {"access", access_word(s.access)}};
          },
          [](const CowMount& s) {
            return Object{{"kind", "cow"},
                          {"source", s.source},
                          {"target", s.target},
                          {"driver", s.fuse_program.empty() ? "native" : "fuse"},
                          {"upper", s.upper == UpperPlace::Disk ? "disk" : "tmpfs"},
                          {"size", number(s.size)}};
          },
          [](const MountTmpfs& s) {
            return Object{{"kind", "tmpfs"},
                          {"target", s.target},
                          {"size", number(s.size)},
                          {"mode", octal(s.mode)},
                          {"access", access_word(s.access)}};
          },
          [](const MountDev& s) {
            return Object{{"kind", "dev"}, {"devices", list(s.devices)}};
          },
          [](const MountDevpts&) {
            return Object{{"kind", "devpts"}};
          },
          [](const MountProc& s) {
            return Object{{"kind", "proc"},
                          {"own", s.own},
                          {"read-only", list(s.read_only)},
                          {"masked", list(s.masked)}};
          },
          [](const MountSys& s) {
            return Object{{"kind", "sys"}, {"own", s.own}, {"masked", list(s.masked)}};
          },
          [](const OpenTerminal&) {
            return Object{{"kind", "open-terminal"}};
          },
          [](const RootReadOnly&) {
            return Object{{"kind", "root-read-only"}};
          },
          [](const PivotRoot&) {
            return Object{{"kind", "pivot-root"}};
          },
          [](const LimitResource& s) {
            return Object{{"kind", "limit-resource"},
                          {"name", s.name},
                          {"soft", number(s.soft)},
                          {"hard", number(s.hard)}};
          },
          [](const KeepCapabilities& s) {
            return Object{{"kind", "keep-capabilities"}, {"names", list(s.names)}};
          },
          [](const NoNewPrivileges&) {
            return Object{{"kind", "no-new-privileges"}};
          },
          [](const BecomeUser& s) {
            return Object{{"kind", "become-user"}, {"uid", number(s.uid)}, {"gid", number(s.gid)}};
          },
          [](const CloseDescriptors&) {
            return Object{{"kind", "close-descriptors"}};
          },
          [](const EnterDir& s) {
            return Object{{"kind", "enter-dir"}, {"target", s.target}};
          },
          [](const SetEnvironment& s) {
            return Object{{"kind", "set-environment"}, {"variables", environment(s)}};
          },
          [](const ApplyLandlock& s) {
            return Object{{"kind", "apply-landlock"},
                          {"abi", number(s.abi)},
                          {"writable", list(s.writable)},
                          {"refuse-tcp", s.refuse_tcp}};
          },
          [](const InstallSeccomp& s) {
            return Object{{"kind", "install-seccomp"},        {"tier", describe(s.request.tier)},
                          {"fake-root", s.request.fake_root}, {"nested-userns", s.request.nested_userns},
                          {"x86-abi", s.request.x86_abi},     {"allow", list(s.request.allow)},
                          {"deny", list(s.request.deny)}};
          },
          [](const Execute& s) {
            return Object{{"kind", "execute"}, {"argv", list(s.argv)}, {"candidates", list(s.candidates)}};
          },
          [](const ReportNew& s) {
            return Object{{"kind", "report-new"}, {"paths", list(s.paths)}};
          },
          [](const ServeContainer& s) {
            return Object{{"kind", "serve-container"}, {"name", s.name}};
          },
          [](const Timeout& s) {
            return Object{
                {"kind", "timeout"}, {"after-ms", number(s.after_ms)}, {"grace-ms", number(s.grace_ms)}};
          },
      },
      step);
}

}  // namespace

Json plan_json(const Plan& plan) {
  Json::Array steps;
  for (const PlannedStep& planned : plan.steps) {
    Object object = step_members(planned.step);
    object.emplace_back("phase", describe(planned.phase));
    object.emplace_back("actor", describe(planned.actor));
    object.emplace_back("origin", planned.origin.text);
    object.emplace_back("text", describe(planned.step));
    steps.emplace_back(std::move(object));
  }
  Json::Array notes;
  for (const Note& note : plan.notes)
    notes.emplace_back(Object{{"text", note.text}, {"origin", note.origin.text}});
  return Object{{"isolation", std::string{enum_name(plan.isolation)}},
                {"steps", std::move(steps)},
                {"notes", std::move(notes)}};
}

Json visibility_json(const Visibility& visibility, const Plan& plan) {
  return Object{{"path", visibility.path},
                {"writable", visibility.writable},
                {"text", visibility.text},
                {"origin", plan.steps.empty() ? "" : plan.steps[visibility.step].origin.text}};
}

}  // namespace snug
