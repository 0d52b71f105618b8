#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>

#include "base/text.h"
#include "cli/show/container_list.h"
#include "cli/show/log_text.h"
#include "cli/show/systemd_unit.h"
#include "client/processes.h"
#include "sys/process_stat.h"

namespace ps_test {

using namespace snug;
using namespace snug::cli;
using namespace snug::client;
using namespace snug::container;
using namespace snug::sys;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kNow = 1'767'323'045 * kSecond;

ListedContainer container(std::string name, RunPhase phase, bool running = false) {
  ListedContainer one{.name = std::move(name), .running = running};
  one.state = {.phase = phase,
               .started_ns = kNow - 180 * kSecond,
               .created_ns = kNow - 7200 * kSecond,
               .id = "0123456789abcdef",
               .image = "debian:12",
               .command = {"sleep", "1 h"}};
  if (phase == RunPhase::Exited) {
    one.state.finished_ns = kNow - 7200 * kSecond;
    one.state.exit_code = 137;
  }
  return one;
}

ListedContainer damaged(std::string name) {
  return {.name = std::move(name), .damage = "state.json: is damaged"};
}

bool passes_text(const ListedContainer& one, const std::vector<std::string>& texts) {
  const auto filters = parse_list_filters(texts);
  REQUIRE(filters);
  return passes(one, *filters);
}

std::string names(const std::vector<ListedContainer>& list) {
  std::string text;
  for (const ListedContainer& one : list) text += one.name + " ";
  return text;
}

Json member(const Json& json, std::string_view name) {
  for (const auto& [key, value] : std::get<Json::Object>(json.value))
    if (key == name)
      return value;
  FAIL("no member " << name);
  return {};
}

}  // namespace

TEST_CASE("the status in docker's words") {
  ListedContainer one = container("a", RunPhase::Running, true);
  CHECK(status_text(one, kNow) == "Up 3 minutes");
  one.state.health = Health::Healthy;
  CHECK(status_text(one, kNow) == "Up 3 minutes (healthy)");
  one.state.health = Health::Unhealthy;
  CHECK(status_text(one, kNow) == "Up 3 minutes (unhealthy)");
  one.state.health = Health::Starting;
  CHECK(status_text(one, kNow) == "Up 3 minutes (health: starting)");
  CHECK(status_text(container("a", RunPhase::Exited), kNow) == "Exited (137) 2 hours ago");
  CHECK(status_text(container("a", RunPhase::Created), kNow) == "Created");
  CHECK(status_text(damaged("a"), kNow) == "Damaged: state.json: is damaged");
  CHECK(status_text({.name = "a", .damage = "state.json was written by snug 0.9 or later", .newer = true},
                    kNow) == "Newer: state.json was written by snug 0.9 or later");
}

TEST_CASE("who says running and holds no lock was killed") {
  ListedContainer one = container("a", RunPhase::Running, false);
  one.state.finished_ns = 5;  // of an earlier run
  one.state.health = Health::Healthy;
  CHECK(status_text(one, kNow) == "Exited (137), its supervisor was killed");
  const Json json{run_json(one)};
  CHECK(member(json, "killed") == Json{true});
  CHECK(member(json, "exit_code") == Json{std::uint64_t{137}});
  CHECK(member(json, "finished") == Json{});
  CHECK(member(json, "health") == Json{"none"});
  CHECK(member(json, "running") == Json{false});
  CHECK(passes_text(one, {"exited=137", "status=exited"}));
}

TEST_CASE("a lock alone does not make a container run") {
  CHECK(standing_of(container("a", RunPhase::Exited, true)) == Standing::Exited);
  CHECK(standing_of(container("a", RunPhase::Created, true)) == Standing::Created);
}

TEST_CASE("ages in docker's words") {
  const std::pair<std::int64_t, const char*> ages[] = {
      {-5, "Less than a second"}, {0, "Less than a second"}, {1, "1 second"},
      {59, "59 seconds"},         {60, "About a minute"},    {120, "2 minutes"},
      {3600, "About an hour"},    {7200, "2 hours"},         {47 * 3600, "47 hours"},
      {48 * 3600, "2 days"},      {14 * 86400, "2 weeks"},   {60 * 86400, "2 months"},
      {730 * 86400, "2 years"}};
  for (const auto& [seconds, text] : ages) CHECK(age_text(seconds * kSecond) == text);
}

