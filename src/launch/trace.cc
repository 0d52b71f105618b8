#include "launch/trace.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "base/json.h"
#include "base/text.h"
#include "base/unique_fd.h"
#include "plan/describe.h"
#include "seccomp/table.h"

namespace snug::launch {
namespace {

// Of the process, as its standard error is: what is traced is everything that it does, trials too.
struct Trace {
  UniqueFd fd{};
  bool file{};
  std::int64_t opened_ns{};
};
Trace trace;

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);  // cannot fail for this clock
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// -1 is no call, and in the table a call that this architecture does not have.
std::string call_name(std::int32_t number) {
  if (number < 0)
    return "";
  for (const seccomp::Syscall& call : seccomp::syscalls())
    if (call.number(seccomp::kNativeArch) == number)
      return std::string{call.name()};
  return "";
}

void write_line(const plan::PlannedStep& planned, int error, std::string_view call, std::int64_t at_ns) {
  const char* name = error ? strerrorname_np(error) : "";
  const Json line = Json::Object{{"time", static_cast<double>((at_ns - trace.opened_ns) / 1000) / 1e6},
                                 {"who", std::string{plan::describe(planned.actor)}},
                                 {"phase", std::string{plan::describe(planned.phase)}},
                                 {"step", plan::describe(planned.step)},
                                 {"call", std::string{call}},
                                 {"errno", name ? std::string{name} : fmt::format("{}", error)}};
  const std::string text = compact_json(line) + "\n";
  (void)!write(trace.fd.get(), text.data(), text.size());
}

}  // namespace

Status open_trace(std::string_view where) {
  if (where.empty() || where == "0")
    return {};
  const auto failed = [&](int error) {
    return fail({.step = fmt::format("open the trace {} (SNUG_TRACE)", escape_control(where)), .err = error});
  };
  Trace opened{.opened_ns = now_ns()};
  if (where == "1") {
    opened.fd.reset(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3));
  } else if (where.starts_with('/')) {
    opened.file = true;
    opened.fd.reset(
        open(std::string{where}.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600));
  } else {
    return fail(
        {.step = fmt::format("SNUG_TRACE={} is no place for a trace", escape_control(where)),
         .hint = "SNUG_TRACE=1 for standard error, SNUG_TRACE=/path/of/a/file, SNUG_TRACE=0 for none"});
  }
  if (!opened.fd)
    return failed(errno);
  trace = std::move(opened);
  return {};
}

int trace_fd() {
  return trace.fd.get();
}

void leave_caller_trace() {
  if (!trace.file)
    trace.fd.reset();
}

void trace_step(const plan::Plan& plan, std::size_t step, int error, std::string_view call) {
  if (trace.fd && step < plan.steps.size())
    write_line(plan.steps[step], error, call, now_ns());
}

void trace_init(const plan::Plan& plan, const child::Message& message) {
  if (trace.fd && message.step < plan.steps.size())
    write_line(plan.steps[message.step], message.error, call_name(message.call), message.at_ns);
}

}  // namespace snug::launch
