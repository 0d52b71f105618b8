// A Spec in a container's record: every member with its origin, exactly.
#pragma once

#include "base/fields.h"
#include "base/json.h"
#include "base/result.h"
#include "spec/enum_names.h"
#include "spec/schema.h"
#include "spec/settings.h"

namespace snug {

template<class T>
struct Fields<spec::Setting<T>> {
  static void visit(auto& field, auto& s) { field("value", s.value), field("origin", s.origin.text); }
};
template<>
struct Fields<spec::EnvVariable> {
  static void visit(auto& field, auto& s) {
    field("name", s.name), field("value", s.value), field("origin", s.origin.text);
  }
};
template<>
struct Fields<spec::RunAs> {
  static void visit(auto& field, auto& s) {
    field("kind", s.kind), field("user", s.user), field("group", s.group);
  }
};
template<>
struct Fields<spec::Mount> {
  static void visit(auto& field, auto& s) {
    field("type", s.type), field("source", s.source), field("target", s.target);
    field("access", s.access), field("missing", s.missing), field("size", s.size), field("mode", s.mode);
    field("origin", s.origin.text);
  }
};
template<>
struct Fields<spec::HostSet> {
  static void visit(auto& field, auto& s) {
    field("name", s.name), field("rules", s.rules), field("origin", s.origin.text);
  }
};
// Every row of the schema, by its stored name.
template<>
struct Fields<spec::Spec> {
  static void visit(auto& field, auto& spec) {
    spec::for_each_key([&](const spec::Section&, const spec::Key& key) {
      std::visit([&](const auto& at) { field(key.stored_name(), spec.*at.spec); }, key.value.member);
    });
  }
};

}  // namespace snug

namespace snug::container {

Json to_json(const spec::Spec& spec);

// Strict: a member that is missing, unknown, of another kind or out of range is an error that names it.
Result<spec::Spec> spec_from_json(const Json& json);

}  // namespace snug::container
