// The command line of containers that last.
#include <catch2/catch.hpp>
#include <initializer_list>
#include <vector>

#include "../support/typed_options.h"
#include "base/overloaded.h"
#include "cli/grammar/definition.h"
#include "cli/grammar/parse.h"

namespace container_options_test {

using namespace snug;
using namespace snug::cli;

namespace {

using Words = std::vector<std::string>;

Result<Invocation> parse(std::initializer_list<std::string_view> words) {
  return parse_command_line(std::span{words.begin(), words.size()});
}

Invocation good(std::initializer_list<std::string_view> words) {
  auto invocation = parse(words);
  INFO((invocation ? "" : invocation.error().step));
  REQUIRE(invocation);
  return *std::move(invocation);
}

// The options of the command's own.
TypedOptions own(const Invocation& invocation) {
  return typed_options(invocation);
}

TypedOptions own(std::initializer_list<std::string_view> words) {
  return typed_options(good(words));
}

Error error_of(std::initializer_list<std::string_view> words) {
  const auto options = parse(words);
  REQUIRE_FALSE(options);
  CHECK(options.error().status == 125);
  return options.error();
}

}  // namespace

TEST_CASE("how many words each command takes") {
  constexpr std::size_t kAny = 99;
  struct Case {
    std::string_view name;
    std::size_t least, most;
    std::string_view complaint;
  };
  const Case cases[] = {
      {"start", 1, kAny, "name a container"},
      {"stop", 1, kAny, "name a container"},
      {"kill", 1, kAny, "name a container"},
      {"restart", 1, kAny, "name a container"},
      {"wait", 1, kAny, "name a container"},
      {"rm", 1, kAny, "name a container"},
      {"inspect", 1, kAny, "name a container"},
      {"rename", 2, 2, "name a container and its new name"},
      {"prune", 0, 0, "takes no words"},
      {"ps", 0, 0, "takes no words"},
      {"check", 0, 0, "takes no words"},
      {"attach", 1, 1, "name one container"},
      {"logs", 1, 1, "name one container"},
      {"top", 1, 1, "name one container"},
      {"stats", 0, 4, ""},
      {"update", 1, 4, "name a container"},
      {"allow", 2, 4, "name a container and a host"},
      {"diff", 1, 1, "name one container"},
      {"export", 1, 1, "name one container"},
      {"generate systemd", 1, 1, "name one container"},
      {"port", 1, 2, "name one container, and one port if you like"},
      {"cp", 2, 2, "name what to copy and where to"},
      {"commit", 2, 2, "name a container and the new image"},
  };
  for (const Case& c : cases) {
    std::vector<std::string_view> typed;
    const std::size_t space = c.name.find(' ');
    typed.push_back(c.name.substr(0, space));
    if (space != std::string_view::npos)
      typed.push_back(c.name.substr(space + 1));
    Words words;
    for (std::size_t count = 0; count <= 4; ++count) {
      const auto options = parse_command_line(typed);
      INFO(c.name << " with " << count << " words");
      if (count >= c.least && count <= c.most) {
        REQUIRE(options);
        CHECK(options->command == find_command(c.name));
        CHECK(options->words == words);
        // And nothing else.
        CHECK(options->common == CommonOptions{});
        CHECK(own(*options).empty());
      } else {
        REQUIRE_FALSE(options);
        CHECK(options.error().step == "snug " + std::string{c.name} + ": " + std::string{c.complaint});
        CHECK(options.error().hint.starts_with("usage: snug " + std::string{c.name}));
      }
      typed.push_back("web");
      words.emplace_back("web");
    }
  }
  // None was forgotten but exec, whose words are not counted so.
  CHECK(static_cast<std::size_t>(std::ranges::count(command_table(), std::string_view{"Containers"},
                                                    &CommandDef::group)) == std::size(cases) + 1);
}

TEST_CASE("exec: options end at NAME, and all behind it is the command's") {
  Invocation exec = good({"exec", "-it", "-e", "A=1", "--env", "B", "--env-file", "f.env", "-w", "/srv", "-u",
                          "www:www", "--detach-keys", "ctrl-x", "web", "ls", "-l", "--help", "-it"});
  CHECK(exec.command == find_command("exec"));
  CHECK(exec.words == Words{"web", "ls", "-l", "--help", "-it"});
  CHECK(own(exec) == TypedOptions{{"interactive", {"true"}},
                                  {"tty", {"true"}},
                                  {"workdir", {"/srv"}},
                                  {"user", {"www:www"}},
                                  {"detach-keys", {"ctrl-x"}},
                                  {"env", {"A=1", "B"}},
                                  {"env-file", {"f.env"}}});
  CHECK(exec.common == CommonOptions{});
  CHECK(own({"exec", "-d", "web", "job"}) == TypedOptions{{"detach", {"true"}}});
  CHECK(good({"exec", "web", "--", "ls", "--"}).words == Words{"web", "ls", "--"});
  CHECK(good({"exec", "web", "sh", "--", "x"}).words == Words{"web", "sh", "--", "x"});
  CHECK(good({"exec", "web", "", "a b"}).words == Words{"web", "", "a b"});
  CHECK(good({"exec", "--", "web", "--", "x"}).words == Words{"web", "--", "x"});
  CHECK(good({"exec", "-h"}).common.help == true);

  CHECK(error_of({"exec"}).step == "snug exec: name a container and a command");
  CHECK(error_of({"exec", "-it"}).hint == "usage: snug exec [options] NAME CMD...");
  CHECK(error_of({"exec", "web"}).step == "snug exec: name a command to run in web");
  CHECK(error_of({"exec", "web", "--"}).step == "snug exec: name a command to run in web");
  CHECK(error_of({"exec", "\x1b[2J"}).step == "snug exec: name a command to run in \\x1b[2J");
  CHECK(error_of({"exec", "-w"}).step == "--workdir: needs a value: DIR");
  CHECK(error_of({"exec", "-Z", "web", "ls"}).step == "-Z: snug exec has no such option");
  CHECK(error_of({"exec", "--privileged", "web", "ls"}).hint ==
        "a command has no more rights than the container");
}

TEST_CASE("start, attach and their terminals") {
  CHECK(own({"start", "-ai", "web"}) == TypedOptions{{"attach", {"true"}}, {"interactive", {"true"}}});
  CHECK(own({"start", "--attach", "--detach-keys=a", "web"}) ==
        TypedOptions{{"attach", {"true"}}, {"detach-keys", {"a"}}});
  CHECK(own({"start", "--attach=false", "web"}) == TypedOptions{{"attach", {"false"}}});
  const Invocation attach = good({"attach", "web", "--no-stdin", "--sig-proxy=false", "--detach-keys", ""});
  CHECK(own(attach) == TypedOptions{{"no-stdin", {"true"}}, {"sig-proxy", {"false"}}, {"detach-keys", {""}}});
  CHECK(attach.words == Words{"web"});
  CHECK(error_of({"attach", "--sig-proxy=perhaps", "web"}).step ==
        "--sig-proxy: \"perhaps\" is not true or false");
  CHECK(error_of({"start", "-d", "web"}).hint == "nothing to do: without --attach it is in the background");
  CHECK(error_of({"attach", "-i", "web"}).step == "-i: snug attach has no such option");
}

TEST_CASE("ways to an end") {
  CHECK(own({"stop", "-t", "3", "-s", "INT", "a", "b"}) ==
        TypedOptions{{"time", {"3"}}, {"signal", {"INT"}}});
  CHECK(own({"stop", "a", "-t3"}) == TypedOptions{{"time", {"3"}}});
  CHECK(own({"stop", "-t=3", "--signal=9", "a"}) == TypedOptions{{"time", {"3"}}, {"signal", {"9"}}});
  CHECK(own({"kill", "-s", "HUP", "a"}) == TypedOptions{{"signal", {"HUP"}}});
  CHECK(own({"restart", "--time", "0", "a"}) == TypedOptions{{"time", {"0"}}});
  CHECK(own({"rm", "-f", "a", "b"}) == TypedOptions{{"force", {"true"}}});
  CHECK(own({"prune", "--force"}) == TypedOptions{{"force", {"true"}}});
  CHECK(error_of({"stop", "a", "-t"}).step == "--time: needs a value: SECONDS");
  CHECK(error_of({"stop", "--timeout", "3", "a"}).hint == "it is called --time, in seconds");
  CHECK(error_of({"kill", "-t", "3", "a"}).step == "-t: snug kill has no such option");
  CHECK(error_of({"restart", "-s", "INT", "a"}).step == "-s: snug restart has no such option");
  CHECK(error_of({"rm", "-v", "a"}).hint == "nothing to do: a container has no volumes of its own");
  CHECK(error_of({"wait", "--forse", "a"}).hint == "snug wait --help lists them");
}

TEST_CASE("looking at containers") {
  const Invocation ps =
      good({"ps", "-aq", "--filter", "name=web", "-f", "status=exited", "--no-trunc", "--json"});
  CHECK(own(ps) ==
        TypedOptions{{"all", {"true"}}, {"no-trunc", {"true"}}, {"filter", {"name=web", "status=exited"}}});
  CHECK(ps.common == CommonOptions{.quiet = true, .json = true});
  const Invocation logs = good({"logs", "-ft", "--since", "10m", "--until=2026-01-31", "-n", "20", "web"});
  CHECK(own(logs) == TypedOptions{{"follow", {"true"}},
                                  {"timestamps", {"true"}},
                                  {"since", {"10m"}},
                                  {"until", {"2026-01-31"}},
                                  {"tail", {"20"}}});
  CHECK(own({"logs", "web", "--tail", "all"}) == TypedOptions{{"tail", {"all"}}});
  CHECK(good({"port", "web", "53/udp"}).words == Words{"web", "53/udp"});
  CHECK(error_of({"ps", "--format", "x"}).hint == "--json is for programs to read");
  CHECK(error_of({"ps", "-n", "3"}).hint == "snug ps -a lists them all");
  CHECK(error_of({"logs", "--details", "web"}).hint ==
        "a log holds times, streams and text; -t shows the times");
  CHECK(error_of({"logs", "--folow", "web"}).hint == "did you mean --follow?");
  CHECK(error_of({"inspect", "-f", "{{.Id}}", "web"}).hint == "the answer is JSON, for jq to take apart");
  // Words of run's are no better known elsewhere.
  CHECK(error_of({"ps", "--net", "x"}).hint != "it is called --network");
}

TEST_CASE("files of containers") {
  const Invocation cp = good({"cp", "-aL", "web:/x", "-"});
  CHECK(own(cp) == TypedOptions{{"follow-link", {"true"}}, {"archive", {"true"}}});
  CHECK(cp.words == Words{"web:/x", "-"});
  CHECK(good({"cp", "-", "web:/x", "-a"}).words == Words{"-", "web:/x"});
  CHECK(good({"cp", "--", "-x", "web:/x"}).words == Words{"-x", "web:/x"});
  const Invocation commit = good(
      {"commit", "-c", "CMD [\"a\", \"b\"]", "--change=ENV A=1", "-m", "why", "-a", "me", "web", "web-2"});
  CHECK(own(commit) == TypedOptions{{"message", {"why"}},
                                    {"author", {"me"}},
                                    {"change", {"CMD [\"a\", \"b\"]", "ENV A=1"}}});
  CHECK(commit.words == Words{"web", "web-2"});
  CHECK(own({"export", "web", "-o", "a.tar"}) == TypedOptions{{"output", {"a.tar"}}});
  CHECK(error_of({"export", "-o"}).step == "--output: needs a value: FILE");
}

TEST_CASE("what run and shell say of a container's life") {
  const Invocation run = good({"run",
                               "--name",
                               "web",
                               "-d",
                               "--rm",
                               "--restart",
                               "on-failure:3",
                               "--stop-signal",
                               "INT",
                               "--stop-timeout",
                               "5",
                               "--health-cmd",
                               "test -e /up",
                               "--health-interval",
                               "1m",
                               "--health-timeout",
                               "5s",
                               "--health-start-period",
                               "0s",
                               "--health-retries",
                               "2",
                               "--no-healthcheck=false",
                               "--detach-keys",
                               "ctrl-x,d",
                               "--log-opt",
                               "max-size=1m",
                               "--log-opt",
                               "max-file=3",
                               "--sig-proxy=false",
                               "img",
                               "--name"});
  CHECK(run.options<RunOptions>() == RunOptions{.name = "web",
                                                .detach = true,
                                                .rm = true,
                                                .detach_keys = "ctrl-x,d",
                                                .sig_proxy = false,
                                                .restart = "on-failure:3",
                                                .stop_signal = "INT",
                                                .stop_timeout = "5",
                                                .log_opts = {"max-size=1m", "max-file=3"},
                                                .health_cmd = "test -e /up",
                                                .health_interval = "1m",
                                                .health_timeout = "5s",
                                                .health_start_period = "0s",
                                                .health_retries = "2",
                                                .no_healthcheck = false,
                                                .image = "img",
                                                .command = {"--name"}});
  CHECK(own(run).empty());
  CHECK(good({"shell", "--name", "box"}).options<RunOptions>().name == "box");
  CHECK(error_of({"run", "--label", "a=b", "img"}).hint ==
        "snug keeps no labels; --name is what a container is found by");
  CHECK(error_of({"run", "--restart"}).step == "--restart: needs a value: no|on-failure[:N]|always");
}

TEST_CASE("docker's other words are told of snug's") {
  CHECK(error_of({"container", "ls"}).hint == "it is called snug ps");
  CHECK(error_of({"container", "ls"}).step == "container ls: snug has no such command");
  CHECK(error_of({"container", "rm", "-f", "x"}).hint == "it is called snug rm");
  CHECK(error_of({"container", "nonsense"}).hint ==
        "its commands stand alone: snug ps, snug rm, snug logs, ...");
  CHECK(error_of({"container"}).hint == "its commands stand alone: snug ps, snug rm, snug logs, ...");
  CHECK(error_of({"container", "\x1b"}).step == "container: snug has no such command");
  CHECK(error_of({"system", "prune"}).hint == "snug prune removes every container that does not run");
  CHECK(error_of({"create", "img"}).hint == "snug run -d --name NAME makes a container and starts it");
  CHECK(error_of({"remove", "x"}).hint == "it is called snug rm");
  CHECK(error_of({"generate", "unit", "x"}).hint == "it is called snug generate systemd");
  CHECK(error_of({"stpo", "x"}).hint == "did you mean snug stop?");
  CHECK(error_of({"try", "x"}).step == "try: not in this version of snug");
  CHECK(good({"generate"}).words == Words{"generate"});  // its help
}

TEST_CASE("a word that is told of elsewhere is none that there is") {
  for (const Elsewhere& word : command_elsewhere()) {
    INFO(word.word);
    CHECK(find_command(word.word) == nullptr);
  }
  for (const Elsewhere& word : run_option_elsewhere()) {
    INFO(word.word);
    CHECK(std::ranges::count(run_option_table(), word.word, &OptionDef::name) == 0);
  }
  std::size_t of_commands = 0;
  for (const CommandDef& command : command_table())
    for (const Elsewhere& word : command.elsewhere) {
      INFO(command.name << " " << word.word);
      ++of_commands;
      CHECK(word.word.starts_with('-'));
      for (const OptionDef* one : options_of(command)) {
        CHECK("--" + std::string{one->name} != word.word);
        CHECK((one->letter == 0 || std::string{'-', one->letter} != word.word));
      }
    }
  CHECK(of_commands == 28);
}

TEST_CASE("each option of a command goes to a member of the command's struct, and each to one of its own") {
  for (const CommandDef& command : command_table()) {
    const std::vector<const OptionDef*> options = options_of(command);
    if (command.takes_run_options)
      CHECK(*command.options.type == typeid(RunOptions));
    for (const OptionDef* option : options) {
      INFO(command.name << " --" << option->name);
      CHECK((*option->store.owner == *command.options.type || *option->store.owner == typeid(CommonOptions)));
      for (const OptionDef* other : options)
        if (other != option && *other->store.owner == *option->store.owner &&
            !std::holds_alternative<ByName>(option->store.member))
          CHECK(other->store.member != option->store.member);
    }
  }
}

TEST_CASE(
    "a command's struct has its members in the order of the table, so that no two options are swapped") {
  for (const CommandDef& command : command_table()) {
    if (*command.options.type == typeid(RunOptions))
      continue;
    const AnyOptions options = command.options.make();
    const void* before = nullptr;
    for (const OptionDef& option : command.own) {
      const OptionValues& values = options.values();
      const void* at = std::visit(
          overloaded{
              [&](std::optional<bool> OptionValues::*member) -> const void* { return &(values.*member); },
              [&](std::optional<std::string> OptionValues::*member) -> const void* {
                return &(values.*member);
              },
              [&](std::vector<std::string> OptionValues::*member) -> const void* {
                return &(values.*member);
              },
              [](ByName) -> const void* { return nullptr; },  // of RunOptions alone
          },
          option.store.member);
      INFO(command.name << " --" << option.name);
      CHECK(std::less<>{}(before, at));
      before = at;
    }
  }
}

TEST_CASE("options of containers are defined as those of run are") {
  for (const CommandDef& command : command_table())
    for (const OptionDef& option : command.own) {
      INFO(command.name << " --" << option.name);
      CHECK(option.argument.empty() == (kind_of(option) == Kind::Flag));
      CHECK_FALSE(option.help.ends_with('.'));
    }
}

}  // namespace container_options_test
