// Files that the caller has put in place of the terminal: "snug … <notes >>log". The payload reads the one
// and appends to the other, and has no other business with them. /proc/self/fd leads to the file itself, on
// the mount it came from.
#include "check.h"

static bool reopens(int fd, int flags) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  const int again = open(path, flags | O_CLOEXEC | O_NONBLOCK);
  if (again >= 0)
    close(again);
  return again >= 0;
}

void check_stdio(void) {
  struct seen input = {0}, output = {0}, kept = {0};
  struct stat status;
  if (fstat(STDIN_FILENO, &status) == 0 && S_ISREG(status.st_mode) && reopens(STDIN_FILENO, O_WRONLY))
    note(&input, "/proc/self/fd/0 opens for writing");
  if (fstat(STDOUT_FILENO, &status) == 0 && S_ISREG(status.st_mode) && reopens(STDOUT_FILENO, O_RDONLY))
    note(&output, "/proc/self/fd/1 opens for reading");
  judge("input-file-not-writable", &input);
  judge("output-file-not-readable", &output);

  // To what they are already: nothing is changed, but could be.
  if (fstat(STDIN_FILENO, &status) == 0 && S_ISREG(status.st_mode) &&
      fchmod(STDIN_FILENO, status.st_mode & 0777) == 0)
    note(&kept, "the mode of the input can be changed");
  if (fstat(STDOUT_FILENO, &status) == 0 && S_ISREG(status.st_mode) &&
      ftruncate(STDOUT_FILENO, status.st_size) == 0)
    note(&kept, "earlier output can be cut off");
  judge("redirected-files-kept", &kept);
}

// A directory as standard input is a descriptor of the host's tree like any other.
void check_stdin_directory(void) {
  struct seen seen = {0};
  struct stat parent;
  const int fd = openat(STDIN_FILENO, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (fd >= 0 && fstat(fd, &parent) == 0)
    note(&seen, "the parent of the directory on standard input is inode %lu", (unsigned long)parent.st_ino);
  judge("input-no-directory", &seen);
}
