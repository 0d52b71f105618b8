// The values that the settings of a sandbox have: what profiles, flags, plans and containers have in common.
// What settings there are: spec/settings.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/origin.h"
#include "spec/settings_fwd.h"

namespace snug::spec {

template<class T>
struct Setting {
  T value{};
  Origin origin{};
  bool operator==(const Setting&) const = default;
};

enum class Toggle { Auto, On, Off };
enum class IdMode { Single, Range };
enum class OverlayDriver { Auto, Native, Fuse };
enum class Writable { Auto, Tmpfs, Disk, None };
enum class NetworkMode { None, Gate, Full, Host, Container };
enum class Tier { Strict, Default, Dev, Off };
enum class ProcView { Masked, Full };
// How far a sandbox is closed off, the tightest first. NoProc is what an outer container allows by default:
// where it keeps a fresh /proc or /sys, sysctls or a host name from the sandbox, the outer ones are taken,
// read-only.
enum class Isolation { Full, NoProc };
enum class Access { ReadOnly, ReadWrite };
enum class MountType { Bind, Cow, Tmpfs };
enum class Missing { Fail, Skip };  // Skip only if the user said optional

// Who the payload is inside. Auto: the image's user, or root; you on the host image.
struct RunAs {
  enum class Kind { Auto, Root, Self, Named };
  Kind kind{Kind::Auto};
  std::string user{};   // Named: a user name or number, as typed
  std::string group{};  // Named: a group name or number, or "" for the user's own
  bool operator==(const RunAs&) const = default;
};

struct EnvVariable {
  std::string name{};
  std::string value{};
  Origin origin{};
  bool operator==(const EnvVariable&) const = default;
};

struct Mount {
  MountType type{MountType::Bind};
  std::string source{};  // absolute on the host; "" for a tmpfs
  std::string target{};  // absolute inside, normalised
  Access access{Access::ReadOnly};
  Missing missing{Missing::Fail};
  std::uint64_t size{0};      // tmpfs: bytes, 0 for the kernel's half of memory
  std::uint32_t mode{01777};  // tmpfs: permission bits of its root
  Origin origin{};
  bool operator==(const Mount&) const = default;
};

// Rules of the gate under one name, "@name".
struct HostSet {
  std::string name{};
  std::vector<std::string> rules{};
  Origin origin{};
  bool operator==(const HostSet&) const = default;
};

}  // namespace snug::spec
