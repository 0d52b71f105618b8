// From facts to findings: pure, so that every machine can be pretended.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "doctor/facts.h"
#include "doctor/finding.h"
#include "spec/values.h"

namespace snug::doctor {

// The highest level that a run can have here; nothing where no sandbox can be made.
std::optional<spec::Isolation> isolation_of(const Facts& facts);

// In the order in which they are printed. What cannot be judged, because something before it is broken, is
// left out.
std::vector<Finding> diagnose(const Facts& facts);

// 0: all is well; 1: something is not; 2: a run with the default profile fails here.
int exit_status(const Facts& facts, const std::vector<Finding>& findings);

// The cause of a failed step of a run. Always a finding: where no cause is known it says what was tried, and
// `cause` is the run's own words.
Finding cause_of(const Facts& facts, const Failure& failure);

// The parts, each in a file of its own.
Finding namespaces_refused(const Facts& facts, const Failure& failure);
Finding mount_refused(const Facts& facts, const Failure& failure);
Finding layer_refused(const Facts& facts, const Failure& failure);
Finding range_refused(const Facts& facts, const Failure& failure);
Finding gate_refused(const Facts& facts, const Failure& failure);
Finding port_refused(const Facts& facts, unsigned port);
std::vector<Finding> judge_ids(const Facts& facts);
std::vector<Finding> judge_layers(const Facts& facts);
std::vector<Finding> judge_limits(const Facts& facts);
std::vector<Finding> judge_network(const Facts& facts);
std::vector<Finding> judge_rest(const Facts& facts);

// Where this process is.
bool in_user_namespace(const Facts& facts);
// A sandbox like snug's own, from which nothing can be said of the machine.
bool in_sandbox(const Facts& facts);
// "" where the sysctl is not there.
std::string_view sysctl(const Facts& facts, std::string_view name);
// False where the version is not known.
bool kernel_is_older(const Facts& facts, host::KernelVersion than);
// The restriction of Ubuntu 23.10 and later.
bool apparmor_restricts(const Facts& facts);
Finding apparmor_finding(const Facts& facts, std::string check);
// The outer container's filter refuses a system call.
Finding outer_filter_finding(const Facts& facts, std::string check);
// A setting of the machine's, which a container's root cannot change.
Who machine_root(const Facts& facts);
// Nothing known fits.
Finding unknown_cause(const Failure& failure, std::string check);

}  // namespace snug::doctor
