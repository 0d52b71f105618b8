#include "base/result.h"

#include <cstring>

namespace snug {

std::string describe(const Error& error) {
  if (error.err == 0 || error.err_said)
    return error.step;
  std::string text = error.step + ": " + strerrordesc_np(error.err);
  if (const char* name = strerrorname_np(error.err))
    text += std::string{" ("} + name + ")";
  return text;
}

}  // namespace snug
