# shellcheck shell=bash disable=SC2154 # of lib.sh
# The disks of a virtual machine beside its root. To be sourced after lib.sh.

# A tree whose files all belong to the guest's user, with a directory around it that is the user's too: a store's lock files
# lie beside an image. mke2fs copies owners, hence the second copy.
fill_image_disk() {
  local tree=$scratch/tree
  mkdir -p "$tree/root" "$scratch/done"
  tar -C "$1" --create --owner=1000 --group=1000 --numeric-owner . | tar -C "$tree/root" --extract --preserve-permissions --numeric-owner
  chown 1000:1000 "$tree"
  make_disk "$scratch/done/image.img" "$tree" 512
  # The root of a disk is root's until the first mount.
  debugfs -w -R "set_inode_field / uid 1000" "$scratch/done/image.img" 2>/dev/null
  debugfs -w -R "set_inode_field / gid 1000" "$scratch/done/image.img" 2>/dev/null
}

# image_disk DIRECTORY: the file of a disk with a copy of that image directory. Kept in the cache by what is in the directory.
image_disk() {
  local key
  [[ -d $1 ]] || die "$1 is no directory"
  make_cache
  key=$(cd "$1" && { find . -printf '%p %y %m %s %T@ %l\n' | LC_ALL=C sort && cat "$vm/disks.sh"; } | digest)
  build_once "$cache/image-$key" fill_image_disk "$1"
  echo "$cache/image-$key/image.img"
}

# swap_disk FILE MB
swap_disk() {
  truncate -s "$2M" "$1"
  mkswap "$1" >/dev/null 2>&1
}
