// What a run chooses by trying, found out before there is a run.
#pragma once

#include "session/planning.h"

namespace snug::session {

// The plan that a run with `plan` would end with: as long as a trial is refused something that can be done
// without, `wanted` is planned again. Fails where it cannot be planned without it.
Result<plan::Plan> try_until_settled(plan::Plan plan, const Wanted& wanted, host::RealHost& host);

// The same where the user has allowed a lower level of isolation, since what that costs is told before the
// run; else `plan`.
Result<plan::Plan> settle_level(plan::Plan plan, const Wanted& wanted, host::RealHost& host);

}  // namespace snug::session
