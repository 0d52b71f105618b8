#include "container/spec_file.h"

namespace snug {

Json to_json(const Spec& spec) {
  return encode(spec);
}

Result<Spec> spec_from_json(const Json& json) {
  return FieldReader{"spec", Members::Own}.read<Spec>(json);
}

}  // namespace snug
