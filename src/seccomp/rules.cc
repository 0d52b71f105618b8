// What each policy answers in each tier.
//
// EPERM is for old administrative calls, where the user should read "not permitted". ENOSYS is for what libc
// and language runtimes probe and have a fallback for: they take EPERM as final. Nothing is killed: a program
// that is told can say why it stops.
#include <cerrno>

#include "seccomp/table.h"

namespace snug::seccomp {
namespace {

constexpr Rule kAllow{};
constexpr Rule kEpermRule{Rule::Kind::Answer, EPERM};
constexpr Rule kEnosysRule{Rule::Kind::Answer, ENOSYS};
constexpr Rule kPretend{Rule::Kind::Answer, 0};

constexpr Rule by_tier(FilterTier tier, Rule strict, Rule default_, Rule dev) {
  return tier == FilterTier::Strict ? strict : tier == FilterTier::Default ? default_ : dev;
}

}  // namespace

Rule rule_for(Policy policy, const FilterRequest& request) {
  using enum Policy;
  using Kind = Rule::Kind;
  const FilterTier tier = request.tier;
  const bool nested = request.nested_userns;
  const bool mode_matters = minds_setid(request);
  switch (policy) {
    case Ordinary:
      return kAllow;
    case Admin:
      return kEpermRule;
    case Obsolete:
    case LsmInfo:
    case IoUring:  // one interface past every per-call rule here, and the richest source of kernel bugs
      return kEnosysRule;
    case Debug:
      return by_tier(tier, kEpermRule, kEpermRule, kAllow);
    case Rare:
      return by_tier(tier, kEpermRule, kEpermRule, kAllow);
    case Numa:
      return by_tier(tier, kEpermRule, kAllow, kAllow);
    case SecretMemory:
      return by_tier(tier, kEnosysRule, kEnosysRule, kAllow);
    case Chroot:  // the kernel wants CAP_SYS_CHROOT, which only a profile or a range of ids leaves
      return nested ? kAllow : by_tier(tier, kEpermRule, kAllow, kAllow);

    // A user namespace gives its maker every capability over it, so these open and close together.
    case Mount:
      return nested ? kAllow : kEpermRule;
    case NewMount:  // clone3 too: its flags are behind a pointer, where no filter can see them
      return nested ? kAllow : kEnosysRule;
    case MountInfo:
      return nested ? kAllow : by_tier(tier, kEnosysRule, kEnosysRule, kAllow);
    case Clone:
      return nested ? kAllow : Rule{Kind::Clone};
    case Unshare:
      return nested ? kAllow : Rule{Kind::Unshare};

    case Ioctl:
      return {Kind::Ioctl};
    case Personality:
      return {Kind::Personality};
    case Socket:
      return {Kind::Socket};
    case SocketPair:
      return {Kind::SocketPair};
    // The family is behind a pointer. 32-bit libc has no other way to make a socket, so that closing this
    // would close the network to every 32-bit program (moby tried and reverted).
    case SocketCall:
      return by_tier(tier, kEpermRule, kAllow, kAllow);

    case Chmod:
      return mode_matters ? Rule{Kind::Chmod, 1} : kAllow;
    case ChmodAt:
      return mode_matters ? Rule{Kind::Chmod, 2} : kAllow;
    case Creat:
      return mode_matters ? Rule{Kind::Mode, 1} : kAllow;
    case Open:
      return mode_matters ? Rule{Kind::OpenMode, 1} : kAllow;
    case OpenAt:
      return mode_matters ? Rule{Kind::OpenMode, 2} : kAllow;
    case OpenAt2:  // its mode is behind a pointer; all who use it fall back to openat
      return mode_matters ? kEnosysRule : kAllow;
    case Node:
      return {Kind::Node, 1};
    case NodeAt:
      return {Kind::Node, 2};

    case Owner:
    case Identity:
      return request.fake_root ? kPretend : kAllow;
  }
  return kEnosysRule;
}

}  // namespace snug::seccomp
