// The names of the schema's choices (base/enum_names.h).
#pragma once

#include "base/enum_names.h"
#include "spec/values.h"

namespace snug {

template<>
struct EnumNames<spec::Toggle> {
  static constexpr EnumName<spec::Toggle> kAll[] = {
      {"auto", spec::Toggle::Auto}, {"on", spec::Toggle::On}, {"off", spec::Toggle::Off}};
};
template<>
struct EnumNames<spec::IdMode> {
  static constexpr EnumName<spec::IdMode> kAll[] = {{"single", spec::IdMode::Single},
                                                    {"range", spec::IdMode::Range}};
};
template<>
struct EnumNames<spec::OverlayDriver> {
  static constexpr EnumName<spec::OverlayDriver> kAll[] = {{"auto", spec::OverlayDriver::Auto},
                                                           {"native", spec::OverlayDriver::Native},
                                                           {"fuse", spec::OverlayDriver::Fuse}};
};
template<>
struct EnumNames<spec::Writable> {
  static constexpr EnumName<spec::Writable> kAll[] = {{"auto", spec::Writable::Auto},
                                                      {"tmpfs", spec::Writable::Tmpfs},
                                                      {"disk", spec::Writable::Disk},
                                                      {"none", spec::Writable::None}};
};
template<>
struct EnumNames<spec::NetworkMode> {
  static constexpr EnumName<spec::NetworkMode> kAll[] = {{"none", spec::NetworkMode::None},
                                                         {"gate", spec::NetworkMode::Gate},
                                                         {"full", spec::NetworkMode::Full},
                                                         {"host", spec::NetworkMode::Host},
                                                         {"container", spec::NetworkMode::Container}};
};
template<>
struct EnumNames<spec::Tier> {
  static constexpr EnumName<spec::Tier> kAll[] = {{"strict", spec::Tier::Strict},
                                                  {"default", spec::Tier::Default},
                                                  {"dev", spec::Tier::Dev},
                                                  {"off", spec::Tier::Off}};
};
template<>
struct EnumNames<spec::ProcView> {
  static constexpr EnumName<spec::ProcView> kAll[] = {{"masked", spec::ProcView::Masked},
                                                      {"full", spec::ProcView::Full}};
};
template<>
struct EnumNames<spec::Isolation> {
  static constexpr EnumName<spec::Isolation> kAll[] = {{"full", spec::Isolation::Full},
                                                       {"no-proc", spec::Isolation::NoProc}};
};
template<>
struct EnumNames<spec::MountType> {
  static constexpr EnumName<spec::MountType> kAll[] = {
      {"bind", spec::MountType::Bind}, {"cow", spec::MountType::Cow}, {"tmpfs", spec::MountType::Tmpfs}};
};
template<>
struct EnumNames<spec::Access> {
  static constexpr EnumName<spec::Access> kAll[] = {{"ro", spec::Access::ReadOnly},
                                                    {"rw", spec::Access::ReadWrite}};
};
template<>
struct EnumNames<spec::Missing> {
  static constexpr EnumName<spec::Missing> kAll[] = {{"fail", spec::Missing::Fail},
                                                     {"skip", spec::Missing::Skip}};
};
template<>
struct EnumNames<spec::RunAs::Kind> {
  static constexpr EnumName<spec::RunAs::Kind> kAll[] = {{"auto", spec::RunAs::Kind::Auto},
                                                         {"root", spec::RunAs::Kind::Root},
                                                         {"self", spec::RunAs::Kind::Self},
                                                         {"named", spec::RunAs::Kind::Named}};
};

}  // namespace snug
