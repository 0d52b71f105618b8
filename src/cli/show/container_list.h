// The containers as `snug ps` shows them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "cli/show/table.h"
#include "container/store.h"

namespace snug::cli {

// What a container is at this moment. Killed: its state says that it runs, but nobody holds its lock, so its
// supervisor was killed or the machine went down. A lock alone does not make it run: `snug cp` holds one too.
// Newer: a later snug has written its files, and this one cannot read them.
enum class Standing { Created, Running, Exited, Killed, Damaged, Newer };
Standing standing_of(const container::ListedContainer& container);

// "created", "running", "exited" (killed ones too), "damaged", "newer".
std::string_view standing_name(Standing standing);
std::string_view health_name(container::Health health);

// docker's words: "About a minute", "3 hours", "2 weeks".
std::string age_text(std::int64_t ns);

// "Up 3 minutes (healthy)", "Exited (137) 2 hours ago", "Created", "Damaged: reason".
std::string status_text(const container::ListedContainer& container, std::int64_t now_ns);

// --filter KEY=VALUE. Several of one key: any of them; of several keys: all of them.
struct ListFilter {
  std::string key{};
  std::string value{};
  bool operator==(const ListFilter&) const = default;
};
Result<std::vector<ListFilter>> parse_list_filters(const std::vector<std::string>& texts);
bool passes(const container::ListedContainer& container, const std::vector<ListFilter>& filters);

// Those that pass, the newest first; without `all` only what runs, unless a filter asks for others.
std::vector<container::ListedContainer> selected(std::vector<container::ListedContainer> list,
                                                 const std::vector<ListFilter>& filters, bool all);

Table list_table(const std::vector<container::ListedContainer>& list, std::int64_t now_ns, bool no_trunc);
Json list_json(const std::vector<container::ListedContainer>& list);

// What state.json says of a run, for ps and inspect.
Json::Object run_json(const container::ListedContainer& container);

}  // namespace snug::cli
