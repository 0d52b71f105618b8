#include "container/running_tree.h"

#include <fmt/format.h>

#include "base/text.h"
#include "base/try.h"
#include "container/channel.h"
#include "container/control.h"

namespace snug::container {

Result<RunningTree> running_tree(const Container& container) {
  const auto run = TRY(container.state());
  auto socket = TRY(connect_to(container, run));
  TRY(send_frame(socket.get(), {.kind = FrameKind::Tree}));
  auto frame = TRY(await_frame(socket.get()));
  if (frame.kind != FrameKind::TreeIs)
    return fail({.step = fmt::format("container {}: {}", escape_control(container.name()),
                                     escape_control(frame.data)),
                 .err = frame.b});
  return RunningTree{.root = std::move(frame.fds[0]),
                     .user_namespace = std::move(frame.fds[1]),
                     .network_namespace = std::move(frame.fds[2])};
}

}  // namespace snug::container
