#include "container/running_tree.h"

#include <fmt/format.h>

#include "base/text.h"
#include "container/channel.h"
#include "container/control.h"

namespace snug {

Result<RunningTree> running_tree(const Container& container) {
  const auto run = container.state();
  if (!run)
    return tl::unexpected{run.error()};
  auto socket = connect_to(container, *run);
  if (!socket)
    return tl::unexpected{std::move(socket).error()};
  if (Status sent = send_frame(socket->get(), {.kind = FrameKind::Tree}); !sent)
    return tl::unexpected{sent.error()};
  auto frame = await_frame(socket->get());
  if (!frame)
    return tl::unexpected{frame.error()};
  if (frame->kind != FrameKind::TreeIs)
    return fail({.step = fmt::format("container {}: {}", escape_control(container.name()),
                                     escape_control(frame->data)),
                 .err = frame->b});
  return RunningTree{.root = std::move(frame->fds[0]),
                     .user_namespace = std::move(frame->fds[1]),
                     .network_namespace = std::move(frame->fds[2])};
}

}  // namespace snug
