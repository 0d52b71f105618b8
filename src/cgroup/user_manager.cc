#include "cgroup/user_manager.h"

#include <dbus/dbus.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "base/text.h"
#include "base/try.h"

namespace snug::cgroup {
namespace {

constexpr const char* kName = "org.freedesktop.systemd1";
constexpr const char* kPath = "/org/freedesktop/systemd1";
constexpr const char* kManager = "org.freedesktop.systemd1.Manager";
constexpr int kManagerPatienceMs = 10'000;

struct Unref {
  void operator()(DBusMessage* message) const { dbus_message_unref(message); }
};
using Message = std::unique_ptr<DBusMessage, Unref>;

// Frees what a failed call has said.
class BusError {
 public:
  BusError() { dbus_error_init(&error_); }
  BusError(const BusError&) = delete;
  BusError& operator=(const BusError&) = delete;
  ~BusError() { dbus_error_free(&error_); }
  DBusError* get() { return &error_; }
  std::string text() const { return error_.message ? escape_control(error_.message) : "it did not say why"; }

 private:
  DBusError error_{};
};

bool owned_directory(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == geteuid();
}

bool is_socket(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 && S_ISSOCK(info.st_mode);
}

std::string session_hint(uid_t uid) {
  return fmt::format(
      "log in by ssh or at the console, or use machinectl shell; for cron and su: loginctl enable-linger {}",
      uid);
}

Result<std::string> runtime_dir() {
  const uid_t uid = geteuid();
  std::string usual = fmt::format("/run/user/{}", uid);
  if (owned_directory(usual))
    return usual;
  const char* given = std::getenv("XDG_RUNTIME_DIR");
  if (given && owned_directory(given))
    return std::string{given};
  if (given && *given)
    return fail(
        {.step = fmt::format(
             "there is no systemd user session: XDG_RUNTIME_DIR ({}) is not yours, and {} is not there",
             escape_control(given), usual),
         .hint = "the variable is another user's, as su leaves it; " + session_hint(uid)});
  return fail({.step = fmt::format("there is no systemd user session: {} is not there", usual),
               .hint = session_hint(uid)});
}

// The message, or nothing where there is no memory.
Message call_to(const char* interface, const char* method) {
  return Message{dbus_message_new_method_call(kName, kPath, interface, method)};
}

tl::unexpected<Error> no_memory() {
  return fail({.step = "talk to systemd", .err = ENOMEM});
}

Result<Message> ask(DBusConnection* connection, DBusMessage* request, const char* what) {
  BusError error;
  Message reply{
      dbus_connection_send_with_reply_and_block(connection, request, kManagerPatienceMs, error.get())};
  if (!reply)
    return fail({.step = fmt::format("ask systemd's user manager to {}: {}", what, error.text()),
                 .hint = "systemctl --user status tells how it is"});
  return reply;
}

// One entry of StartTransientUnit's properties, a struct of a name and a variant.
class Properties {
 public:
  explicit Properties(DBusMessageIter* message) : message_{message} {
    ok_ = dbus_message_iter_open_container(message_, DBUS_TYPE_ARRAY, "(sv)", &array_);
  }

  void add(const char* name, const char* text) { add(name, DBUS_TYPE_STRING, "s", &text); }
  void add(const char* name, bool on) {
    const dbus_bool_t value = on;
    add(name, DBUS_TYPE_BOOLEAN, "b", &value);
  }
  void add_pids(const char* name, std::uint32_t pid) {
    DBusMessageIter entry, variant, pids;
    open(name, "au", entry, variant);
    ok_ = ok_ && dbus_message_iter_open_container(&variant, DBUS_TYPE_ARRAY, "u", &pids) &&
          dbus_message_iter_append_basic(&pids, DBUS_TYPE_UINT32, &pid) &&
          dbus_message_iter_close_container(&variant, &pids);
    close(entry, variant);
  }
  // False where there was no memory.
  bool end() { return ok_ && dbus_message_iter_close_container(message_, &array_); }

 private:
  void add(const char* name, int type, const char* signature, const void* value) {
    DBusMessageIter entry, variant;
    open(name, signature, entry, variant);
    ok_ = ok_ && dbus_message_iter_append_basic(&variant, type, value);
    close(entry, variant);
  }
  void open(const char* name, const char* signature, DBusMessageIter& entry, DBusMessageIter& variant) {
    ok_ = ok_ && dbus_message_iter_open_container(&array_, DBUS_TYPE_STRUCT, nullptr, &entry) &&
          dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &name) &&
          dbus_message_iter_open_container(&entry, DBUS_TYPE_VARIANT, signature, &variant);
  }
  void close(DBusMessageIter& entry, DBusMessageIter& variant) {
    ok_ = ok_ && dbus_message_iter_close_container(&entry, &variant) &&
          dbus_message_iter_close_container(&array_, &entry);
  }

