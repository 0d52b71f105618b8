#include "container/spec_file.h"

namespace snug::container {

Json to_json(const spec::Spec& spec) {
  return encode(spec);
}

Result<spec::Spec> spec_from_json(const Json& json) {
  return FieldReader{"spec", Members::Own}.read<spec::Spec>(json);
}

}  // namespace snug::container
