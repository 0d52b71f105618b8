#include "launch/trace.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <string>

#include "base/json.h"
#include "base/text.h"
#include "support/repository.h"
#include "support/scratch_dir.h"

namespace trace_test {

using namespace snug;
using namespace snug::launch;
using namespace snug::plan;

namespace {

const Plan kPlan{.steps = {{Phase::Create, Actor::Supervisor, CreateNamespaces{}, {}},
                           {Phase::Kernel, Actor::Init, SetHostname{"box\n"}, {}}}};

std::vector<Json> lines(const std::filesystem::path& path) {
  std::vector<Json> found;
  const std::string text = text_of_file(path);
  for (const std::string_view line : split(text, '\n'))
    if (!line.empty())
      found.push_back(*parse_json(line));
  return found;
}

std::string at(const Json& line, std::string_view name) {
  for (const auto& [key, value] : std::get<Json::Object>(line.value))
    if (key == name)
      return std::get<std::string>(value.value);
  return "absent";
}

}  // namespace

TEST_CASE("a trace has a line of JSON for each step, in the plan's words") {
  const ScratchDir scratch;
  const auto path = scratch.path() / "trace";
  REQUIRE(open_trace(path.string()));
  CHECK(trace_fd() > 2);
  CHECK((fcntl(trace_fd(), F_GETFD) & FD_CLOEXEC) != 0);
  trace_step(kPlan, 0, EPERM, "clone3");
  trace_step(kPlan, 2, 0);  // none of the plan's
  child::Message message{.kind = child::MessageKind::Step, .step = 1};
  message.call = 170;  // sethostname on x86-64
  trace_init(kPlan, message);
  const auto said = lines(path);
  REQUIRE(said.size() == 2);
  CHECK(at(said[0], "who") == "supervisor");
  CHECK(at(said[0], "phase") == "create");
  CHECK(at(said[0], "call") == "clone3");
  CHECK(at(said[0], "errno") == "EPERM");
  CHECK(at(said[1], "who") == "init");
  CHECK(at(said[1], "step").find('\n') == std::string::npos);
  CHECK(at(said[1], "errno").empty());
#ifdef __x86_64__
  CHECK(at(said[1], "call") == "sethostname");
#endif
  struct stat info {};
  REQUIRE(stat(path.c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0600);
  // A supervisor that leaves its caller keeps a file, and not its caller's standard error.
  leave_caller_trace();
  CHECK(trace_fd() > 2);
  REQUIRE(open_trace("1"));
  CHECK(trace_fd() > 2);
  leave_caller_trace();
  CHECK(trace_fd() < 0);
  trace_step(kPlan, 0, 0);
  CHECK(lines(path).size() == 2);
}

TEST_CASE("a trace has a place, or is refused") {
  for (const char* none : {"", "0"}) CHECK(open_trace(none));
  for (const char* bad : {"yes", "2", "trace", "./trace", " 1"}) {
    const auto status = open_trace(bad);
    REQUIRE_FALSE(status);
    CHECK(status.error().status == 125);
    CHECK(status.error().hint.find("SNUG_TRACE=1") != std::string::npos);
  }
  CHECK(open_trace("/no/such/dir/trace").error().err == ENOENT);
  CHECK(open_trace("/").error().err == EISDIR);
}

}  // namespace trace_test
