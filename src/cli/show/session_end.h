// What the end of the user's session will do to a container in the background.
#pragma once

#include "cli/grammar/options.h"

namespace snug::cli {

// Says so where systemd's user manager, or logind, would end it with the session: users are surprised by
// that.
void note_session_end(const CommonOptions& common);

}  // namespace snug::cli
