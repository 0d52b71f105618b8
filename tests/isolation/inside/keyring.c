// Keys of the caller's session.
#include <linux/keyctl.h>

#include "check.h"

void check_keyring(void) {
  struct seen found = {0}, listed = {0}, calls = {0};
  const char* key = bait("key");
  if (*key && syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", key, 0) >= 0)
    note(&found, "the key is found in the session keyring");
  judge("session-keyring-own", &found);

  if (contains("/proc/keys", key))
    note(&listed, "/proc/keys lists the key");
  judge("keys-not-listed", &listed);

  const struct {
    const char* name;
    int answer;
  } asked[] = {
      {"keyctl", CALL(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING)},
      {"add_key", CALL(SYS_add_key, (long)"user", (long)"x", (long)"y", 1, KEY_SPEC_THREAD_KEYRING)},
      {"request_key", CALL(SYS_request_key)},
  };
  for (size_t i = 0; i < sizeof asked / sizeof *asked; ++i)
    if (!refused(asked[i].answer))
      note(&calls, "%s: %s", asked[i].name, strerror(asked[i].answer));
  judge("keyring-calls-refused", &calls);
}
