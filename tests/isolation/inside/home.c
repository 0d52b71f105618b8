// Files of the caller's, by the paths that they have outside, and files that tell of the host.
#include <sys/socket.h>
#include <sys/un.h>

#include "check.h"

static void visible(const char* path, void* seen) {
  struct stat status;
  if (lstat(path, &status) == 0 || errno == EACCES)
    note(seen, "%s is there", path);
}

// "DEVICE:INODE PATH" of a file of the host's: another file of that name is no trace of it.
static void is_the_hosts(const char* line, void* seen) {
  unsigned long device, inode;
  int path = 0;
  struct stat status;
  if (sscanf(line, "%lu:%lu %n", &device, &inode, &path) == 2 && stat(line + path, &status) == 0 &&
      status.st_dev == device && status.st_ino == inode)
    note(seen, "%s is the host's", line + path);
}

void check_home(void) {
  struct seen home = {0}, temporary = {0}, runtime = {0}, secrets = {0}, name = {0};
  each_bait("home_file", visible, &home);
  each_bait("home_directory", is_the_hosts, &home);
  judge("home-hidden", &home);
  each_bait("temporary_file", visible, &temporary);
  judge("temporary-files-hidden", &temporary);

  each_bait("runtime_file", visible, &runtime);
  each_bait("runtime_directory", is_the_hosts, &runtime);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s", bait("runtime_socket"));
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && connect(fd, (struct sockaddr*)&address, sizeof address) == 0)
    note(&runtime, "the socket in it answers");
  if (fd >= 0)
    close(fd);
  judge("runtime-directory-hidden", &runtime);

  each_bait("host_file", is_the_hosts, &secrets);
  judge("host-secrets-hidden", &secrets);

  char host[256] = "";
  gethostname(host, sizeof host - 1);
  if (strcmp(host, bait("hostname")) == 0)
    note(&name, "the host is called %s", host);
  judge("host-name-own", &name);
}
