// The names of the schema's choices (base/enum_names.h).
#pragma once

#include "base/enum_names.h"
#include "spec/values.h"

namespace snug {

template<>
struct EnumNames<Toggle> {
  static constexpr EnumName<Toggle> kAll[] = {
      {"auto", Toggle::Auto}, {"on", Toggle::On}, {"off", Toggle::Off}};
};
template<>
struct EnumNames<IdMode> {
  static constexpr EnumName<IdMode> kAll[] = {{"single", IdMode::Single}, {"range", IdMode::Range}};
};
template<>
struct EnumNames<OverlayDriver> {
  static constexpr EnumName<OverlayDriver> kAll[] = {
      {"auto", OverlayDriver::Auto}, {"native", OverlayDriver::Native}, {"fuse", OverlayDriver::Fuse}};
};
template<>
struct EnumNames<Writable> {
  static constexpr EnumName<Writable> kAll[] = {{"auto", Writable::Auto},
                                                {"tmpfs", Writable::Tmpfs},
                                                {"disk", Writable::Disk},
                                                {"none", Writable::None}};
};
template<>
struct EnumNames<NetworkMode> {
  static constexpr EnumName<NetworkMode> kAll[] = {{"none", NetworkMode::None},
                                                   {"gate", NetworkMode::Gate},
                                                   {"full", NetworkMode::Full},
                                                   {"host", NetworkMode::Host},
                                                   {"container", NetworkMode::Container}};
};
template<>
struct EnumNames<Tier> {
  static constexpr EnumName<Tier> kAll[] = {
      {"strict", Tier::Strict}, {"default", Tier::Default}, {"dev", Tier::Dev}, {"off", Tier::Off}};
};
template<>
struct EnumNames<ProcView> {
  static constexpr EnumName<ProcView> kAll[] = {{"masked", ProcView::Masked}, {"full", ProcView::Full}};
};
template<>
struct EnumNames<Isolation> {
  static constexpr EnumName<Isolation> kAll[] = {{"full", Isolation::Full}, {"no-proc", Isolation::NoProc}};
};
template<>
struct EnumNames<MountType> {
  static constexpr EnumName<MountType> kAll[] = {
      {"bind", MountType::Bind}, {"cow", MountType::Cow}, {"tmpfs", MountType::Tmpfs}};
};
template<>
struct EnumNames<Access> {
  static constexpr EnumName<Access> kAll[] = {{"ro", Access::ReadOnly}, {"rw", Access::ReadWrite}};
};
template<>
struct EnumNames<Missing> {
  static constexpr EnumName<Missing> kAll[] = {{"fail", Missing::Fail}, {"skip", Missing::Skip}};
};
template<>
struct EnumNames<RunAs::Kind> {
  static constexpr EnumName<RunAs::Kind> kAll[] = {{"auto", RunAs::Kind::Auto},
                                                   {"root", RunAs::Kind::Root},
                                                   {"self", RunAs::Kind::Self},
                                                   {"named", RunAs::Kind::Named}};
};

}  // namespace snug
