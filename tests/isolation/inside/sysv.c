// Objects of interprocess communication that the runner has made on the host.
#include <sys/ipc.h>
#include <sys/shm.h>

#include "check.h"

void check_sysv(void) {
  struct seen seen = {0};
  if (shmget((key_t)bait_number("shm_key"), 0, 0) >= 0)
    note(&seen, "a System V segment");
  const long queue = syscall(SYS_mq_open, bait("queue"), O_RDONLY | O_CLOEXEC, 0, 0);
  if (queue >= 0)
    note(&seen, "a POSIX queue");
  struct stat status;
  if (*bait("shm_file") && stat(bait("shm_file"), &status) == 0)
    note(&seen, "a file in /dev/shm");
  judge("ipc-own", &seen);
}
