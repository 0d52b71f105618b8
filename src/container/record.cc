#include "container/record.h"

#include <cerrno>

#include "base/fields.h"
#include "container/container_record.h"
#include "container/enum_names.h"
#include "container/spec_file.h"

namespace snug {

template<>
struct Fields<container::RestartPolicy> {
  static void visit(auto& field, auto& s) { field("when", s.when), field("most", s.most); }
};
template<>
struct Fields<container::HealthCheck> {
  static void visit(auto& field, auto& s) {
    field("command", s.command), field("interval_ms", s.interval_ms), field("timeout_ms", s.timeout_ms);
    field("start_period_ms", s.start_period_ms), field("retries", s.retries);
  }
};
template<>
struct Fields<container::KeepRules> {
  static void visit(auto& field, auto& s) {
    field("stop_signal", s.stop_signal), field("stop_timeout_ms", s.stop_timeout_ms);
    field("restart", s.restart), field("health", s.health), field("remove_at_end", s.remove_at_end);
    field("open_input", s.open_input), field("log_size", s.log_size), field("log_files", s.log_files);
  }
};
template<>
struct Fields<container::ContainerRecord> {
  static void visit(auto& field, auto& s) {
    field("id", s.id), field("created_ns", s.created_ns), field("spec", s.spec), field("rules", s.rules);
  }
};
template<>
struct Fields<container::PayloadFacts> {
  static void visit(auto& field, auto& s) {
    field("env", s.env), field("workdir", s.workdir), field("uid", s.uid), field("gid", s.gid);
    field("groups", s.groups), field("range", s.range);
  }
};
template<>
struct Fields<container::RunState> {
  static void visit(auto& field, auto& s) {
    field("phase", s.phase), field("started_ns", s.started_ns), field("finished_ns", s.finished_ns);
    field("exit_code", s.exit_code), field("error", s.error), field("stopped_by_user", s.stopped_by_user);
    field("restarts", s.restarts), field("health", s.health);
    field("supervisor_pid", s.supervisor_pid), field("init_pid", s.init_pid);
    field("init_start", s.init_start), field("boot_id", s.boot_id), field("control", s.control);
    field("created_ns", s.created_ns), field("id", s.id), field("image", s.image);
    field("command", s.command), field("ports", s.ports), field("terminal", s.terminal);
    field("payload", s.payload);
  }
};

}  // namespace snug

namespace snug::container {

namespace {

// Both files have the id, and neither is written without one; "" is a state that nobody has filled yet.
bool is_id(std::string_view id) {
  return id.empty() ||
         (id.size() == 16 && id.find_first_not_of("0123456789abcdef") == std::string_view::npos);
}

FieldReader reader(std::string_view what, const store::Document& document) {
  return {what, document.version < kRecordFormat.version ? Members::Older : Members::Own};
}

Error out_of_range(std::string step) {
  return {.step = std::move(step) + ": is out of range", .err = EBADMSG};
}

}  // namespace

Json to_json(const ContainerRecord& record) {
  return encode(record);
}

Json to_json(const RunState& state) {
  return encode(state);
}

Result<ContainerRecord> container_record(const store::Document& document) {
  auto record = reader("container", document).read<ContainerRecord>(document.body);
  if (record && !is_id(record->id))
    return fail(out_of_range("container: id"));
  if (record && (record->rules.stop_signal < 1 || record->rules.stop_signal > 64))
    return fail(out_of_range("container: rules.stop_signal"));
  return record;
}

Result<RunState> run_state(const store::Document& document) {
  auto state = reader("state", document).read<RunState>(document.body);
  if (state && !is_id(state->id))
    return fail(out_of_range("state: id"));
  if (state && state->exit_code > 255)
    return fail(out_of_range("state: exit_code"));
  return state;
}

}  // namespace snug::container
