// JSON, and a container's record and state. What is read is written as the same again; what is refused is
// refused with a sentence that is safe to print. The text is tried as it is and as a document of its own,
// whose checksum says nothing about what is in it.
#include "base/json.h"
#include "check.h"
#include "container/container_record.h"
#include "container/record.h"
#include "store/document.h"

using namespace snug;
using namespace snug::container;
using namespace snug::store;

namespace {

void check_refusal(const Error& error) {
  FUZZ_CHECK(!error.step.empty(), error.step);
  FUZZ_CHECK(is_safe_to_print(error.step), error.step);
  FUZZ_CHECK(is_safe_to_print(error.hint), error.hint);
  FUZZ_CHECK(error.status == 125, error.step);
}

template<class T>
void check_value(const Document& document, Result<T> (*read)(const Document&)) {
  const Result<T> value = read(document);
  if (!value)
    return check_refusal(value.error());
  const auto again = parse_json(pretty_json(to_json(*value)));
  FUZZ_CHECK(again.has_value(), "what was written is JSON");
  FUZZ_CHECK(read({.version = kRecordFormat.version, .body = *again}) == *value,
             pretty_json(to_json(*value)));
}

// The text as the file itself.
void check_file(std::string_view text) {
  const auto document = parse_document(text, "state.json", kRecordFormat);
  if (!document)
    return check_refusal(document.error());
  check_value(*document, run_state);
}

}  // namespace

FUZZ_TARGET(text) {
  check_file(text);
  const auto json = parse_json(text);
  if (!json)
    return check_refusal(json.error());
  FUZZ_CHECK(parse_json(compact_json(*json)) == *json, compact_json(*json));
  FUZZ_CHECK(parse_json(pretty_json(*json)) == *json, pretty_json(*json));
  for (unsigned version = 1; version <= kRecordFormat.version; ++version) {
    check_value({.version = version, .body = *json}, container_record);
    check_value({.version = version, .body = *json}, run_state);
  }
}
