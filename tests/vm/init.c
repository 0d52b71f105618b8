// The guest's initrd: loads the modules that /modules/list names, mounts the disk with the serial number
// "root", and becomes its init. Debian's own initrd asks udev and searches for hardware, which takes seconds
// under emulation.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void fail(const char* what) {
  dprintf(2, "initrd: %s: %s\n", what, strerror(errno));
  sleep(1);  // the console's last lines are what the caller is shown
  reboot(RB_POWER_OFF);
  for (;;) pause();
}

static void load_modules(void) {
  char path[256];
  FILE* list = fopen("/modules/list", "re");
  while (list && fgets(path, sizeof path, list)) {
    path[strcspn(path, "\n")] = 0;
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || (syscall(SYS_finit_module, file, "", 0) && errno != EEXIST))
      dprintf(2, "initrd: %s: %s\n", path, strerror(errno));
    if (file >= 0)
      close(file);
  }
}

static int has_serial(const char* disk, const char* wanted) {
  char path[300], serial[21] = "";
  snprintf(path, sizeof path, "/sys/block/%s/serial", disk);
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return 0;
  (void)!read(file, serial, sizeof serial - 1);  // nothing read is no match
  close(file);
  return strncmp(serial, wanted, strlen(wanted)) == 0;
}

static int find_disk(const char* serial, char* path, size_t size) {
  DIR* all = opendir("/sys/block");
  int found = 0;
  for (struct dirent* entry; all && !found && (entry = readdir(all));)
    if (has_serial(entry->d_name, serial))
      found = snprintf(path, size, "/dev/%s", entry->d_name) > 0;
  if (all)
    closedir(all);
  return found;
}

int main(int argc, char** argv) {
  (void)argc;
  char disk[300];
  mkdir("/dev", 0755);
  mkdir("/sys", 0755);
  mkdir("/root", 0755);
  if (mount("devtmpfs", "/dev", "devtmpfs", 0, "mode=0755") || mount("sysfs", "/sys", "sysfs", 0, ""))
    fail("mount /dev and /sys");
  const int console = open("/dev/console", O_RDWR);
  for (int fd = 0; console >= 0 && fd < 3; ++fd) dup2(console, fd);
  load_modules();
  while (!find_disk("root", disk, sizeof disk)) usleep(10000);  // a machine without one is ended from outside
  if (mount(disk, "/root", "ext4", MS_NOATIME, "noinit_itable"))
    fail("mount the root disk");
  umount("/sys");
  if (mount("/dev", "/root/dev", NULL, MS_MOVE, NULL))
    fail("move /dev");
  if (chdir("/root") || mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".") || chdir("/"))
    fail("change the root");
  argv[0] = "/sbin/init";
  execv(argv[0], argv);
  fail("execute /sbin/init");
}
