// Gathers the facts: by doing where something can be done, each in a process of its own, and by reading where
// only the cause is looked for. Leaves nothing behind.
#pragma once

#include "doctor/facts.h"
#include "host/real_host.h"

namespace snug::doctor {

// Everything.
Facts gather(const host::RealHost& host);

// What can be read without doing anything: enough to find the cause of a failure that a run has met.
Facts read_facts(const host::HostView& host);

// The parts.
void read_process(const host::HostView& host, ProcessFacts& facts);
void read_kernel(const host::HostView& host, KernelFacts& facts);
void read_ids(const host::HostView& host, IdFacts& facts);
void read_store(const host::HostView& host, StoreFacts& facts);
void read_place(const host::HostView& host, const std::string& path,
                StoreFacts& facts);  // one directory's part of it
void read_cgroup(const host::HostView& host, CgroupFacts& facts);
Helper read_helper(const host::HostView& host, std::string_view name);
void try_kernel(Facts& facts);
void try_upper_layer(const std::string& dir, StoreFacts& facts);
void try_plans(const host::RealHost& host, Facts& facts);

}  // namespace snug::doctor
