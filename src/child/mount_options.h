// The option text of a mount(2), put together without a heap. At most a page, as the kernel takes it.
#pragma once

#include <stddef.h>
#include <string.h>

namespace snug::child {

class MountOptions {
 public:
  void add(const char* text) {
    const size_t length = strlen(text);
    if (used_ + length >= sizeof text_) {
      overflow_ = true;
      return;
    }
    memcpy(text_ + used_, text, length + 1);
    used_ += length;
  }
  void add_number(int number) {
    char digits[12];
    size_t at = sizeof digits;
    digits[--at] = '\0';
    do digits[--at] = static_cast<char>('0' + number % 10);
    while ((number /= 10) > 0);
    add(digits + at);
  }
  // Overlay's own option parser splits at ':' and ','; a descriptor's name has neither, is short enough for
  // 200 layers to fit into a page, and names the very directory that was checked.
  void add_fd(int fd) {
    add("/proc/self/fd/");
    add_number(fd);
  }
  // An overlay's writable part: upper/ and work/ of the directory `parent`.
  void add_upper(int parent) {
    add(",upperdir=");
    add_fd(parent);
    add("/upper,workdir=");
    add_fd(parent);
    add("/work");
  }
  const char* text() const { return text_; }
  bool overflow() const { return overflow_; }

 private:
  char text_[4096] = "";
  size_t used_ = 0;
  bool overflow_ = false;
};

// userxattr is what lets a user namespace mount an overlay at all (Linux 5.11); the others would need trusted
// attributes, and saying so keeps the kernel from logging that it turned them off.
inline constexpr const char* kOverlayFeatures = "userxattr,index=off,xino=off,metacopy=off,lowerdir=";

// A throwaway upper on disk need not survive a crash of the machine: without this every exit waits for a sync
// of the file system.
inline constexpr const char* kOverlayVolatile = ",volatile";

}  // namespace snug::child
