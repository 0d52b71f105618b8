#include "doctor/stage.h"

#include <algorithm>
#include <array>

#include "base/overloaded.h"

namespace snug::doctor {

Stage stage_of(const Step& step) {
  using enum Stage;
  return std::visit(overloaded{
                        [](const CreateNamespaces&) { return Namespaces; },
                        [](const MapSelf&) { return OneId; },
                        [](const MapRange&) { return IdRange; },
                        [](const SetSysctl&) { return Settings; },
                        [](const SetHostname&) { return Settings; },
                        [](const LoopbackUp&) { return Loopback; },
                        [](const snug::PrivateMounts&) { return PrivateMounts; },
                        [](const OverlayRoot&) { return Overlay; },
                        [](const CowMount&) { return View; },
                        [](const MountProc&) { return Proc; },
                        [](const MountSys&) { return Sys; },
                        [](const MountDevpts&) { return Terminal; },
                        [](const OpenTerminal&) { return Terminal; },
                        [](const PivotRoot&) { return Pivot; },
                        [](const ApplyLandlock&) { return Landlock; },
                        [](const InstallSeccomp&) { return Filter; },
                        [](const SweepDisk&) { return Disk; },
                        [](const PrepareDisk&) { return Disk; },
                        [](const KeepContainer&) { return Disk; },
                        [](const OpenGate&) { return Gate; },
                        [](const Execute&) { return Payload; },
                        [](const EnterDir&) { return Payload; },
                        [](const TmpfsRoot&) { return Mount; },
                        [](const DiskRoot&) { return Mount; },
                        [](const BindMount&) { return Mount; },
                        [](const BindText&) { return Mount; },
                        [](const MountTmpfs&) { return Mount; },
                        [](const MountDev&) { return Mount; },
                        [](const MountCgroup&) { return Mount; },
                        [](const MakeDir&) { return Mount; },
                        [](const MakeSymlink&) { return Mount; },
                        [](const RootReadOnly&) { return Mount; },
                        // What else can fail is the command's own affair: no machine refuses it.
                        [](const EnterContainer&) { return Payload; },
                        [](const LimitGroup&) { return Payload; },
                        [](const RelayFiles&) { return Payload; },
                        [](const PublishPorts&) { return Payload; },
                        [](const ConnectNetwork&) { return Payload; },
                        [](const JoinNetwork&) { return Payload; },
                        [](const SharedMap&) { return Payload; },
                        [](const NewCgroupNamespace&) { return Payload; },
                        [](const JoinKeyring&) { return Payload; },
                        [](const LimitResource&) { return Payload; },
                        [](const KeepCapabilities&) { return Payload; },
                        [](const NoNewPrivileges&) { return Payload; },
                        [](const BecomeUser&) { return Payload; },
                        [](const CloseDescriptors&) { return Payload; },
                        [](const SetEnvironment&) { return Payload; },
                        [](const ReportNew&) { return Payload; },
                        [](const ServeContainer&) { return Payload; },
                        [](const Timeout&) { return Payload; },
                    },
                    step);
}

bool can_be_left_out(Stage stage) {
  using enum Stage;
  constexpr std::array kStages{Settings, Loopback, PrivateMounts, Proc, Sys, Terminal, Landlock, Filter};
  return std::ranges::find(kStages, stage) != kStages.end();
}

}  // namespace snug::doctor
