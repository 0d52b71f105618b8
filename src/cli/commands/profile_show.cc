#include <fmt/format.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"
#include "base/try.h"
#include "cli/grammar/definition.h"
#include "cli/input/profile_files.h"
#include "cli/show/report.h"
#include "cli/show/spec_json.h"
#include "spec/merge.h"
#include "spec/settings.h"

namespace snug::cli {
namespace {

std::string show_json(const std::vector<spec::ProfileLayer>& layers, const spec::Spec& spec) {
  Json::Array chain;
  for (const spec::ProfileLayer& layer : layers)
    chain.push_back(Json::Object{{"name", layer.name},
                                 {"kind", kind_name(layer.kind)},
                                 {"path", layer.path.empty() ? Json{} : Json{layer.path}}});
  const spec::ProfileLayer& asked = layers.back();
  return pretty_json(Json::Object{{"name", asked.name},
                                  {"kind", kind_name(asked.kind)},
                                  {"description", asked.description},
                                  {"layers", std::move(chain)},
                                  {"settings", spec_json(spec)}});
}

std::string show_text(const std::vector<spec::ProfileLayer>& layers, const spec::Spec& spec, Colour colour) {
  std::string names;
  for (const spec::ProfileLayer& layer : layers)
    names += fmt::format("{}{} ({})", names.empty() ? "" : ", then ", escape_control(layer.name),
                         kind_name(layer.kind));
  std::string text = layers.back().description.empty()
                         ? ""
                         : fmt::format("# {}\n", escape_control(layers.back().description));
  return text + fmt::format("# Layers: built-in base, then {}\n\n", names) + spec_toml(spec, colour);
}

Result<int> show_profile(const Invocation& invocation) {
  const auto host = TRY(host::RealHost::look());
  const auto layers = TRY(spec::load_profile_chain(invocation.words[0], profile_places(host),
                                                   FileProfileSource{host}, spec::Purpose::Show));
  const spec::Spec spec = spec::merge_layers(spec::profiles_of(layers));
  const std::string text = invocation.common.json.value_or(false)
                               ? show_json(layers, spec)
                               : show_text(layers, spec, colour_for(STDOUT_FILENO, invocation.common.color));
  return print_answer(text).map([] { return 0; });
}

}  // namespace

extern constexpr CommandDef kProfileShowCommand{
    .name = "profile show",
    .arity = {1, 1, "name one profile"},
    .positional = Complete::ProfileName,
    .run = show_profile,
};

}  // namespace snug::cli
