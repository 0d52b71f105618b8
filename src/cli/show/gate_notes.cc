#include "cli/show/gate_notes.h"

#include <fcntl.h>
#include <unistd.h>

#include "cli/show/report.h"

namespace snug::cli {

void GateNotes::tell(const gate::GateEvent& event) {
  if (!told_.is_new(event))
    return;
  std::string text = note_text(gate::gate_note(event), colour_for(STDERR_FILENO, color_));
  if (isatty(STDERR_FILENO))
    for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2)
      text.insert(at, 1, '\r');
  // A standard error that is closed or full leaves nobody to tell.
  (void)!write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace snug::cli
