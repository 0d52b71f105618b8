// Work that is many independent system calls, on all processors that the process may use.
#pragma once

#include <cstddef>
#include <functional>

namespace snug::sys {

// Calls work(i) once for each i below `count`, from several threads at once where there are more than
// `count_per_thread` of them and more than one processor; none is left when it returns. `work` must not
// throw, and must touch nothing of another i. Threads that cannot be had (RLIMIT_NPROC) are done without.
//
// To be called only where nothing forks or enters namespaces at the same time: these are a process's, and
// snug's processes have one thread otherwise.
void for_each_index(std::size_t count, std::size_t count_per_thread,
                    const std::function<void(std::size_t)>& work);

}  // namespace snug::sys
