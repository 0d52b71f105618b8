#include "cli/show/spec_json.h"

#include <fmt/format.h>

#include "base/text.h"
#include "spec/settings.h"
#include "spec/words.h"

namespace snug {
namespace {

template<HasEnumNames T>
std::string text_of(T value) {
  return std::string{enum_name(value)};
}
std::string text_of(const RunAs& value) {
  return value.kind != RunAs::Kind::Named ? std::string{enum_name(value.kind)}
         : value.group.empty()            ? value.user
                                          : fmt::format("{}:{}", value.user, value.group);
}

// Sizes as a profile writes them, the largest unit that divides them.
std::string size_text(std::uint64_t bytes) {
  constexpr const char* kUnits[] = {"", "K", "M", "G", "T"};
  unsigned unit = 0;
  while (bytes != 0 && bytes % 1024 == 0 && unit < 4) {
    bytes /= 1024;
    ++unit;
  }
  return fmt::format("{}{}", bytes, kUnits[unit]);
}

std::string duration_text(std::uint64_t ms) {
  if (ms % 1000 != 0)
    return fmt::format("{}ms", ms);
  return ms % 60000 == 0 ? fmt::format("{}m", ms / 60000) : fmt::format("{}s", ms / 1000);
}

Json argv_json(const std::vector<std::string>& words) {
  Json::Array array;
  for (const std::string& text : words) array.emplace_back(text);
  return array;
}

class Collector {
 public:
  std::vector<ShownKey> keys;

