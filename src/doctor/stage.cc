#include "doctor/stage.h"

#include <algorithm>
#include <array>

#include "base/overloaded.h"

namespace snug::doctor {

Stage stage_of(const plan::Step& step) {
  using enum Stage;
  return std::visit(overloaded{
                        [](const plan::CreateNamespaces&) { return Namespaces; },
                        [](const plan::MapSelf&) { return OneId; },
                        [](const MapRange&) { return IdRange; },
                        [](const plan::SetSysctl&) { return Settings; },
                        [](const plan::SetHostname&) { return Settings; },
                        [](const plan::LoopbackUp&) { return Loopback; },
                        [](const snug::plan::PrivateMounts&) { return PrivateMounts; },
                        [](const plan::OverlayRoot&) { return Overlay; },
                        [](const plan::CowMount&) { return View; },
                        [](const plan::MountProc&) { return Proc; },
                        [](const plan::MountSys&) { return Sys; },
                        [](const plan::MountDevpts&) { return Terminal; },
                        [](const plan::OpenTerminal&) { return Terminal; },
                        [](const plan::PivotRoot&) { return Pivot; },
                        [](const plan::ApplyLandlock&) { return Landlock; },
                        [](const plan::InstallSeccomp&) { return Filter; },
                        [](const plan::SweepDisk&) { return Disk; },
                        [](const plan::PrepareDisk&) { return Disk; },
                        [](const plan::KeepContainer&) { return Disk; },
                        [](const plan::OpenGate&) { return Gate; },
                        [](const plan::Execute&) { return Payload; },
                        [](const plan::EnterDir&) { return Payload; },
                        [](const plan::TmpfsRoot&) { return Mount; },
                        [](const plan::DiskRoot&) { return Mount; },
                        [](const plan::BindMount&) { return Mount; },
                        [](const plan::BindText&) { return Mount; },
                        [](const plan::MountTmpfs&) { return Mount; },
                        [](const plan::MountDev&) { return Mount; },
                        [](const plan::MountCgroup&) { return Mount; },
                        [](const plan::MakeDir&) { return Mount; },
                        [](const plan::MakeSymlink&) { return Mount; },
                        [](const plan::RootReadOnly&) { return Mount; },
                        // What else can fail is the command's own affair: no machine refuses it.
                        [](const plan::EnterContainer&) { return Payload; },
                        [](const plan::LimitGroup&) { return Payload; },
                        [](const plan::RelayFiles&) { return Payload; },
                        [](const plan::PublishPorts&) { return Payload; },
                        [](const plan::ConnectNetwork&) { return Payload; },
                        [](const plan::JoinNetwork&) { return Payload; },
                        [](const plan::SharedMap&) { return Payload; },
                        [](const plan::NewCgroupNamespace&) { return Payload; },
                        [](const plan::JoinKeyring&) { return Payload; },
                        [](const plan::LimitResource&) { return Payload; },
                        [](const plan::KeepCapabilities&) { return Payload; },
                        [](const plan::NoNewPrivileges&) { return Payload; },
                        [](const plan::BecomeUser&) { return Payload; },
                        [](const plan::CloseDescriptors&) { return Payload; },
                        [](const plan::SetEnvironment&) { return Payload; },
                        [](const plan::ReportNew&) { return Payload; },
                        [](const plan::ServeContainer&) { return Payload; },
                        [](const plan::Timeout&) { return Payload; },
                    },
                    step);
}

bool can_be_left_out(Stage stage) {
  using enum Stage;
  constexpr std::array kStages{Settings, Loopback, PrivateMounts, Proc, Sys, Terminal, Landlock, Filter};
  return std::ranges::find(kStages, stage) != kStages.end();
}

}  // namespace snug::doctor
