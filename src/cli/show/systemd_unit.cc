#include "cli/show/systemd_unit.h"

#include <fmt/format.h>

#include "base/text.h"

namespace snug::cli {
namespace {

// What systemd waits for beyond the container's own time to stop.
constexpr std::uint64_t kMoreSeconds = 5;

std::string quoted(std::string_view word, std::string_view doubled) {
  std::string text;
  bool plain = !word.empty();
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F)
      text += fmt::format("\\x{:02x}", byte);
    else if (c == '"' || c == '\\')
      text += {'\\', c};
    else if (doubled.find(c) != std::string_view::npos)
      text += {c, c};
    else
      text += c;
    plain = plain && byte > 0x20 && byte != 0x7F && c != '"' && c != '\\' && c != '\'' && c != ';';
  }
  return plain ? text : "\"" + text + "\"";
}

const char* restart_word(container::RestartWhen when) {
  switch (when) {
    case container::RestartWhen::No:
      return "no";
    case container::RestartWhen::OnFailure:
      return "on-failure";
    case container::RestartWhen::Always:
      return "always";
  }
  return "no";
}

}  // namespace

std::string systemd_word(std::string_view word) {
  return quoted(word, "%$");
}

std::string systemd_unit_text(const SystemdUnit& unit) {
  // The path of the program is the one word in which $ is not special.
  const std::string program = quoted(unit.program, "%");
  const std::string name = systemd_word(unit.name);
  const std::string file = fmt::format("snug-{}.service", unit.name);
  std::string text = fmt::format(
      "# Starts the container {0} with your user manager. To install it:\n"
      "#   mkdir -p ~/.config/systemd/user\n"
      "#   snug generate systemd {0} > ~/.config/systemd/user/{1}\n"
      "#   systemctl --user daemon-reload\n"
      "#   systemctl --user enable --now {1}\n"
      "# So that it starts at boot, and goes on when you log out:\n"
      "#   loginctl enable-linger\n"
      "\n"
      "[Unit]\n"
      "Description=snug container {2}\n"
      "\n"
      "[Service]\n"
      "Type=exec\n",
      escape_control(unit.name), escape_control(file), quoted(unit.name, "%"));
  if (!unit.data_home.empty())
    text += fmt::format("Environment={}\n", quoted("XDG_DATA_HOME=" + unit.data_home, "%"));
  text += fmt::format(
      "ExecStart={0} start --attach {1}\n"
      "ExecStop={0} stop {1}\n"
      "Restart={2}\n"
      // Ended by `snug stop`: that is no failure.
      "SuccessExitStatus={3}\n"
      "KillMode=mixed\n"
      "TimeoutStopSec={4}\n"
      "\n"
      "[Install]\n"
      "WantedBy=default.target\n",
      program, name, restart_word(unit.rules.restart.when), 128 + unit.rules.stop_signal,
      (unit.rules.stop_timeout_ms + 999) / 1000 + kMoreSeconds);
  return text;
}

}  // namespace snug::cli
