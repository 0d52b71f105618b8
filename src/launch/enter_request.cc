#include "launch/enter_request.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "base/overloaded.h"
#include "base/try.h"
#include "child/enter.h"
#include "sys/file_io.h"

namespace snug::launch {
namespace {

// Texts and arrays behind the header, each at the offset that is answered.
class Packer {
 public:
  std::uint32_t text(const std::string& text) {
    const std::size_t at = bytes_.size();
    bytes_.append(text.c_str(), text.size() + 1);
    return static_cast<std::uint32_t>(at);
  }

  std::uint32_t texts(const std::vector<std::string>& texts) {
    std::vector<std::uint64_t> offsets;
    for (const std::string& one : texts) offsets.push_back(text(one));
    offsets.push_back(0);
    return array(offsets);
  }

  template<class T>
  std::uint32_t array(const std::vector<T>& items) {
    bytes_.resize((bytes_.size() + 7) / 8 * 8);
    const std::size_t at = bytes_.size();
    bytes_.append(reinterpret_cast<const char*>(items.data()), items.size() * sizeof(T));
    return static_cast<std::uint32_t>(at);
  }

  std::string take(child::EnterRequest request) {
    bytes_.push_back('\0');  // every text ends before the end
    request.magic = child::kEnterMagic;
    request.size = static_cast<std::uint32_t>(bytes_.size());
    std::memcpy(bytes_.data(), &request, sizeof request);
    return std::move(bytes_);
  }

 private:
  std::string bytes_ = std::string(sizeof(child::EnterRequest), '\0');
};

std::string pack(const plan::Plan& plan, const EnterTerminal& terminal) {
  Packer packer;
  child::EnterRequest request{};
  request.terminal_fds = terminal.fds;
  request.opens_terminal = terminal.fds != 0;
  request.rows = terminal.size.rows;
  request.columns = terminal.size.columns;
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const auto step = static_cast<std::uint16_t>(i);
    std::visit(
        overloaded{
            // What it takes over from the payload is reported as the joining itself.
            [&](const plan::EnterContainer&) { request.landlock_step = request.filter_step = step; },
            [&](const plan::BecomeUser& s) {
              request.user_step = step;
              request.set_user = s.set;
              request.uid = s.uid;
              request.gid = s.gid;
              request.groups = packer.array(s.groups);
              request.group_count = static_cast<std::uint32_t>(s.groups.size());
            },
            [&](const plan::CloseDescriptors&) { request.close_step = step; },
            [&](const plan::EnterDir& s) {
              request.dir_step = step;
              request.workdir = packer.text(s.target);
            },
            [&](const plan::SetEnvironment& s) {
              std::vector<std::string> lines;
              for (const spec::EnvVariable& variable : s.variables)
                lines.push_back(variable.name + "=" + variable.value);
              request.envp = packer.texts(lines);
            },
            [&](const plan::Execute& s) {
              request.execute_step = step;
              request.argv = packer.texts(s.argv);
              request.candidates = packer.texts(s.candidates);
              request.candidate_count = static_cast<std::uint32_t>(s.candidates.size());
            },
            // plan_enter() makes no others.
            Ignore<plan::SweepDisk, plan::PrepareDisk, plan::KeepContainer, plan::LimitGroup,
                   plan::RelayFiles, plan::PublishPorts, plan::OpenGate, plan::ConnectNetwork,
                   plan::JoinNetwork, plan::CreateNamespaces, plan::MapSelf, plan::SharedMap, MapRange,
                   plan::NewCgroupNamespace, plan::JoinKeyring, plan::LoopbackUp, plan::SetSysctl,
                   plan::SetHostname, plan::PrivateMounts, plan::TmpfsRoot, plan::DiskRoot, plan::OverlayRoot,
                   plan::MakeDir, plan::MakeSymlink, plan::BindText, plan::BindMount, plan::CowMount,
                   plan::MountTmpfs, plan::MountDev, plan::MountDevpts, plan::MountProc, plan::MountSys,
                   plan::MountCgroup, plan::OpenTerminal, plan::RootReadOnly, plan::PivotRoot,
                   plan::LimitResource, plan::KeepCapabilities, plan::NoNewPrivileges, plan::ApplyLandlock,
                   plan::InstallSeccomp, plan::ReportNew, plan::ServeContainer, plan::Timeout>{},
        },
        plan.steps[i].step);
  }
  return packer.take(request);
}

}  // namespace

Result<UniqueFd> make_enter_request(const plan::Plan& plan, const EnterTerminal& terminal) {
  const std::string bytes = pack(plan, terminal);
  if (bytes.size() > (16U << 20))
    return fail({.step = "the command and its environment are too long", .err = E2BIG});
  UniqueFd fd{memfd_create("snug-enter", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
  if (!fd)
    return fail({.step = "make room for the request", .err = errno});
  TRY(sys::write_all(fd.get(), bytes, "the request"));
  if (fcntl(fd.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
    return fail({.step = "seal the request", .err = errno});
  return fd;
}

}  // namespace snug::launch
