// What a sandbox may be told, in one schema that serves twice: a Profile is one layer of settings (each may
// be absent), a Spec is what is wanted in the end (each has a value). Both are plain values that compare with
// ==.
//
// Layers, later wins: built-in base, shipped or user profile (through `extends`), project snug.toml, flags.
// Lists accumulate. Every value remembers its Origin up to the plan.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "spec/values.h"

namespace snug::spec {

template<template<class> class Field>
struct Settings {
  Field<std::string> image{};                    // stored name, directory, or "host"
  Maybe<std::vector<std::string>> command{};     // replaces the image's
  Maybe<std::vector<std::string>> entrypoint{};  // flag only; replaces the image's and drops its command
  Maybe<std::string> workdir{};                  // inside; the image's where absent
  Maybe<std::string> hostname{};
  Maybe<std::string> name{};    // flag only; a container with a directory in the store
  Field<bool> remove_at_end{};  // flag only: --rm beside a name

  std::vector<Setting<std::string>> env_pass{};  // names and globs taken from the caller
  std::vector<EnvVariable> env_set{};            // in order, later wins

  Field<RunAs> run_as{};
  Field<IdMode> ids{};
  Field<Toggle> fake_root{};

  Field<OverlayDriver> overlay{};
  Field<Writable> writable{};
  Field<bool> read_only{};  // flag only: the root filesystem is read-only, /tmp and volumes are not
  Maybe<std::uint64_t> rootfs_size{};  // bytes of the writable layer

  std::vector<Mount> mounts{};

  Maybe<std::uint64_t> memory{};              // bytes
  Maybe<std::uint64_t> memory_reservation{};  // bytes that are taken away last: memory.low
  Maybe<std::uint64_t> swap{};                // bytes beyond memory; as much as memory where absent
  Maybe<double> cpus{};
  Maybe<std::uint64_t> cpu_weight{};  // 1–10000, cgroup v2 cpu.weight
  Maybe<std::string> cpuset{};        // "0-3,6"
  Maybe<std::uint64_t> pids{};
  Maybe<std::uint64_t> io_weight{};             // 1–10000, cgroup v2 io.weight
  std::vector<Setting<std::string>> io_max{};   // "/dev/vda rbps=10M"
  std::vector<Setting<std::string>> hugetlb{};  // "2MB=64M"
  std::vector<Setting<std::string>> ulimits{};  // "nproc=512:1024"; a later one of the same name wins
  Maybe<std::uint64_t> nofile{};
  Maybe<std::uint64_t> timeout_ms{};
  Field<bool> limits_required{};

  Field<NetworkMode> network{};
  Maybe<std::string> network_of{};  // with NetworkMode::Container: whose network is shared
  std::vector<Setting<std::string>> allow{};
  std::vector<Setting<std::string>> deny{};
  std::vector<HostSet> sets{};  // a later one of the same name is the one that counts
  std::vector<Setting<std::string>> publish{};
  std::vector<Setting<std::string>> hosts{};       // "NAME:ADDRESS", lines of /etc/hosts
  std::vector<Setting<std::string>> dns{};         // addresses of name servers, in the place of the host's
  std::vector<Setting<std::string>> dns_search{};  // domains, in the place of the host's
  std::vector<Setting<std::string>> alias{};       // further names of the sandbox itself

  Field<Tier> seccomp{};
  std::vector<Setting<std::string>> seccomp_allow{};  // syscall names
  std::vector<Setting<std::string>> seccomp_deny{};
  std::vector<Setting<std::string>> seccomp_abi{};  // foreign system call tables that are opened: "x86"
  std::vector<Setting<std::string>> cap_add{};      // capability names, "CAP_" optional, or ALL
  std::vector<Setting<std::string>> cap_drop{};     // taken away after cap_add
  Field<bool> nested_userns{};
  Field<ProcView> proc{};
  Field<bool> landlock{};
  Field<Isolation> require{};  // the least that the sandbox must have

  Field<bool> wayland{};
  Field<bool> x11{};
  Field<bool> audio{};
  Field<bool> gpu{};
  Field<bool> ssh_agent{};

  Field<Toggle>
      tty{};  // flag only: On with -t; Auto gives a terminal of its own for each standard fd that is one
  Field<bool> shell{};  // `snug shell`: without a command, the user's own shell

  bool operator==(const Settings&) const = default;
};

}  // namespace snug::spec
