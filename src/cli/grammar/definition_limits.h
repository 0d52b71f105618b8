// The limits that a run is given and `snug update` can change. A part of the one table of options.
#pragma once

#include "cli/grammar/definition.h"

namespace snug::definition {

constexpr std::string_view kLimits = "Limits";

constexpr OptionDef kLimitOptions[] = {
    {"memory", 'm', "SIZE", "most memory; what needs more is killed", kLimits, Complete::Nothing,
     &RunOptions::memory},
    {"memory-swap", 0, "SIZE", "most memory and swap together; needs --memory", kLimits, Complete::Nothing,
     &RunOptions::memory_swap,
     "As docker counts it: the same as --memory means no swap, -1 as much as there is, and without it as "
     "much as "
     "--memory once more."},
    {"memory-reservation", 0, "SIZE", "memory that is taken away only when all else is in use", kLimits,
     Complete::Nothing, &RunOptions::memory_reservation},
    {"cpus", 0, "N", "most processors, with a fraction: 1.5", kLimits, Complete::Nothing, &RunOptions::cpus},
    {"cpu-shares", 0, "N", "weight against others where processors are short, 1024 in the middle", kLimits,
     Complete::Nothing, &RunOptions::cpu_shares},
    {"cpuset-cpus", 0, "LIST", "the processors that may be used: 0-3,6", kLimits, Complete::Nothing,
     &RunOptions::cpuset},
    {"pids-limit", 0, "N", "most processes and threads; -1: no limit", kLimits, Complete::Nothing,
     &RunOptions::pids_limit},
    {"blkio-weight", 0, "N", "weight against others where the disk is busy, 10 to 1000", kLimits,
     Complete::Nothing, &RunOptions::blkio_weight},
};

}  // namespace snug::definition
