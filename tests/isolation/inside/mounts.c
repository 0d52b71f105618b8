// The mounts of the sandbox, and calls that would change them.
#include <sys/mount.h>

#include "check.h"

struct findings {
  struct seen nosuid, nodev, shared, names;
  int roots;
};

static bool is_device(const char* path) {
  struct stat status;
  return lstat(path, &status) == 0 && S_ISCHR(status.st_mode);
}

static void look(const struct mount* mount, void* context) {
  struct findings* found = context;
  found->roots += strcmp(mount->target, "/") == 0;
  if (!has_option(mount->options, "nosuid"))
    note(&found->nosuid, "%.40s", mount->target);
  // Devices are the point of a terminals' file system and of a single device that is mounted.
  if (!has_option(mount->options, "nodev") && strcmp(mount->type, "devpts") != 0 && !is_device(mount->target))
    note(&found->nodev, "%.40s", mount->target);
  if (strstr(mount->tags, "shared:") || strstr(mount->tags, "master:"))
    note(&found->shared, "%.40s is %.20s", mount->target, mount->tags);
  // What a bind mount is of, its "root", the kernel shows whatever a sandbox does; a layer's directory need
  // not be.
  if (strstr(mount->source, bait("base")) || strstr(mount->super, bait("base")) ||
      strstr(mount->super, bait("image")))
    note(&found->names, "%.40s tells of %.80s", mount->target, mount->super);
}

// Each is harmless where it is not refused: it changes nothing, or only in this mount namespace.
static void calls(void) {
  struct seen seen = {0};
  const struct {
    const char* name;
    int answer;
  } asked[] = {
      {"mount", CALL(SYS_mount, 0, (long)"/", 0, MS_PRIVATE)},
      {"pivot_root", CALL(SYS_pivot_root, (long)"/", (long)"/")},
      {"chroot", CALL(SYS_chroot, (long)"/")},
      {"fsopen", CALL(SYS_fsopen, (long)"tmpfs", 0)},
      {"open_tree", CALL(SYS_open_tree, AT_FDCWD, (long)"/", 1)},
  };
  for (size_t i = 0; i < sizeof asked / sizeof *asked; ++i)
    if (!refused(asked[i].answer))
      note(&seen, "%s: %s", asked[i].name, strerror(asked[i].answer));
  judge("mount-calls-refused", &seen);
}

void check_mounts(void) {
  struct findings found = {0};
  struct seen root = {0};
  each_mount(look, &found);
  judge("mounts-nosuid", &found.nosuid);
  judge("mounts-nodev", &found.nodev);
  judge("mounts-private", &found.shared);
  judge("layers-not-named", &found.names);
  if (found.roots != 1)
    note(&root, "%d mounts on /", found.roots);
  if (!same_file("/..", "/"))
    note(&root, "/.. is not the root");
  judge("nothing-behind-the-root", &root);
  calls();
}
