// Kinds of sockets. Those that no network namespace confines, and those whose code has the worst record, do
// not open.
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "check.h"

static const char* family_name(int family) {
  switch (family) {
    case AF_PACKET:
      return "AF_PACKET";
    case AF_VSOCK:
      return "AF_VSOCK";
    case 38:
      return "AF_ALG";
    case AF_KEY:
      return "AF_KEY";
    case AF_BLUETOOTH:
      return "AF_BLUETOOTH";
    case AF_TIPC:
      return "AF_TIPC";
    case AF_CAN:
      return "AF_CAN";
    default:
      return "family";
  }
}

static bool opens(int family, int type, int protocol) {
  const int fd = socket(family, type | SOCK_CLOEXEC, protocol);
  if (fd >= 0)
    close(fd);
  return fd >= 0;
}

static bool connects(const struct sockaddr_un* address, size_t length) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool done = fd >= 0 && connect(fd, (const struct sockaddr*)address, (socklen_t)length) == 0;
  if (fd >= 0)
    close(fd);
  return done;
}

void check_sockets(void) {
  struct seen families = {0}, raw = {0}, abstract = {0}, named = {0};
  for (int family = 1; family < 64; ++family) {
    if (family == AF_UNIX || family == AF_INET || family == AF_INET6 || family == AF_NETLINK ||
        family == AF_PACKET)
      continue;
    bool open = false;
    for (int type = SOCK_STREAM; type <= SOCK_SEQPACKET; ++type) open = open || opens(family, type, 0);
    if (open)
      note(&families, "%s %d", family_name(family), family);
  }
  judge("few-socket-families", &families);

  if (opens(AF_INET, SOCK_RAW, 1) || opens(AF_INET6, SOCK_RAW, 58))
    note(&raw, "SOCK_RAW");
  if (opens(AF_PACKET, SOCK_RAW, 0))
    note(&raw, "AF_PACKET");
  judge("no-raw-sockets", &raw);

  struct sockaddr_un address = {.sun_family = AF_UNIX};
  const size_t length = strlen(bait("abstract"));
  memcpy(address.sun_path + 1, bait("abstract"), length);
  if (connects(&address, offsetof(struct sockaddr_un, sun_path) + 1 + length))
    note(&abstract, "@%s of the host's answers", bait("abstract"));
  judge("abstract-sockets-own", &abstract);

  // A read-only mount does not keep anybody from connecting.
  address = (struct sockaddr_un){.sun_family = AF_UNIX, .sun_path = "host-socket"};
  if (connects(&address, sizeof address))
    note(&named, "a server of the host's answers");
  judge("work-sockets-closed", &named);
}
