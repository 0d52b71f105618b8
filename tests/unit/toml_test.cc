#include "base/toml.h"

#include <catch2/catch.hpp>

namespace toml_test {

using namespace snug;

namespace {

std::string parse_error(std::string_view text) {
  const auto document = parse_toml(text, "dir/a.toml");
  return document ? "no error" : document.error().step;
}

}  // namespace

TEST_CASE("broken TOML is told with its place, in one line") {
  CHECK(parse_error("a = 1\na = 2") == "dir/a.toml:2:5: a is already set above");
  CHECK(parse_error("[t]\nx = 1\n[t]\n") == "dir/a.toml:3:1: t is already set above");
  CHECK(parse_error("a = ") == "dir/a.toml:1:5: not valid TOML: key-value pair: encountered end-of-file");
  CHECK(parse_error("a = \"\\q\"") ==
        "dir/a.toml:1:7: not valid TOML: string: unknown escape sequence '\\q'");
  for (const char* text :
       {"[x", "a = \"x\n", "x = [1,\n", "abc", "a = tru", "\xff = 1", "a = 99999999999999999999", "= 1"}) {
    const std::string error = parse_error(text);
    CHECK(error.starts_with("dir/a.toml:"));
    CHECK(error.find("not valid TOML") != std::string::npos);
    CHECK(error.find('\n') == std::string::npos);
  }
}

TEST_CASE("nesting is bounded") {
  CHECK(parse_error("a = " + std::string(100000, '[')).find("nested") != std::string::npos);
}

TEST_CASE("no control byte of a file reaches an error") {
  for (const std::string& error :
       {parse_error("a = \"\x1b[31m\""), parse_error("\x1b = 1"),
        parse_error("\"\\u001b\" = 1\n\"\\u001b\" = 2"), parse_toml("x", "\x1b.toml").error().step})
    CHECK(error.find('\x1b') == std::string::npos);
}

TEST_CASE("entries keep the order and the places of the file") {
  const auto document = parse_toml("z = 1\n[b]\ny = \"v\"\na = [true,\n  2.5]\n[a]\n", "f");
  REQUIRE(document);
  const auto& items = document->root.items;
  REQUIRE(items.size() == 3);
  CHECK(items[0].key == "z");
  CHECK(items[1].key == "b");
  CHECK(items[2].key == "a");
  const TomlValue* b = document->root.find("b");
  REQUIRE(b);
  CHECK(b->items[0].key == "y");
  CHECK(b->items[0].at == TomlPosition{.line = 3, .column = 5});
  const TomlValue* a = b->find("a");
  REQUIRE(a);
  CHECK(a->path == "b.a");
  CHECK(a->items[1].path == "b.a[2]");
  CHECK(a->items[1].at == TomlPosition{.line = 5, .column = 3});
  CHECK(document->root.find("nothing") == nullptr);
}

TEST_CASE("a document may be moved") {
  auto first = parse_toml("a = 1", "name.toml");
  REQUIRE(first);
  const TomlDocument second = *std::move(first);
  CHECK(second.root.items[0].where() == "name.toml:1:5: a");
}

TEST_CASE("the wrong type is told by name") {
  const auto document = parse_toml(
      "i = 1\nf = 1.5\nb = true\nd = 1979-05-27\na = []\nt = {}\ns = \"x\"\nn = \"a\\u0000b\"\nm = [\"x\", "
      "1]",
      "f");
  REQUIRE(document);
  const auto value = [&](const char* key) -> const TomlValue& { return *document->root.find(key); };
  CHECK(value("i").as_string("a size such as \"2G\"").error().step ==
        "f:1:5: i: expected a size such as \"2G\", found an integer");
  CHECK(value("f").as_string().error().step ==
        "f:2:5: f: expected text in quotes, found a number with a fraction");
  CHECK(value("b").as_string().error().step == "f:3:5: b: expected text in quotes, found a boolean");
  CHECK(value("d").as_string().error().step == "f:4:5: d: expected text in quotes, found a date or time");
  CHECK(value("a").as_boolean().error().step == "f:5:5: a: expected true or false, found an array");
  CHECK(value("t").as_strings().error().step == "f:6:5: t: expected an array of texts, found a table");
  CHECK(value("s").as_integer(0, 9).error().step == "f:7:5: s: expected a whole number, found text");
  CHECK(value("n").as_string().error().step == "f:8:5: n: has a NUL character in it");
  CHECK(value("m").as_strings().error().step == "f:9:11: m[2]: expected text in quotes, found an integer");
  CHECK(value("i").as_integer(2, 9).error().step == "f:1:5: i: 1 is not between 2 and 9");
  CHECK(*value("i").as_number() == 1.0);
  CHECK(*value("f").as_number() == 1.5);
  CHECK_FALSE(value("b").as_number());
}

TEST_CASE("an unknown key is told with the nearest one that exists") {
  struct Context {
    std::string seen;
  } context;
  constexpr auto read = [](Context& c, const TomlValue& v) {
    c.seen += v.key;
    return Status{};
  };
  constexpr TomlKey<Context> kKeys[] = {{"memory", read}, {"pids", read}};
  const auto try_text = [&](std::string_view text) {
    const auto document = parse_toml(text, "f");
    REQUIRE(document);
    return read_toml_table(document->root, kKeys, context);
  };
  REQUIRE(try_text("pids = 1\nmemory = 2"));
  CHECK(context.seen == "pidsmemory");
  const auto near = try_text("memroy = 1");
  REQUIRE_FALSE(near);
  CHECK(near.error().step == "f:1:1: unknown key \"memroy\"");
  CHECK(near.error().hint == "did you mean \"memory\"?");
  CHECK(try_text("\nxyzzyxyzzy = 1").error().hint == "the keys here are memory, pids");
}

// toml++ walks dotted keys recursively, and its destructors do: 30000 parts end in a stack overflow.
TEST_CASE("a key of very many parts is refused, wherever it hides") {
  const auto dots = [](int count, std::string_view part = ".a") {
    std::string key = "a";
    for (int i = 1; i < count; ++i) key += part;
    return key;
  };
  const std::string endless = dots(100000);
  for (const std::string& text :
       {endless + "=1", "[" + endless + "]", endless + "=1\n!", "x={k=\"\"\"a\"\"\"\", " + endless + "=1}",
        "x={k=\"\"\"a\"\"\"\"\", " + endless + "=1}", "x={k='''a'''', " + endless + "=1}",
        "x={k=\"\\\"\", " + endless + "=1}", "x={k='\\', " + endless + "=1}", dots(100000, " . a") + "=1",
        dots(100000, ".\"a\"") + "=1"})
    CHECK_FALSE(parse_toml(text, "f"));
  for (const std::string& text :
       {dots(30) + "=1", "a=\"" + dots(1000) + "\"", "a='" + dots(1000) + "'",
        "a=\"\"\"\n" + dots(1000) + "\\\"\"\"\"\nb=1", "# " + std::string(500, '.') + "\na=1"})
    CHECK(parse_toml(text, "f"));
}

TEST_CASE("texts on which toml++ 3.3 would stop the program") {
  for (const char* text : {"[@x]", "a = [\"x\" \xC2\xA7]", "[[@", "a.@"}) CHECK_FALSE(parse_toml(text, "f"));
}

}  // namespace toml_test
