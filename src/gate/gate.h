// The process behind an egress gate, as its supervisor has it. It works in the machine's own network,
// confined, with sockets of the gate's network; nothing but it connects the two, so that its end closes the
// gate.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "gate/gate_event.h"
#include "spec/host_rule.h"

namespace snug::gate {

class Gate {
 public:
  // Starts the process, which ends with this one, and prepares itself meanwhile.
  static Result<std::unique_ptr<Gate>> start(spec::HostRules rules);
  ~Gate() { stop(); }
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // Has it make its network beside the sandbox's.
  Status join(UniqueFd user_namespace, const UniqueFd& network_namespace);
  // Once fd() is readable for the first time: it serves; or the step that failed.
  Status take_start();
  bool started() const { return started_; }

  // One more rule from now on; what is denied stays so.
  Status allow(const spec::HostRule& rule);

  // Readable when take_event() has something.
  int fd() const { return channel_.get(); }
  // The next event, nothing where there is none for now. Once ended() is true the process has gone.
  std::optional<GateEvent> take_event();
  bool ended() const { return ended_; }
  // The kernel has no packet sockets: what programs try where nobody listens is not told.
  bool blind() const { return blind_; }

  // Has it tell what is left: connections that are open still. take_event() has that until ended().
  void finish();
  bool finishing() const { return finishing_; }
  void stop();

 private:
  Gate() = default;

  spec::HostRules rules_{};
  UniqueFd user_namespace_{};
  UniqueFd network_{};
  UniqueFd channel_{};
  std::vector<std::uint16_t> ports_{};
  pid_t pid_{-1};
  bool started_{};
  bool finishing_{};
  bool ended_{};
  bool blind_{};
};

}  // namespace snug::gate