  void add(std::string_view table, std::string_view key, Json value, const Origin& origin) {
    keys.push_back({.table = table, .key = key, .value = std::move(value), .origin = origin.text});
  }
  template<class T, class Show>
  void maybe(std::string_view table, std::string_view key, const Maybe<T>& setting, Show show) {
    if (setting)
      add(table, key, show(setting->value), setting->origin);
  }
  void list(std::string_view table, std::string_view key, const std::vector<Setting<std::string>>& list) {
    if (list.empty())
      return;
    Json::Array items;
    std::vector<std::string> origins;
    for (const auto& item : list) {
      items.emplace_back(item.value);
      if (origins.empty() || origins.back() != item.origin.text)
        origins.push_back(item.origin.text);
    }
    add(table, key, std::move(items), {join(origins, ", ")});
  }
};

void add_env(Collector& to, const Spec& spec) {
  to.list("env", "pass", spec.env_pass);
  Json::Object set;
  std::vector<std::string> origins;
  for (const EnvVariable& variable : spec.env_set) {
    // Later wins, and a table has each key once.
    std::erase_if(set, [&](const auto& member) { return member.first == variable.name; });
    set.emplace_back(variable.name, variable.value);
    if (origins.empty() || origins.back() != variable.origin.text)
      origins.push_back(variable.origin.text);
  }
  if (!set.empty())
    to.add("env", "set", std::move(set), {join(origins, ", ")});
}

void add_seccomp(Collector& to, const Spec& spec) {
  if (spec.seccomp_allow.empty() && spec.seccomp_deny.empty() && spec.seccomp_abi.empty())
    return to.add("security", "seccomp", text_of(spec.seccomp.value), spec.seccomp.origin);
  Collector parts;
  parts.list("", "allow", spec.seccomp_allow);
  parts.list("", "deny", spec.seccomp_deny);
  parts.list("", "abi", spec.seccomp_abi);
  Json::Object table{{"base", text_of(spec.seccomp.value)}};
  std::vector<std::string> origins{spec.seccomp.origin.text};
  for (ShownKey& part : parts.keys) {
    table.emplace_back(part.key, std::move(part.value));
    origins.push_back(part.origin);
  }
  to.add("security", "seccomp", std::move(table), {join(origins, ", ")});
}

Json mount_json(const Mount& mount) {
  Json::Object object{{"type", text_of(mount.type)}};
  if (mount.type != MountType::Tmpfs)
    object.emplace_back("source", mount.source);
  object.emplace_back("target", mount.target);
  if (mount.type != MountType::Cow)  // always writable, and the key is refused there
    object.emplace_back("access", text_of(mount.access));
  if (mount.missing == Missing::Skip)
    object.emplace_back("optional", true);
  if (mount.type == MountType::Tmpfs && mount.size != 0)
    object.emplace_back("size", size_text(mount.size));
  if (mount.type == MountType::Tmpfs)
    object.emplace_back("mode", fmt::format("{:04o}", mount.mode));
  return object;
}

bool is_bare_key(std::string_view key) {
  return !key.empty() && key.find_first_not_of(
                             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                             "0123456789-_") == std::string_view::npos;
}

// What JSON leaves as it is and escape_control() does not (DEL, C1, bidirectional controls), in TOML's words.
std::string escape_for_toml(std::string_view json) {
  std::string text;
  for (std::size_t length = 1; !json.empty(); json.remove_prefix(length), length = 1) {
    while (length < json.size() && (json[length] & 0xC0) == 0x80) ++length;
    const std::string_view character = json.substr(0, length);
    const std::string safe = escape_control(character);
    if (safe == character)
      text += character;
    else  // "\x7f" or "\u{202e}"
      text += safe[1] == 'x' ? "\\u00" + safe.substr(2) : "\\u" + safe.substr(3, 4);
  }
  return text;
}

// JSON's strings, numbers and arrays are TOML's as well (control characters are escaped the same way); only
// tables differ.
std::string toml_value(const Json& value) {
  if (const auto* table = std::get_if<Json::Object>(&value.value)) {
    std::string text = "{";
    for (const auto& [key, member] : *table)
      text += fmt::format("{} {} = {}", text.size() > 1 ? "," : "", is_bare_key(key) ? key : toml_value(key),
                          toml_value(member));
    return text + " }";
  }
  if (const auto* array = std::get_if<Json::Array>(&value.value)) {
    std::string text = "[";
    for (const Json& item : *array) text += (text.size() > 1 ? ", " : "") + toml_value(item);
    return text + "]";
  }
  return escape_for_toml(compact_json(value));
}

}  // namespace

std::vector<ShownKey> shown_keys(const Spec& spec) {
  Collector to;
  const auto same = [](const auto& value) { return Json(value); };
  if (!spec.image.value.empty())
    to.add("", "image", spec.image.value, spec.image.origin);
  to.maybe("", "command", spec.command, argv_json);
  to.maybe("", "workdir", spec.workdir, same);
  to.maybe("", "hostname", spec.hostname, same);
  add_env(to, spec);
  to.add("user", "run-as", text_of(spec.run_as.value), spec.run_as.origin);
  to.add("user", "ids", text_of(spec.ids.value), spec.ids.origin);
  to.add("user", "fake-root", text_of(spec.fake_root.value), spec.fake_root.origin);
  to.add("rootfs", "overlay", text_of(spec.overlay.value), spec.overlay.origin);
  to.add("rootfs", "writable", text_of(spec.writable.value), spec.writable.origin);
  to.maybe("rootfs", "size", spec.rootfs_size, size_text);
  to.maybe("limits", "memory", spec.memory, size_text);
  to.maybe("limits", "memory-reservation", spec.memory_reservation, size_text);
  to.maybe("limits", "swap", spec.swap, size_text);
  to.maybe("limits", "cpus", spec.cpus, same);
  to.maybe("limits", "cpu-weight", spec.cpu_weight, same);
  to.maybe("limits", "cpuset", spec.cpuset, same);
  to.maybe("limits", "pids", spec.pids, same);
  to.maybe("limits", "io-weight", spec.io_weight, same);
  to.list("limits", "io-max", spec.io_max);
  to.list("limits", "hugetlb", spec.hugetlb);
  to.list("limits", "ulimits", spec.ulimits);
  to.maybe("limits", "nofile", spec.nofile, same);
  to.maybe("limits", "timeout", spec.timeout_ms, duration_text);
  to.add("limits", "required", spec.limits_required.value, spec.limits_required.origin);
  std::string mode = text_of(spec.network.value);
  if (spec.network.value == NetworkMode::Container && spec.network_of)
    mode += ":" + spec.network_of->value;
  to.add("network", "mode", mode, spec.network.origin);
  to.list("network", "allow", spec.allow);
  to.list("network", "deny", spec.deny);
  to.list("network", "publish", spec.publish);
  to.list("network", "hosts", spec.hosts);
  to.list("network", "dns", spec.dns);
  to.list("network", "dns-search", spec.dns_search);
  to.list("network", "alias", spec.alias);
  for (const HostSet& set : spec.sets)
    to.add("sets", set.name, Json::Array{set.rules.begin(), set.rules.end()}, set.origin);
  add_seccomp(to, spec);
  to.list("security", "caps", spec.cap_add);
  to.add("security", "nested-userns", spec.nested_userns.value, spec.nested_userns.origin);
  to.add("security", "proc", text_of(spec.proc.value), spec.proc.origin);
  to.add("security", "landlock", spec.landlock.value, spec.landlock.origin);
  to.add("security", "require", text_of(spec.require.value), spec.require.origin);
  to.add("share", "wayland", spec.wayland.value, spec.wayland.origin);
  to.add("share", "x11", spec.x11.value, spec.x11.origin);
  to.add("share", "audio", spec.audio.value, spec.audio.origin);
  to.add("share", "gpu", spec.gpu.value, spec.gpu.origin);
  to.add("share", "ssh-agent", spec.ssh_agent.value, spec.ssh_agent.origin);
  return std::move(to.keys);
}

Json spec_json(const Spec& spec) {
  Json::Object root;
  for (ShownKey& shown : shown_keys(spec)) {
    Json entry = Json::Object{{"value", std::move(shown.value)}, {"origin", shown.origin}};
    if (shown.table.empty()) {
      root.emplace_back(shown.key, std::move(entry));
      continue;
    }
    if (root.empty() || root.back().first != shown.table)
      root.emplace_back(shown.table, Json::Object{});
    std::get<Json::Object>(root.back().second.value).emplace_back(shown.key, std::move(entry));
  }
  Json::Array mounts;
  for (const Mount& mount : spec.mounts) {
    Json object = mount_json(mount);
    std::get<Json::Object>(object.value).emplace_back("origin", mount.origin.text);
    mounts.push_back(std::move(object));
  }
  root.emplace_back("mount", std::move(mounts));
  return root;
}

std::string spec_toml(const Spec& spec, Colour colour) {
  std::string text;
  std::string_view table;
  const auto line = [&](std::string_view key, const Json& value, std::string_view origin) {
    // What nobody has said is shown and stays unsaid when the text is used as a profile.
    const bool unsaid = origin == Origin{}.text;
    const std::string setting = fmt::format("{}{} = {}", unsaid ? "# " : "", key, toml_value(value));
    if (unsaid)
      text += paint(setting, Style::Dim, colour);
    else if (origin.empty())
      text += setting;
    else
      text += fmt::format("{:<40} {}", setting,
                          paint(fmt::format("# {}", escape_control(origin)), Style::Dim, colour));
    text += '\n';
  };
  for (const ShownKey& shown : shown_keys(spec)) {
    if (shown.table != table)
      text += fmt::format("\n{}\n", paint(fmt::format("[{}]", shown.table), Style::Bold, colour));
    table = shown.table;
    line(shown.key, shown.value, shown.origin);
  }
  for (const Mount& mount : spec.mounts) {
    text += fmt::format("\n{}\n", paint("[[mount]]", Style::Bold, colour));
    const Json object = mount_json(mount);
    for (const auto& [key, value] : std::get<Json::Object>(object.value))
      line(key, value, key == "type" ? mount.origin.text : "");
  }
  return text;
}

}  // namespace snug
