#include "child/enter.h"

#include <string.h>

#include "child/payload.h"
#include "child/state.h"
#include "sys/raw.h"

namespace snug::child {
namespace {

// The supervisor has made the request, and still no offset is believed: init is what the sandbox rests on.
class Reader {
 public:
  explicit Reader(EnterRequest& request) : start_{reinterpret_cast<char*>(&request)}, size_{request.size} {
    // Every text ends before the end.
    good_ = request.magic == kEnterMagic && size_ > sizeof request && start_[size_ - 1] == '\0';
  }

  bool good() const { return good_; }

  const char* text(uint64_t offset) {
    if (offset < sizeof(EnterRequest) || offset >= size_)
      good_ = false;
    return good_ ? start_ + offset : nullptr;
  }

  // Offsets become pointers, 0 the end.
  const char* const* texts(uint32_t offset) {
    uint64_t* items = array<uint64_t>(offset, 1);
    for (uint64_t* item = items; good_ && *item != 0; ++item) {
      *item = reinterpret_cast<uint64_t>(text(*item));
      if (reinterpret_cast<char*>(item + 2) > start_ + size_)
        good_ = false;
    }
    return good_ ? reinterpret_cast<const char* const*>(items) : nullptr;
  }

  template<class T>
  T* array(uint32_t offset, uint32_t count) {
    if (offset < sizeof(EnterRequest) || offset % alignof(T) != 0 || offset >= size_ ||
        count > (size_ - offset) / sizeof(T))
      good_ = false;
    return good_ ? reinterpret_cast<T*>(start_ + offset) : nullptr;
  }

 private:
  char* start_;
  uint64_t size_;
  bool good_{};
};

bool read_request(EnterRequest& request, const Confinement& own, Payload& payload) {
  Reader reader{request};
  if (!reader.good())
    return false;
  payload.user_step = request.user_step;
  payload.close_step = request.close_step;
  payload.dir_step = request.dir_step;
  payload.landlock_step = request.landlock_step;
  payload.filter_step = request.filter_step;
  payload.execute_step = request.execute_step;
  payload.confine_early = own.inherited;
  payload.set_user = request.set_user;
  payload.uid = request.uid;
  payload.gid = request.gid;
  payload.groups = request.group_count ? reader.array<gid_t>(request.groups, request.group_count) : nullptr;
  payload.group_count = request.group_count;
  // Not what root inside has: `-u daemon` is to have no more than a daemon that root has started.
  payload.ambient = request.uid != 0 ? own.ambient : 0;
  payload.keep = request.uid != 0 ? own.ambient : own.keep;
  payload.workdir = reader.text(request.workdir);
  payload.filter = own.filter;
  payload.filter_size = own.filter_size;
  payload.filter_asks = own.filter_asks;
  payload.root_is_own = own.root_is_own;
  payload.argv = reader.texts(request.argv);
  payload.envp = reader.texts(request.envp);
  payload.candidates = {reader.texts(request.candidates), request.candidate_count};
  // Their end is counted too: a count beyond it would run into what follows.
  if (reader.good() && request.candidate_count > 0)
    for (size_t i = 0; i < request.candidate_count; ++i)
      if (!payload.candidates.items[i])
        return false;
  payload.terminal_fds = request.terminal_fds;
  payload.has_terminal = request.opens_terminal;
  return reader.good() && payload.argv[0];
}

}  // namespace

int enter(EnterRequest& request, const int (&fds)[3], int pts, const Confinement& confinement, int& master,
          uint16_t& step) {
  step = request.execute_step;
  master = -1;
  Payload payload{};
  if (!read_request(request, confinement, payload))
    return -EBADMSG;
  Start start{.payload = payload, .mask = confinement.mask, .wire = confinement.wire, .entered = true};
  for (int i = 0; i < 3; ++i) start.fds[i] = fds[i];
  if (payload.has_terminal) {
    start.slave = open_pty(pts, request.rows, request.columns, master);
    if (start.slave < 0)
      return start.slave;
  }
  const int pid = start_process(start, step);
  if (start.slave >= 0)
    raw::close_fd(start.slave);
  if (pid < 0 && master >= 0) {
    raw::close_fd(master);
    master = -1;
  }
  return pid;
}

}  // namespace snug::child
