/* What libdbus wants of libsystemd, of which Debian has no static archive: both are about servers that
   systemd hands a socket to (sd_listen_fds(3)), and snug is none. */

int sd_listen_fds(int unset_environment);
int sd_is_socket(int fd, int family, int type, int listening);

int sd_listen_fds(int unset_environment) {
  (void)unset_environment;
  return 0;
}

int sd_is_socket(int fd, int family, int type, int listening) {
  (void)fd, (void)family, (void)type, (void)listening;
  return 0;
}
