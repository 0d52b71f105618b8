// The words of the schema's choices: one table for each, for profiles shown, flags read and state files.
#pragma once

#include <optional>
#include <string_view>

#include "spec/settings.h"

namespace snug {

template<class T>
struct Word {
  std::string_view text;
  T value;
};

// Words<T>::kAll lists every value of T. Other modules add their own.
template<class T>
struct Words;

template<class T>
concept HasWords = requires {
  Words<T>::kAll;
};

template<HasWords T>
constexpr std::string_view word(T value) {
  for (const Word<T>& known : Words<T>::kAll)
    if (known.value == value)
      return known.text;
  return "?";
}

template<HasWords T>
constexpr std::optional<T> from_word(std::string_view text) {
  for (const Word<T>& known : Words<T>::kAll)
    if (known.text == text)
      return known.value;
  return std::nullopt;
}

template<>
struct Words<Toggle> {
  static constexpr Word<Toggle> kAll[] = {{"auto", Toggle::Auto}, {"on", Toggle::On}, {"off", Toggle::Off}};
};
template<>
struct Words<IdMode> {
  static constexpr Word<IdMode> kAll[] = {{"single", IdMode::Single}, {"range", IdMode::Range}};
};
template<>
struct Words<OverlayDriver> {
  static constexpr Word<OverlayDriver> kAll[] = {
      {"auto", OverlayDriver::Auto}, {"native", OverlayDriver::Native}, {"fuse", OverlayDriver::Fuse}};
};
template<>
struct Words<Writable> {
  static constexpr Word<Writable> kAll[] = {{"auto", Writable::Auto},
                                            {"tmpfs", Writable::Tmpfs},
                                            {"disk", Writable::Disk},
                                            {"none", Writable::None}};
};
template<>
struct Words<NetworkMode> {
  static constexpr Word<NetworkMode> kAll[] = {{"none", NetworkMode::None},
                                               {"gate", NetworkMode::Gate},
                                               {"full", NetworkMode::Full},
                                               {"host", NetworkMode::Host},
                                               {"container", NetworkMode::Container}};
};
template<>
struct Words<Tier> {
  static constexpr Word<Tier> kAll[] = {
      {"strict", Tier::Strict}, {"default", Tier::Default}, {"dev", Tier::Dev}, {"off", Tier::Off}};
};
template<>
struct Words<ProcView> {
  static constexpr Word<ProcView> kAll[] = {{"masked", ProcView::Masked}, {"full", ProcView::Full}};
};
template<>
struct Words<Isolation> {
  static constexpr Word<Isolation> kAll[] = {{"full", Isolation::Full}, {"no-proc", Isolation::NoProc}};
};
template<>
struct Words<MountType> {
  static constexpr Word<MountType> kAll[] = {
      {"bind", MountType::Bind}, {"cow", MountType::Cow}, {"tmpfs", MountType::Tmpfs}};
};
template<>
struct Words<Access> {
  static constexpr Word<Access> kAll[] = {{"ro", Access::ReadOnly}, {"rw", Access::ReadWrite}};
};
template<>
struct Words<Missing> {
  static constexpr Word<Missing> kAll[] = {{"fail", Missing::Fail}, {"skip", Missing::Skip}};
};
template<>
struct Words<RunAs::Kind> {
  static constexpr Word<RunAs::Kind> kAll[] = {{"auto", RunAs::Kind::Auto},
                                               {"root", RunAs::Kind::Root},
                                               {"self", RunAs::Kind::Self},
                                               {"named", RunAs::Kind::Named}};
};

}  // namespace snug
