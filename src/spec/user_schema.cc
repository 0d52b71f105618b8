// [user]: who the payload is inside.
#include "base/try.h"
#include "spec/key_types.h"
#include "spec/run_as.h"
#include "spec/schema.h"

namespace snug::spec {
namespace {

struct RunAsUser {
  static Result<RunAs> read(const TomlValue& value, const ProfilePlace&) {
    const auto text = TRY(value.as_string("auto, root, self, \"UID[:GID]\" or a user's name"));
    return parse_run_as(text, value.where());
  }
  static Result<RunAs> parse(const std::string& text, std::string_view flag) {
    return parse_run_as(text, flag);
  }
  static Json show(const RunAs& user) {
    return user.kind != RunAs::Kind::Named ? std::string{enum_name(user.kind)}
           : user.group.empty()            ? user.user
                                           : fmt::format("{}:{}", user.user, user.group);
  }
};

// fake-root = true reads so naturally that it is taken for "on".
struct FakeRoot : OneOf<Toggle> {
  static Result<Toggle> read(const TomlValue& value, const ProfilePlace&) {
    if (value.kind == TomlKind::Boolean)
      return value.boolean ? Toggle::On : Toggle::Off;
    return read_name<Toggle>(value);
  }
};

constexpr Key kUserKeys[] = {
    {.name = "run-as",
     .stored = "run_as",
     .value = held<RunAsUser, &Profile::run_as, &Spec::run_as>(),
     .flag = {.name = "user",
              .letter = 'u',
              .argument = "USER[:GROUP]",
              .says = "run as this user of the image, by name or number",
              .detail =
                  "auto is the image's user, or root; on the host image it is you. self is you, root is "
                  "user 0."}},
    {.name = "ids",
     .value = held<OneOf<IdMode>, &Profile::ids, &Spec::ids>(),
     .flag = {.name = "ids",
              .argument = "single|range",
              .says = "one user id inside, or 65536",
              .detail = "range needs newuidmap and a line of /etc/subuid."}},
    {.name = "fake-root",
     .stored = "fake_root",
     .value = held<FakeRoot, &Profile::fake_root, &Spec::fake_root>(),
     .flag = {.name = "fake-root",
              .argument = "auto|on|off",
              .says = "answer chown, setuid and mknod with success",
              .detail = "Package managers want it where there is one user id only."}},
};

}  // namespace

std::span<const Key> user_keys() {
  return kUserKeys;
}

}  // namespace snug::spec
