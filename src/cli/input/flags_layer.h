// Options become the last layer of settings, the one that wins.
#pragma once

#include "base/result.h"
#include "cli/grammar/options.h"
#include "host/host_view.h"
#include "spec/settings_fwd.h"

namespace snug::cli {

// Reads the files of --env-file and the caller's environment; nothing else is looked at. Every value has the
// option's long name as its origin.
Result<spec::Profile> flags_layer(const RunOptions& run, const host::HostView& host);

// The part of the limits: also of what `snug update` is told.
Status put_limits(const RunOptions& run, spec::Profile& layer);

// The descriptor of --json-status-fd, -1 where it was not given.
Result<int> parse_status_fd(const RunOptions& run);

}  // namespace snug::cli
