#include "cli/show/plan_json.h"

#include <fmt/format.h>

#include "base/overloaded.h"
#include "plan/describe.h"
#include "spec/enum_names.h"

namespace snug::cli {
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

Json rules_json(const std::vector<spec::HostRule>& rules) {
  Json::Array array;
  for (const spec::HostRule& rule : rules) array.push_back(Object{{"rule", rule.text}, {"set", rule.set}});
  return array;
}

const char* access_word(spec::Access access) {
  return access == spec::Access::ReadOnly ? "ro" : "rw";
}

Json layers(const std::vector<image::Layer>& all) {
  Json::Array array;
  for (const image::Layer& layer : all) array.push_back(layer.path);
  return array;
}

Json environment(const plan::SetEnvironment& step) {
  Json::Array array;
  for (const spec::EnvVariable& v : step.variables)
    array.push_back(Object{{"name", v.name}, {"value", v.value}, {"origin", v.origin.text}});
  return array;
}

// The step's kind and its own members.
Object step_members(const plan::Step& step) {
  return std::visit(
      overloaded{
          [](const plan::SweepDisk& s) {
            return Object{{"kind", "sweep-disk"}, {"parent", s.parent}};
          },
          [](const plan::PrepareDisk& s) {
            return Object{{"kind", "prepare-disk"}, {"parent", s.parent}};
          },
          [](const plan::KeepContainer& s) {
            return Object{{"kind", "keep-container"}, {"dir", s.dir}, {"remove", s.remove}};
          },
          [](const plan::EnterContainer& s) {
            return Object{{"kind", "enter-container"}, {"name", s.name}};
          },
          [](const plan::LimitGroup& s) {
            Json::Array limits;
            for (const plan::GroupLimit& limit : s.limits)
              limits.emplace_back(
                  Object{{"controller", limit.controller}, {"file", limit.file}, {"value", limit.value}});
            return Object{{"kind", "limit-group"},
                          {"by", s.delegation.by == cgroup::Delegator::Systemd ? "systemd" : "cgroup"},
                          {"below", s.delegation.dir},
                          {"limits", std::move(limits)}};
          },
          [](const plan::PublishPorts& s) {
            return Object{{"kind", "publish-ports"},
                          {"address", s.ports.address},
                          {"host", std::uint64_t{s.ports.host}},
                          {"container", std::uint64_t{s.ports.container}},
                          {"count", std::uint64_t{s.ports.count}},
                          {"protocol", s.ports.protocol == spec::Protocol::Tcp ? "tcp" : "udp"}};
          },
          [](const plan::OpenGate& s) {
            return Object{
                {"kind", "open-gate"}, {"allow", rules_json(s.allow)}, {"deny", rules_json(s.deny)}};
          },
          [](const plan::ConnectNetwork& s) {
            return Object{{"kind", "connect-network"},
                          {"tool", std::string{spec::name_of(s.tool)}},
                          {"argv", list(s.argv)},
                          {"dns", std::string{spec::outbound_dns(s.tool)}}};
          },
          [](const plan::RelayFiles&) {
            return Object{{"kind", "relay-files"}};
          },
          [](const plan::JoinNetwork& s) {
            return Object{{"kind", "join-network"}, {"container", s.container}, {"id", s.id}};
          },
          [](const plan::SharedMap& s) {
            return Object{{"kind", "shared-map"}, {"uids", ranges({s.uid})}, {"gids", ranges({s.gid})}};
          },
          [](const plan::CreateNamespaces& s) {
            return Object{{"kind", "create-namespaces"},
                          {"user", s.user},
                          {"network", s.network},
                          {"cgroup", s.cgroup}};
          },
          [](const plan::MapSelf& s) {
            return Object{{"kind", "map-self"}, {"uids", ranges({s.uid})}, {"gids", ranges({s.gid})}};
          },
          [](const MapRange& s) {
            return Object{{"kind", "map-range"}, {"uids", ranges(s.uids)}, {"gids", ranges(s.gids)}};
          },
          [](const plan::NewCgroupNamespace&) {
            return Object{{"kind", "new-cgroup-namespace"}};
          },
          [](const plan::MountCgroup&) {
            return Object{{"kind", "mount-cgroup"}};
          },
          [](const plan::JoinKeyring&) {
            return Object{{"kind", "join-keyring"}};
          },
          [](const plan::LoopbackUp&) {
            return Object{{"kind", "loopback-up"}};
          },
          [](const plan::SetSysctl& s) {
            return Object{{"kind", "set-sysctl"}, {"name", s.name}, {"value", s.value}};
          },
          [](const plan::SetHostname& s) {
            return Object{{"kind", "set-hostname"}, {"name", s.name}};
          },
          [](const plan::PrivateMounts&) {
            return Object{{"kind", "private-mounts"}};
          },
          [](const plan::TmpfsRoot& s) {
            return Object{{"kind", "tmpfs-root"}, {"size", number(s.size)}};
          },
          [](const plan::DiskRoot&) {
            return Object{{"kind", "disk-root"}};
          },
          [](const plan::OverlayRoot& s) {
            return Object{{"kind", "overlay-root"},
                          {"driver", s.driver == spec::OverlayDriver::Fuse ? "fuse" : "native"},
                          {"layers", layers(s.layers)},
                          {"upper", s.upper == plan::UpperPlace::Disk ? "disk" : "tmpfs"},
                          {"size", number(s.size)}};
          },
          [](const plan::MakeDir& s) {
            return Object{{"kind", "make-dir"}, {"target", s.target}, {"mode", octal(s.mode)}};
          },
          [](const plan::MakeSymlink& s) {
            return Object{{"kind", "make-symlink"}, {"target", s.target}, {"link", s.text}};
          },
          [](const plan::BindText& s) {
            return Object{
                {"kind", "bind-text"}, {"target", s.target}, {"copied", s.copied}, {"content", s.text}};
          },
          [](const plan::BindMount& s) {
            return Object{{"kind", "bind"},
                          {"source", s.source},
                          {"target", s.target},
                          {"access", access_word(s.access)}};
          },
          [](const plan::CowMount& s) {
            return Object{{"kind", "cow"},
                          {"source", s.source},
                          {"target", s.target},
                          {"driver", s.fuse_program.empty() ? "native" : "fuse"},
                          {"upper", s.upper == plan::UpperPlace::Disk ? "disk" : "tmpfs"},
                          {"size", number(s.size)}};
          },
          [](const plan::MountTmpfs& s) {
            return Object{{"kind", "tmpfs"},
                          {"target", s.target},
                          {"size", number(s.size)},
                          {"mode", octal(s.mode)},
                          {"access", access_word(s.access)}};
          },
          [](const plan::MountDev& s) {
            return Object{{"kind", "dev"}, {"devices", list(s.devices)}};
          },
          [](const plan::MountDevpts&) {
            return Object{{"kind", "devpts"}};
          },
          [](const plan::MountProc& s) {
            return Object{{"kind", "proc"},
                          {"own", s.own},
                          {"read-only", list(s.read_only)},
                          {"masked", list(s.masked)}};
          },
          [](const plan::MountSys& s) {
            return Object{{"kind", "sys"}, {"own", s.own}, {"masked", list(s.masked)}};
          },
          [](const plan::OpenTerminal&) {
            return Object{{"kind", "open-terminal"}};
          },
          [](const plan::RootReadOnly&) {
            return Object{{"kind", "root-read-only"}};
          },
          [](const plan::PivotRoot&) {
            return Object{{"kind", "pivot-root"}};
          },
          [](const plan::LimitResource& s) {
            return Object{{"kind", "limit-resource"},
                          {"name", s.name},
                          {"soft", number(s.soft)},
                          {"hard", number(s.hard)}};
          },
          [](const plan::KeepCapabilities& s) {
            return Object{{"kind", "keep-capabilities"}, {"names", list(s.names)}};
          },
          [](const plan::NoNewPrivileges&) {
            return Object{{"kind", "no-new-privileges"}};
          },
          [](const plan::BecomeUser& s) {
            return Object{{"kind", "become-user"}, {"uid", number(s.uid)}, {"gid", number(s.gid)}};
          },
          [](const plan::CloseDescriptors&) {
            return Object{{"kind", "close-descriptors"}};
          },
          [](const plan::EnterDir& s) {
            return Object{{"kind", "enter-dir"}, {"target", s.target}};
          },
          [](const plan::SetEnvironment& s) {
            return Object{{"kind", "set-environment"}, {"variables", environment(s)}};
          },
          [](const plan::ApplyLandlock& s) {
            return Object{{"kind", "apply-landlock"},
                          {"abi", number(s.abi)},
                          {"writable", list(s.writable)},
                          {"refuse-tcp", s.refuse_tcp}};
          },
          [](const plan::InstallSeccomp& s) {
            return Object{{"kind", "install-seccomp"},        {"tier", plan::describe(s.request.tier)},
                          {"fake-root", s.request.fake_root}, {"nested-userns", s.request.nested_userns},
                          {"x86-abi", s.request.x86_abi},     {"allow", list(s.request.allow)},
                          {"deny", list(s.request.deny)}};
          },
          [](const plan::Execute& s) {
            return Object{{"kind", "execute"}, {"argv", list(s.argv)}, {"candidates", list(s.candidates)}};
          },
          [](const plan::ReportNew& s) {
            return Object{{"kind", "report-new"}, {"paths", list(s.paths)}};
          },
          [](const plan::ServeContainer& s) {
            return Object{{"kind", "serve-container"}, {"name", s.name}};
          },
          [](const plan::Timeout& s) {
            return Object{
                {"kind", "timeout"}, {"after-ms", number(s.after_ms)}, {"grace-ms", number(s.grace_ms)}};
          },
      },
      step);
}

}  // namespace

Json plan_json(const plan::Plan& plan) {
  Json::Array steps;
  for (const plan::PlannedStep& planned : plan.steps) {
    Object object = step_members(planned.step);
    object.emplace_back("phase", plan::describe(planned.phase));
    object.emplace_back("actor", plan::describe(planned.actor));
    object.emplace_back("origin", planned.origin.text);
    object.emplace_back("text", plan::describe(planned.step));
    steps.emplace_back(std::move(object));
  }
  Json::Array notes;
  for (const plan::Note& note : plan.notes)
    notes.emplace_back(Object{{"text", note.text}, {"origin", note.origin.text}});
  return Object{{"isolation", std::string{enum_name(plan.isolation)}},
                {"steps", std::move(steps)},
                {"notes", std::move(notes)}};
}

Json visibility_json(const plan::Visibility& visibility, const plan::Plan& plan) {
  return Object{{"path", visibility.path},
                {"writable", visibility.writable},
                {"text", visibility.text},
                {"origin", plan.steps.empty() ? "" : plan.steps[visibility.step].origin.text}};
}

}  // namespace snug::cli
