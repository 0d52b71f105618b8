// A container's files, as they are seen inside: for cp and export, which look at a running container or at
// one that is stopped.
#pragma once

#include <functional>
#include <memory>

#include "base/result.h"
#include "base/unique_fd.h"
#include "container/store.h"

namespace snug::client {

class Rootfs {
 public:
  // Of a running container its own tree, handed out by its supervisor, with every mount in it. Of a stopped
  // one its image under its writable layer, put together for as long as this lives; the container is locked
  // meanwhile. Volumes are not part of a stopped one.
  static Result<Rootfs> open(container::Container container);
  Rootfs(Rootfs&&) noexcept;
  Rootfs& operator=(Rootfs&&) noexcept;
  ~Rootfs();

  // An O_PATH descriptor of its "/". Everything beneath is to be opened by sys/file_io.h's open_beneath or
  // sys/open_in.h, as if this were "/": the tree may belong to somebody hostile who changes it meanwhile.
  int root() const;

  // Runs `work` in a process that has the ids of the container (its user namespace, with all capabilities in
  // it, and nothing else of the container's), so that files of every mapped id can be read and made. Waits
  // for it, and answers its Status. Descriptors and the working directory are the caller's; what `work`
  // changes in memory is lost, so results go through descriptors.
  Status as_its_user(const std::function<Status()>& work) const;

 private:
  struct State;
  explicit Rootfs(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The same for files of the store alone (upper/ and work/ of a stopped container, a layer): `range` as the
// container's "maps" has it, nullptr for one id.
Status run_with_ids(const MapRange* range, const std::function<Status()>& work);

}  // namespace snug::client
