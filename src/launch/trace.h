// What the supervisor and init do, a line of JSON each, for whoever looks for a fault in snug or in a
// machine: SNUG_TRACE.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "child/wire.h"
#include "plan/plan.h"

namespace snug::launch {

// Opens the trace of this process and of those that it forks. `where` is the value of SNUG_TRACE: "" or "0"
// for none, "1" for standard error, or the absolute path of a file, which is made if it is not there (mode
// 0600) and appended to. Fails if that cannot be opened, and for any other value.
Status open_trace(std::string_view where);

// The descriptor that the trace goes to, or -1. It is closed on exec, and no standard one.
int trace_fd();

// The trace goes on only if it goes to a file: for a supervisor that leaves its caller's terminal.
void leave_caller_trace();

// One line: {"time", "who", "phase", "step", "call", "errno"}. `time` is in seconds since the trace was
// opened; `who` and `phase` are those of the plan, and `step` is its sentence; `call` is the system call that
// failed, or else the last one that was made, "" if that is not known; `errno` is its name, or "". A line is
// written by one write(2). What cannot be written is lost: a trace ends nothing.
void trace_step(const plan::Plan& plan, std::size_t step, int error, std::string_view call = {});

// What init has told (child::MessageKind::Step). A step that the plan does not have is left out.
void trace_init(const plan::Plan& plan, const child::Message& message);

}  // namespace snug::launch
