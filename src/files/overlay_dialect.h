// How a layer says that something is not there any more: the kernel's overlay, fuse-overlayfs and docker's
// archives have words of their own for it. All of them are read; layers are written in the kernel's.
#pragma once

#include <sys/stat.h>

#include <string>
#include <string_view>

namespace snug::files {

// What a directory of a layer says of itself.
struct LayerDirectory {
  bool opaque{};           // nothing of lower layers shows through
  bool xattr_whiteouts{};  // empty files with an attribute are whiteouts (Linux 6.7; overlays on overlays)
  bool operator==(const LayerDirectory&) const = default;
};
LayerDirectory read_layer_directory(int fd);

enum class LayerEntry {
  Plain,     // a file, or whatever it is
  Whiteout,  // there is no `name` any more
  Marker,    // only for the file system's own use
};

// What the entry `entry` of a layer's directory is; `name` is set to what it is about: its own name, or what
// follows ".wh.".
LayerEntry classify_layer_entry(int directory, const LayerDirectory& says, const std::string& entry,
                                const struct stat& info, std::string_view& name);

// A character device 0:0.
bool is_whiteout_device(const struct stat& info);

// Does the directory have ".wh.NAME" or an entry `name` that is a whiteout?
bool is_whited_out(int directory, const LayerDirectory& says, const std::string& name);

// Attributes that are an overlay's own notes: of origin, impurity, opaqueness. One that was set inside of a
// sandbox has a name of its own (the kernel escapes it) and is none of them.
bool is_overlay_attribute(std::string_view name);

// Makes a whiteout, or says that a directory is opaque, as the kernel's overlay (userxattr) has it. 0 or an
// errno. An ordinary user may make this one device from Linux 5.8 on.
int make_whiteout(int directory, const std::string& name);
int make_opaque(int fd);

}  // namespace snug::files