TEST_CASE("filters") {
  const ListedContainer one = container("web-1", RunPhase::Exited);
  CHECK(passes_text(one, {}));
  CHECK(passes_text(one, {"name=eb"}));
  CHECK_FALSE(passes_text(one, {"name=x"}));
  CHECK(passes_text(one, {"name=x", "name=web"}));                // either
  CHECK_FALSE(passes_text(one, {"name=web", "status=running"}));  // both
  CHECK(passes_text(one, {"image=debian"}));
  CHECK(passes_text(one, {"image=debian:12"}));
  CHECK_FALSE(passes_text(one, {"image=deb"}));
  CHECK(passes_text(one, {"exited=137"}));
  CHECK_FALSE(passes_text(one, {"exited=1"}));
  CHECK(passes_text(one, {"id=0123"}));
  CHECK(passes_text(one, {"health=none"}));
  CHECK(passes_text(damaged("d"), {"status=damaged"}));
  CHECK_FALSE(passes_text(damaged("d"), {"status=newer"}));
  CHECK_FALSE(passes_text(damaged("d"), {"image=debian"}));
  CHECK_FALSE(passes_text(container("r", RunPhase::Running, true), {"exited=0"}));
}

TEST_CASE("filters that there are not") {
  const auto hint = [](std::string text) {
    const auto filters = parse_list_filters({std::move(text)});
    REQUIRE_FALSE(filters);
    CHECK(filters.error().status == 125);
    return filters.error().hint;
  };
  CHECK(hint("nmae=x") == "did you mean \"name\"?");
  CHECK(hint("ancestor=x") == "did you mean \"image\"?");
  CHECK(hint("zzzzzz=x") == "one of name, status, image, exited, health, id");
  CHECK(hint("status=runing") == "did you mean \"running\"?");
  CHECK(hint("health=good") == "one of none, starting, healthy, unhealthy");
  CHECK(hint("name") == "--filter name=VALUE");
  CHECK_FALSE(parse_list_filters({"exited=256"}));
  CHECK_FALSE(parse_list_filters({"exited=-1"}));
  CHECK(parse_list_filters({"\x1b[1m=x"}).error().step == "--filter \\x1b[1m: unknown filter");
}

TEST_CASE("only what runs is shown, the newest first") {
  std::vector<ListedContainer> list{
      container("a", RunPhase::Running, true),  container("b", RunPhase::Exited),
      container("c", RunPhase::Running, true),  container("d", RunPhase::Created),
      container("e", RunPhase::Running, false), damaged("f")};
  list[2].state.created_ns += 5;
  CHECK(names(selected(list, {}, false)) == "c a ");
  CHECK(names(selected(list, {}, true)) == "c a b d e f ");
  // Who asks for a status wants to see it.
  CHECK(names(selected(list, {{"status", "exited"}}, false)) == "b e ");
  CHECK(names(selected(list, {{"exited", "137"}}, false)) == "b e ");
  CHECK(names(selected(list, {{"name", "b"}}, false)).empty());
}

TEST_CASE("the table") {
  ListedContainer one = container("web", RunPhase::Running, true);
  one.state.command = {"sh", "-c", "\x1b]0;x\x07 a very long command line \xC3\xA9\xC3\xA9\xC3\xA9"};
  one.state.ports = {"127.0.0.1:8080:80/tcp", "53/udp"};
  CHECK(
      table_text(list_table({one}, kNow, false), 0, Colour::Off) ==
      "NAME  IMAGE      COMMAND                   STATUS        AGE      PORTS\n"
      "web   debian:12  sh -c '\\x1b]0;x\\x07 a v…  Up 3 minutes  2 hours  127.0.0.1:8080->80/tcp, 53/udp\n");
  CHECK(table_text(list_table({one}, kNow, true), 0, Colour::Off)
            .find("sh -c '\\x1b]0;x\\x07 a very long command line \xC3\xA9\xC3\xA9\xC3\xA9'") !=
        std::string::npos);
  const Table odd = list_table({damaged("bad")}, kNow, false);
  CHECK(odd.rows[0] == std::vector<std::string>{"bad", "", "", "Damaged: state.json: is damaged", "", ""});
  one.state.command = {"\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9",
                       "\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9"};
  const std::string cut = list_table({one}, kNow, false).rows[0][2];
  CHECK(display_width(cut) == 24);
  CHECK(escape_control(cut) == cut);
}

TEST_CASE("what a container has written cannot speak to the terminal") {
  TerminalText text{false};
  CHECK(text.pass("plain\t\xC3\xA9", true) == "plain\t\xC3\xA9");
  CHECK(text.pass("\x1b[1;31mred\x1b[m", true) == "\x1b[1;31mred\x1b[m");
  CHECK(text.pass("\x1b]0;title\x07", true) == "\\x1b]0;title\\x07");
  CHECK(text.pass("\x1b[2J\x1b[6n\x1b"
                  "c",
                  true) == "\\x1b[2J\\x1b[6n\\x1bc");
  CHECK(text.pass("\x1b[?25m\x1b[>4m", true) == "\\x1b[?25m\\x1b[>4m");  // private modes are no colours
  CHECK(text.pass("a\rb\x08", true) == "a\\x0db\\x08");
  CHECK(text.pass("\x9b"
                  "31m \xC2\x9B"
                  "31m",
                  true) == "\\x9b31m \\u{009b}31m");
  CHECK(text.pass("\x1b", true) == "\\x1b");
  CHECK(text.pass("\x1b[31", true) == "\\x1b[31");
  CHECK(text.pass("\x1b[" + std::string(500, '1') + "m", false).starts_with("\\x1b[111"));
  CHECK(text.end() == "\x1b[0m");
  TerminalText own{true};
  CHECK(own.pass("a\rb\x1b[A", true) == "a\rb\\x1b[A");
  CHECK(own.end().empty());
}

