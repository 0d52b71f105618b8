#include "cli/json.h"

#include <nlohmann/json.hpp>

#include "base/overloaded.h"

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
                        [](const auto& scalar) { return Tree(scalar); },
                    },
                    json.value);
}

std::string dump(const Json& json, int indent) {
  return to_tree(json).dump(indent, ' ', false, Tree::error_handler_t::replace);
}

}  // namespace

std::string compact_json(const Json& json) {
  return dump(json, -1);
}

std::string pretty_json(const Json& json) {
  return dump(json, 2) + "\n";
}

}  // namespace snug