  DBusMessageIter* message_;
  DBusMessageIter array_{};
  bool ok_{};
};

bool fill_scope(DBusMessage* request, const std::string& unit, const std::string& description, pid_t pid) {
  const char* name = unit.c_str();
  const char* mode = "fail";
  DBusMessageIter message, auxiliary;
  dbus_message_iter_init_append(request, &message);
  if (!dbus_message_iter_append_basic(&message, DBUS_TYPE_STRING, &name) ||
      !dbus_message_iter_append_basic(&message, DBUS_TYPE_STRING, &mode))
    return false;
  Properties properties{&message};
  properties.add("Description", description.c_str());
  properties.add("Delegate", true);
  // A scope whose processes were killed is "failed", and would stay listed: systemd.unit(5).
  properties.add("CollectMode", "inactive-or-failed");
  properties.add_pids("PIDs", static_cast<std::uint32_t>(pid));
  return properties.end() &&
         dbus_message_iter_open_container(&message, DBUS_TYPE_ARRAY, "(sa(sv))", &auxiliary) &&
         dbus_message_iter_close_container(&message, &auxiliary);
}

// JobRemoved(u id, o job, s unit, s result): the result where it is our job's.
std::optional<std::string> result_of(DBusMessage* signal, const std::string& job) {
  std::uint32_t id = 0;
  const char* path = nullptr;
  const char* unit = nullptr;
  const char* result = nullptr;
  if (!dbus_message_is_signal(signal, kManager, "JobRemoved") ||
      !dbus_message_get_args(signal, nullptr, DBUS_TYPE_UINT32, &id, DBUS_TYPE_OBJECT_PATH, &path,
                             DBUS_TYPE_STRING, &unit, DBUS_TYPE_STRING, &result, DBUS_TYPE_INVALID) ||
      job != path)
    return std::nullopt;
  return result;
}

Status await_job(DBusConnection* connection, const std::string& job) {
  // One wait for all that comes is enough: each signal is looked at, and most often ours is the first.
  for (int waited = 0; waited < kManagerPatienceMs; waited += 100) {
    while (const Message signal{dbus_connection_pop_message(connection)})
      if (const auto result = result_of(signal.get(), job)) {
        if (*result == "done")
          return {};
        return fail({.step = fmt::format("systemd's user manager did not start the scope: {}",
                                         escape_control(*result)),
                     .hint = "journalctl --user tells more"});
      }
    if (!dbus_connection_read_write(connection, 100))
      break;
  }
  return fail({.step = "systemd's user manager did not answer in time", .err = ETIMEDOUT});
}

}  // namespace

void UserManager::Close::operator()(DBusConnection* connection) const {
  dbus_connection_close(connection);
  dbus_connection_unref(connection);
}

Result<UserManager> UserManager::connect() {
  const auto dir = TRY(runtime_dir());
  const std::string bus = dir + "/bus";
  const std::string own = dir + "/systemd/private";
  const bool by_bus = is_socket(bus);
  if (!by_bus && !is_socket(own))
    return fail(
        {.step = fmt::format("there is no systemd user manager: neither {} nor {} is there", bus, own),
         .hint = session_hint(geteuid())});
  // libdbus would have SIGPIPE ignored from here on, and the payload would inherit that.
  dbus_connection_set_change_sigpipe(false);
  BusError error;
  // Escaped, as the address syntax wants it; a connection of our own, which no library shares.
  const std::unique_ptr<char, void (*)(void*)> value{dbus_address_escape_value((by_bus ? bus : own).c_str()),
                                                     dbus_free};
  if (!value)
    return no_memory();
  UserManager manager{
      dbus_connection_open_private(fmt::format("unix:path={}", value.get()).c_str(), error.get())};
  if (manager.connection_)
    dbus_connection_set_exit_on_disconnect(manager.connection_.get(), false);
  if (!manager.connection_ || (by_bus && !dbus_bus_register(manager.connection_.get(), error.get())))
    return fail(
        {.step = fmt::format("reach systemd's user manager at {}: {}", by_bus ? bus : own, error.text()),
         .hint = session_hint(geteuid())});
  return manager;
}

Result<std::string> UserManager::control_group() {
  const Message request = call_to("org.freedesktop.DBus.Properties", "Get");
  const char* property = "ControlGroup";
  if (!request || !dbus_message_append_args(request.get(), DBUS_TYPE_STRING, &kManager, DBUS_TYPE_STRING,
                                            &property, DBUS_TYPE_INVALID))
    return no_memory();
  auto reply = TRY(ask(connection_.get(), request.get(), "tell its cgroup"));
  DBusMessageIter message, variant;
  const char* text = nullptr;
  if (!dbus_message_iter_init(reply.get(), &message) ||
      dbus_message_iter_get_arg_type(&message) != DBUS_TYPE_VARIANT)
    return fail({.step = "systemd's user manager told no cgroup of its own"});
  dbus_message_iter_recurse(&message, &variant);
  if (dbus_message_iter_get_arg_type(&variant) != DBUS_TYPE_STRING)
    return fail({.step = "systemd's user manager told no cgroup of its own"});
  dbus_message_iter_get_basic(&variant, &text);
  return std::string{text};
}

Status UserManager::start_scope(const std::string& unit, const std::string& description, pid_t pid) {
  DBusConnection* const connection = connection_.get();
  // Without a subscriber the manager does not send its signals at all.
  const Message subscribe = call_to(kManager, "Subscribe");
  const Message request = call_to(kManager, "StartTransientUnit");
  if (!subscribe || !request || !fill_scope(request.get(), unit, description, pid))
    return no_memory();
  BusError error;
  // Over the manager's own socket there is no bus to give the rule to, and every signal comes.
  if (dbus_bus_get_unique_name(connection))
    dbus_bus_add_match(connection,
                       fmt::format("type='signal',interface='{}',member='JobRemoved'", kManager).c_str(),
                       error.get());
  TRY(ask(connection, subscribe.get(), "tell of its jobs"));
  auto reply = TRY(ask(connection, request.get(), "start a scope"));
  const char* job = nullptr;
  if (!dbus_message_get_args(reply.get(), error.get(), DBUS_TYPE_OBJECT_PATH, &job, DBUS_TYPE_INVALID))
    return fail({.step = fmt::format("systemd's user manager started no scope: {}", error.text())});
  return await_job(connection, job);
}

}  // namespace snug::cgroup