TEST_CASE("what was cut in two by the log is put together") {
  TerminalText text{false};
  CHECK(text.pass("a\xE2\x82", false) == "a");
  CHECK(text.pass("\xAC"
                  "b\x1b",
                  false) ==
        "\xE2\x82\xAC"
        "b");
  CHECK(text.pass("[3", false).empty());
  CHECK(text.pass("2mc\x1b[", false) == "\x1b[32mc");
  CHECK(text.pass("2Jd", true) == "\\x1b[2Jd");
  CHECK(text.pass("\xE2\x82", false).empty());
  CHECK(text.end() == "\\xe2\\x82\x1b[0m");
}

TEST_CASE("a unit for systemd") {
  const std::string text = systemd_unit_text(
      {.name = "web",
       .program = "/opt/my snug/100%/$x\"/snug",
       .data_home = "/data/a b",
       .rules = {.stop_signal = 2, .stop_timeout_ms = 1500, .restart = {.when = RestartWhen::OnFailure}}});
  const auto has = [&](std::string_view line) {
    return text.find("\n" + std::string{line} + "\n") != std::string::npos;
  };
  CHECK(has("Description=snug container web"));
  CHECK(has("ExecStart=\"/opt/my snug/100%%/$x\\\"/snug\" start --attach web"));
  CHECK(has("ExecStop=\"/opt/my snug/100%%/$x\\\"/snug\" stop web"));
  CHECK(has("Environment=\"XDG_DATA_HOME=/data/a b\""));
  CHECK(has("Restart=on-failure"));
  CHECK(has("SuccessExitStatus=130"));
  CHECK(has("TimeoutStopSec=7"));
  CHECK(has("KillMode=mixed"));
  CHECK(has("WantedBy=default.target"));
  CHECK(has("#   snug generate systemd web > ~/.config/systemd/user/snug-web.service"));
  CHECK(systemd_word("a") == "a");
  CHECK(systemd_word("") == "\"\"");
  CHECK(systemd_word("$a%b") == "$$a%%b");
  CHECK(systemd_word("a\nb") == "\"a\\x0ab\"");
}

TEST_CASE("a process's name cannot pass for its numbers") {
  const auto stat = parse_process_stat(
      "42 (a) S 1 (x) R 7 1 1 0 -1 4194560 1 0 0 0 30 12 0 0 20 0 1 0 98765 1 1 1 1 1 1\n");
  REQUIRE(stat);
  CHECK(stat->name == "a) S 1 (x");
  CHECK(stat->state == 'R');
  CHECK(stat->ppid == 7);
  CHECK(stat->ticks == 42);
  CHECK(stat->start == 98765);
  for (const char* bad : {"", "1", "1 (a", "1 a) S", "1 (a) S 1 2 3", ")("})
    CHECK_FALSE(parse_process_stat(bad));
}

TEST_CASE("a number in a state file shows nobody's processes by itself") {
  RunState state{.phase = RunPhase::Running, .init_pid = getpid()};
  const auto why = [&] {
    const auto list = container_processes(state);
    REQUIRE_FALSE(list);
    return list.error().step.substr(std::string_view{"find the container's first process: "}.size());
  };
  CHECK(why() == "it was started before this computer was");
  FILE* file = std::fopen("/proc/sys/kernel/random/boot_id", "re");
  char boot[64] = {};
  REQUIRE((file && std::fgets(boot, sizeof boot, file)));
  std::fclose(file);
  state.boot_id = std::string{boot}.substr(0, 36);
  CHECK(why() == "a process of its number was started at another time");
  file = std::fopen("/proc/self/stat", "re");
  char text[1024] = {};
  REQUIRE((file && std::fgets(text, sizeof text, file)));
  std::fclose(file);
  const auto stat = parse_process_stat(text);
  REQUIRE(stat);
  state.init_start = stat->start;
  CHECK(why() == "the process of its number is not the first one of any pid namespace");
  state.init_pid = 0;
  CHECK(why() == "there is no process of its number");
}

}  // namespace ps_test
