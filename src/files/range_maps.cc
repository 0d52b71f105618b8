#include "files/range_maps.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>

#include <vector>

#include "base/text.h"
#include "base/try.h"
#include "base/unique_fd.h"

namespace snug::files {
namespace {

struct FileActions {
  posix_spawn_file_actions_t actions;
  FileActions() { posix_spawn_file_actions_init(&actions); }
  ~FileActions() { posix_spawn_file_actions_destroy(&actions); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
};

// What the helper said, at most a kilobyte, until it ends.
std::string read_answer(int fd) {
  char buffer[1024];
  std::size_t used = 0;
  for (;;) {
    const ssize_t n = read(fd, buffer + used, sizeof buffer - used);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0 || (used += static_cast<std::size_t>(n)) == sizeof buffer)
      break;
  }
  std::string text{buffer, used};
  while (text.ends_with('\n')) text.pop_back();
  return escape_control(text);
}

Status run_helper(const std::string& helper, pid_t init, const std::vector<IdRange>& map) {
  std::vector<std::string> words{helper, std::to_string(init)};
  for (const IdRange& range : map)
    for (const std::uint32_t number : {range.inside, range.outside, range.count})
      words.push_back(std::to_string(number));
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  char* environment[] = {nullptr};  // nothing of the caller's steers a setuid program

  int pipe_fds[2];
  if (pipe2(pipe_fds, O_CLOEXEC) != 0)
    return fail({.step = "make a pipe for " + helper, .err = errno});
  const UniqueFd answer{pipe_fds[0]};
  UniqueFd output{pipe_fds[1]};
  FileActions actions;
  posix_spawn_file_actions_adddup2(&actions.actions, output.get(), STDERR_FILENO);
  pid_t pid = 0;
  const int error = posix_spawn(&pid, helper.c_str(), &actions.actions, nullptr, argv.data(), environment);
  output.reset();
  if (error != 0)
    return fail({.step = "run " + helper, .err = error});
  const std::string said = read_answer(answer.get());
  int status = -1;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
    return {};
  return fail({.step = fmt::format("{} refused: {}", helper, said.empty() ? "it said nothing" : said),
               .hint = "see /etc/subuid and /etc/subgid, and that the helper is setuid or has file "
                       "capabilities on a mount "
                       "without nosuid; --ids single needs neither"});
}

}  // namespace

Status write_range_maps(pid_t init, const MapRange& step) {
  TRY(run_helper(step.newgidmap, init, step.gids));
  return run_helper(step.newuidmap, init, step.uids);
}

}  // namespace snug::files
