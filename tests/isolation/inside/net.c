// The network: a loopback that is not the host's, and no way out.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "check.h"

static bool connects(int type, const char* address, uint16_t port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
  inet_pton(AF_INET, address, &to.sin_addr);
  const int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
  const bool done = fd >= 0 && connect(fd, (struct sockaddr*)&to, sizeof to) == 0;
  if (fd >= 0)
    close(fd);
  return done;
}

void check_net(void) {
  struct seen links = {0}, reached = {0};
  char line[512];
  FILE* file = fopen("/proc/net/dev", "re");
  for (int i = 0; file && fgets(line, sizeof line, file); ++i) {
    char name[32] = "";
    if (i >= 2 && sscanf(line, " %31[^:]", name) == 1 && strcmp(name, "lo") != 0)
      note(&links, "%s", name);
  }
  if (file)
    fclose(file);
  judge("only-a-loopback", &links);

  if (connects(SOCK_STREAM, "127.0.0.1", (uint16_t)bait_number("port")))
    note(&reached, "a server on the host's 127.0.0.1");
  // Datagrams: to connect only looks up the way, nothing is sent.
  if (connects(SOCK_DGRAM, "198.51.100.1", 9))
    note(&reached, "there is a route to the world");
  judge("host-network-unreachable", &reached);
}
