#include "doctor/stage.h"

#include <algorithm>
#include <array>

#include "base/overloaded.h"

namespace snug::doctor {

Stage stage_of(const Step& step) {
  using enum Stage;
  return std::visit(
      overloaded{
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
          // Of the others only mounts are refused by machines; what else can fail is the command's affair.
          [](const auto& other) {
            using T = std::decay_t<decltype(other)>;
            constexpr bool kMounts = std::is_same_v<T, TmpfsRoot> || std::is_same_v<T, DiskRoot> ||
                                     std::is_same_v<T, BindMount> || std::is_same_v<T, BindText> ||
                                     std::is_same_v<T, MountTmpfs> || std::is_same_v<T, MountDev> ||
                                     std::is_same_v<T, MakeDir> || std::is_same_v<T, MakeSymlink> ||
                                     std::is_same_v<T, RootReadOnly>;
            return kMounts ? Mount : Payload;
          },
      },
      step);
}

bool can_be_left_out(Stage stage) {
  using enum Stage;
  constexpr std::array kStages{Settings, Loopback, PrivateMounts, Proc, Sys, Terminal, Landlock, Filter};
  return std::ranges::find(kStages, stage) != kStages.end();
}

}  // namespace snug::doctor
