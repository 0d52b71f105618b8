#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <nlohmann/json.hpp>

#include "base/overloaded.h"
#include "base/text.h"

namespace snug {
namespace {

using Tree = nlohmann::ordered_json;

Tree to_tree(const Json& json) {
  return std::visit(overloaded{
                        [](const Json::Array& items) {
                          Tree tree = Tree::array();
                          for (const Json& item : items) tree.push_back(to_tree(item));
                          return tree;
                        },
                        [](const Json::Object& members) {
                          Tree tree = Tree::object();
                          for (const auto& [name, value] : members) tree[name] = to_tree(value);
                          return tree;
                        },
                        [](std::nullptr_t null) { return Tree(null); },
                        [](bool truth) { return Tree(truth); },
                        [](std::uint64_t number) { return Tree(number); },
                        [](double number) { return Tree(number); },
                        [](const std::string& text) { return Tree(text); },
                    },
                    json.value);
}

std::string dump(const Json& json, int indent) {
  return to_tree(json).dump(indent, ' ', false, Tree::error_handler_t::replace);
}

// Puts the value together from the parser's calls; each answers whether to go on. The parser itself keeps one
// bit for each open bracket and does not recurse, so that depth is what is allowed here.
class Builder {
 public:
  bool null() { return add({}); }
  bool boolean(bool b) { return add(b); }
  bool number_integer(std::int64_t n) { return add(static_cast<double>(n)); }
  bool number_unsigned(std::uint64_t n) { return add(n); }
  bool number_float(double n, const std::string&) { return add(n); }
  bool string(std::string& text) { return add(std::move(text)); }
  bool binary(nlohmann::json::binary_t&) { return false; }  // JSON has none
  bool start_object(std::size_t) { return open(Json::Object{}); }
  bool start_array(std::size_t) { return open(Json::Array{}); }
  bool end_array() { return close(); }
  bool key(std::string& name) {
    std::get<Json::Object>(open_.back().value).emplace_back(std::move(name), Json{});
    return true;
  }
  bool end_object() {
    const auto& members = std::get<Json::Object>(open_.back().value);
    // Sorted, and not each against each: a file of nothing but keys must not take hours.
    std::vector<std::string_view> names;
    names.reserve(members.size());
    for (const auto& [name, value] : members) names.push_back(name);
    std::ranges::sort(names);
    if (const auto twice = std::ranges::adjacent_find(names); twice != names.end())
      return refuse(fmt::format("the key \"{}\" is there twice", escape_control(*twice)));
    return close();
  }
  bool parse_error(std::size_t position, const std::string&, const std::exception&) {
    return refuse(fmt::format("byte {} cannot stand there", position));
  }

  Result<Json> finish(bool good) {
    if (!good)
      return fail({.step = "read JSON: " + wrong_});
    return std::move(value_);
  }

 private:
  bool refuse(std::string why) {
    wrong_ = std::move(why);
    return false;
  }
  bool add(Json value) {
    if (open_.empty())
      value_ = std::move(value);
    else if (auto* items = std::get_if<Json::Array>(&open_.back().value))
      items->push_back(std::move(value));
    else
      std::get<Json::Object>(open_.back().value).back().second = std::move(value);
    return true;
  }
  bool open(Json value) {
    if (open_.size() == kJsonDepth)
      return refuse(fmt::format("more than {} brackets in each other", kJsonDepth));
    open_.push_back(std::move(value));
    return true;
  }
  bool close() {
    Json value = std::move(open_.back());
    open_.pop_back();
    return add(std::move(value));
  }

  std::vector<Json> open_;  // from the outermost on; the last member of an object waits for its value
  Json value_;
  std::string wrong_{"not understood"};
};

}  // namespace

std::string compact_json(const Json& json) {
  return dump(json, -1);
}

std::string pretty_json(const Json& json) {
  return dump(json, 2) + "\n";
}

bool is_json_text(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = [&](std::size_t i) {
      return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
    };
    const unsigned first = byte(0);
    if (first < 0x80) {
      ++at;
      continue;
    }
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    // Overlong forms, surrogates and what is above U+10FFFF differ in the second byte.
    const unsigned least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    const unsigned most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (first < 0xC2 || first > 0xF4 || byte(1) < least || byte(1) > most)
      return false;
    for (std::size_t i = 2; i < length; ++i)
      if ((byte(i) & 0xC0) != 0x80)
        return false;
    at += length;
  }
  return true;
}

Result<Json> parse_json(std::string_view text) {
  Builder builder;
  // The library takes a NUL for the end of its input, and passes over a byte order mark.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    builder.parse_error(nul + 1, "", std::exception{});
    return builder.finish(false);
  }
  if (text.starts_with("\xEF\xBB\xBF")) {
    builder.parse_error(1, "", std::exception{});
    return builder.finish(false);
  }
  try {
    return builder.finish(nlohmann::json::sax_parse(text.begin(), text.end(), &builder));
  } catch (const std::exception& error) {
    return fail({.step = fmt::format("read JSON: {}", escape_control(error.what()))});
  }
}

}  // namespace snug
