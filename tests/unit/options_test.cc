#include <catch2/catch.hpp>
#include <initializer_list>
#include <vector>

#include "cli/grammar/definition.h"
#include "cli/grammar/parse.h"

namespace options_test {

using namespace snug;
using namespace snug::cli;

namespace {

using Words = std::vector<std::string>;

Result<Invocation> parse(std::initializer_list<std::string_view> words) {
  return parse_command_line(std::span{words.begin(), words.size()});
}

Words typed(const RunOptions& run, std::string_view option) {
  const auto texts = run.texts_of(option);
  return {texts.begin(), texts.end()};
}

Error error_of(std::initializer_list<std::string_view> words) {
  const auto options = parse(words);
  REQUIRE_FALSE(options);
  CHECK(options.error().status == 125);
  return options.error();
}

}  // namespace

TEST_CASE("where the options end and the payload begins") {
  struct Case {
    Words typed;
    std::optional<std::string> image;
    Words command;
  };
  const Case cases[] = {
      {{"run", "debian"}, "debian", {}},
      {{"run", "debian", "ls"}, "debian", {"ls"}},
      {{"run", "debian", "ls", "-l", "--rm", "-it"}, "debian", {"ls", "-l", "--rm", "-it"}},
      {{"run", "-it", "debian", "ls", "--size="}, "debian", {"ls", "--size="}},
      {{"run", "--", "ls", "-l"}, std::nullopt, {"ls", "-l"}},
      {{"run", "-t", "--", "ls", "--"}, std::nullopt, {"ls", "--"}},
      {{"run", "--", "--", "x"}, std::nullopt, {"--", "x"}},
      {{"run", "--", "-x"}, std::nullopt, {"-x"}},
      {{"run", "debian", "--", "ls", "-l"}, "debian", {"ls", "-l"}},
      {{"run", "debian", "--", "--", "x"}, "debian", {"--", "x"}},
      {{"run", "debian", "sh", "--", "x"}, "debian", {"sh", "--", "x"}},
      {{"run", "-w", "--", "debian"}, "debian", {}},  // a value may look like anything
      {{"run", "-w", "--rm", "debian"}, "debian", {}},
      {{"run", "-", "x"}, "-", {"x"}},
      {{"run", "host", "", "a b"}, "host", {"", "a b"}},
      {{"run"}, std::nullopt, {}},
      {{"run", "--"}, std::nullopt, {}},
      {{"run", "debian", "run", "shell"}, "debian", {"run", "shell"}},
      {{"--verbose", "run", "debian", "--verbose"}, "debian", {"--verbose"}},
  };
  for (const Case& c : cases) {
    const std::vector<std::string_view> words{c.typed.begin(), c.typed.end()};
    const auto options = parse_command_line(words);
    INFO(c.typed.back());
    REQUIRE(options);
    CHECK(options->command == find_command("run"));
    CHECK(options->options<RunOptions>().image == c.image);
    CHECK(options->options<RunOptions>().command == c.command);
  }
}

TEST_CASE("docker's ways to write an option") {
  const auto options =
      parse({"run",   "-it",        "-eA=1",          "-e",        "B",     "--env=C=x=y", "-v",
             "/a:/b", "-v/c:/d:ro", "--network=host", "-im=512m",  "-e",    "X=",          "--entrypoint=",
             "-h",    "box",        "--rm=false",     "--audio=0", "--x11", "img"});
  REQUIRE(options);
  const RunOptions& run = options->options<RunOptions>();
  CHECK(run.interactive == true);
  CHECK(run.tty == true);
  CHECK(typed(run, "env") == Words{"A=1", "B", "C=x=y", "X="});
  CHECK(typed(run, "volume") == Words{"/a:/b", "/c:/d:ro"});
  CHECK(typed(run, "network") == Words{"host"});
  CHECK(typed(run, "memory") == Words{"512m"});
  CHECK(typed(run, "entrypoint") == Words{""});
  CHECK(typed(run, "hostname") == Words{"box"});
  CHECK(run.rm == false);
  CHECK(typed(run, "gpu").empty());
  CHECK(typed(run, "audio") == Words{"false"});
  CHECK(typed(run, "x11") == Words{"true"});
  CHECK(run.image == "img");
}

TEST_CASE("the last of two values wins, lists keep their order, brackets are text") {
  const auto options =
      parse({"run", "-w", "/a", "--workdir", "/b", "--allow", "[::1]", "--allow", "b", "img"});
  REQUIRE(options);
  CHECK(typed(options->options<RunOptions>(), "workdir") == Words{"/b"});
  CHECK(typed(options->options<RunOptions>(), "allow") == Words{"[::1]", "b"});
}

TEST_CASE("an unknown option is named, with the nearest that there is") {
  auto error = error_of({"run", "--netwrk", "host", "img"});
  CHECK(error.step == "--netwrk: snug run has no such option");
  CHECK(error.hint == "did you mean --network?");
  CHECK(error_of({"run", "-itZ", "img"}).step == "-Z: snug run has no such option");
  CHECK(error_of({"run", "-5", "img"}).step == "-5: snug run has no such option");
  CHECK(error_of({"run", "--xyzzyplugh=1"}).hint == "snug run --help lists them");
  CHECK(error_of({"run", "--ro-bind", "/", "/"}).hint == "it is called --volume SRC:DST:ro");
  CHECK(error_of({"profile", "ls", "--memory", "1"}).step == "--memory: snug profile ls has no such option");
  CHECK(error_of({"--nope", "run"}).step == "--nope: snug has no such option");
  CHECK(error_of({"run", "--\x1b]0;x", "img"}).step == "--\\x1b]0;x: snug run has no such option");
}

TEST_CASE("a value that is missing or wrong") {
  CHECK(error_of({"run", "-w"}).step == "--workdir: needs a value: DIR");
  CHECK(error_of({"run", "--env-file"}).step == "--env-file: needs a value: FILE");
  CHECK(error_of({"run", "-itw"}).step == "--workdir: needs a value: DIR");
  CHECK(error_of({"run", "-t", "-h"}).hint == "for help: snug run --help");
  auto error = error_of({"run", "--network", "hos", "img"});
  CHECK(error.step == "--network: \"hos\" is not one of none, gate, full, host, container:NAME");
  CHECK(error.hint == "did you mean host?");
  CHECK(error_of({"run", "--rm=maybe", "img"}).step == "--rm: \"maybe\" is not true or false");
  CHECK(error_of({"run", "--rm=", "img"}).step == "--rm: \"\" is not true or false");
  CHECK(error_of({"run", ""}).step == "snug run: IMAGE is empty");
}

TEST_CASE("an unknown command is named, with the nearest that there is") {
  CHECK(error_of({"rum"}).hint == "did you mean snug run?");
  CHECK(error_of({"profile", "lss"}).hint == "did you mean snug profile ls?");
  CHECK(error_of({"pull", "x"}).step == "pull: not in this version of snug");
  CHECK(error_of({"image", "pull"}).step == "image pull: not in this version of snug");
  CHECK(error_of({"images"}).hint == "it is called snug image ls");
  CHECK(error_of({"./rootfs", "ls"}).hint == "to run a command in that image: snug run ./rootfs");
  CHECK(error_of({"--", "ls"}).hint == "did you mean snug run -- ?");
}

TEST_CASE("help and version need nothing else to be right") {
  CHECK(parse({"run", "--help"})->common.help == true);
  CHECK(parse({"run", "-h"})->common.help == true);
  CHECK(parse({"profile", "show", "-h"})->common.help == true);
  CHECK(parse({"--help"})->common.help == true);
  CHECK(parse({"-h"})->common.help == true);
  CHECK(parse({"--version"})->common.version == true);
  CHECK(parse({"profile"})->words == Words{"profile"});
  CHECK(parse({"help", "--volume"})->words == Words{"--volume"});
  CHECK(parse({})->command == nullptr);
  CHECK(parse({"profile"})->command == find_command("help"));
}

TEST_CASE("explain takes run's words, and questions about paths") {
  auto options = parse({"explain", "--path", "/a", "--path", "b", "img", "cmd"});
  REQUIRE(options);
  CHECK(options->options<RunOptions>().paths == Words{"/a", "b"});
  CHECK(options->options<RunOptions>().image == "img");
  CHECK_FALSE(options->options<RunOptions>().image_may_be_path);
  CHECK(parse({"explain", "/etc/passwd"})->options<RunOptions>().image_may_be_path);
  CHECK_FALSE(parse({"explain", "/srv/rootfs", "cmd"})->options<RunOptions>().image_may_be_path);
  CHECK(parse({"explain", "example.org:80"})->options<RunOptions>().image_may_be_path);
  CHECK_FALSE(parse({"explain", "./image"})->options<RunOptions>().image_may_be_path);
  CHECK_FALSE(parse({"explain", "host"})->options<RunOptions>().image_may_be_path);
  CHECK_FALSE(parse({"explain", "--", "/bin/ls"})->options<RunOptions>().image_may_be_path);
  CHECK_FALSE(parse({"run", "/srv/rootfs"})->options<RunOptions>().image_may_be_path);
}

TEST_CASE("other commands take options anywhere before --") {
  const auto options = parse({"profile", "check", "a.toml", "--json", "--", "-b.toml"});
  REQUIRE(options);
  CHECK(options->common.json == true);
  CHECK(options->words == Words{"a.toml", "-b.toml"});
  CHECK(error_of({"profile", "show"}).step == "snug profile show: name one profile");
  CHECK(error_of({"profile", "ls", "x"}).step == "snug profile ls: takes no words");
  CHECK(error_of({"shell", "host", "ls"}).hint == "to run a command: snug run -it IMAGE CMD...");
  CHECK(parse({"shell", "--", "host"})->options<RunOptions>().image == "host");
  CHECK(parse({"shell", "host"})->options<RunOptions>().shell);
  CHECK_FALSE(parse({"run", "host"})->options<RunOptions>().shell);
}

TEST_CASE("five thousand volumes are parsed") {
  std::vector<std::string_view> words{"run"};
  for (int i = 0; i < 5000; ++i) words.insert(words.end(), {"-v", "/a:/b"});
  words.push_back("img");
  const auto options = parse_command_line(words);
  REQUIRE(options);
  CHECK(options->options<RunOptions>().texts_of("volume").size() == 5000);
}

TEST_CASE("the definition has no two options of one name in one command") {
  for (const CommandDef& command : command_table()) {
    const auto options = options_of(command);
    for (const OptionDef* a : options)
      for (const OptionDef* b : options)
        if (a != b) {
          CHECK(a->name != b->name);
          CHECK((a->letter == 0 || a->letter != b->letter));
        }
  }
  for (const OptionDef& option : run_option_table()) {
    CHECK(option.argument.empty() == (kind_of(option) == Kind::Flag));
    CHECK_FALSE(option.help.ends_with('.'));
  }
}

}  // namespace options_test
