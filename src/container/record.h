// What is kept of a container: how it was made (container.json, never changed), and how it is (state.json,
// replaced at each start, end and change of health).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/file_format.h"
#include "base/json.h"
#include "base/result.h"
#include "store/document.h"

namespace snug::container {

enum class RestartWhen { No, OnFailure, Always };

struct RestartPolicy {
  RestartWhen when{RestartWhen::No};
  std::uint64_t most{};  // restarts after failures in a row; 0 for no bound
  bool operator==(const RestartPolicy&) const = default;
};

// As docker has them: the command runs inside by /bin/sh -c; so many failures in a row make it unhealthy.
struct HealthCheck {
  std::string command{};
  std::uint64_t interval_ms{30'000};
  std::uint64_t timeout_ms{30'000};
  std::uint64_t start_period_ms{};  // failures do not count for so long after the start
  std::uint64_t retries{3};
  bool operator==(const HealthCheck&) const = default;
};

// How a container is looked after, beside what its sandbox is.
struct KeepRules {
  int stop_signal{15};
  std::uint64_t stop_timeout_ms{10'000};
  RestartPolicy restart{};
  std::optional<HealthCheck> health{};
  bool remove_at_end{};                 // --rm, and every container without a name of the user's
  bool open_input{};                    // -i: standard input stays open without a client
  std::uint64_t log_size{10ULL << 20};  // bytes of one log file before it is rotated
  std::uint64_t log_files{2};           // the current one included
  bool operator==(const KeepRules&) const = default;
};

struct ContainerRecord;  // container.json: container/container_record.h

enum class RunPhase { Created, Running, Exited };
enum class Health { None, Starting, Healthy, Unhealthy };

// What `exec` gives its command too, as the payload got it.
struct PayloadFacts {
  std::vector<std::string> env{};  // "NAME=value"
  std::string workdir{};
  std::uint32_t uid{};
  std::uint32_t gid{};
  std::vector<std::uint32_t> groups{};
  bool range{};  // several ids are mapped, so that another user can be taken
  bool operator==(const PayloadFacts&) const = default;
};

// state.json. That a container runs is never read from here: its lock says so (store.h).
struct RunState {
  RunPhase phase{RunPhase::Created};
  std::int64_t started_ns{};   // 0: never
  std::int64_t finished_ns{};  // 0: not yet
  int exit_code{};             // of the last run that has ended
  std::string error{};         // why snug itself ended it, or could not start it; "" where all went well
  bool stopped_by_user{};      // by stop or kill: no restart
  std::uint64_t restarts{};
  Health health{Health::None};
  // For people and for waiting only. Never signalled: a number in a file may belong to a stranger by now.
  std::int64_t supervisor_pid{};
  std::int64_t init_pid{};
  std::uint64_t init_start{};  // starttime of proc(5), to tell init from a later process of its pid
  std::string boot_id{};
  std::string control{};  // path of the control socket
  // What ps shows, so that it needs to read no other file.
  std::int64_t created_ns{};
  std::string id{};
  std::string image{};
  std::vector<std::string> command{};  // argv
  std::vector<std::string> ports{};
  bool terminal{};
  PayloadFacts payload{};
  bool operator==(const RunState&) const = default;
};

// Of both files. A change of any member in them, of the Spec's too, counts the version up, says the release
// that brings it, and adds to the records of tests/unit/records.
constexpr FileFormat kRecordFormat{.version = 2, .since = "0.2"};

// To and from the values in the files. Reading is strict: a member that is missing, unknown, of another kind
// or out of range is an error that names it. Of an older version, missing and unknown ones are none
// (base/fields.h).
Json to_json(const ContainerRecord& record);
Json to_json(const RunState& state);
Result<ContainerRecord> container_record(const store::Document& document);
Result<RunState> run_state(const store::Document& document);

}  // namespace snug::container
