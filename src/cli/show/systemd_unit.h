// A unit of systemd's user manager that starts a container.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "container/record.h"

namespace snug::cli {

struct SystemdUnit {
  std::string name{};       // of the container
  std::string program{};    // snug's absolute path
  std::string data_home{};  // XDG_DATA_HOME where it is set: without it another store would be looked into
  container::KeepRules rules{};
};

// The unit file, with the commands that install it in a comment.
std::string systemd_unit_text(const SystemdUnit& unit);

// One word of a command line or an assignment, so that systemd takes it for what it is: quoted, % and $
// doubled. systemd.syntax(7), systemd.service(5).
std::string systemd_word(std::string_view word);

}  // namespace snug::cli
