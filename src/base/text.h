// Small text helpers that the standard library of C++20 lacks.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace snug {

// Pieces between separators; an empty text has one empty piece.
std::vector<std::string_view> split(std::string_view text, char separator);

// Pieces between blanks, tabs and newlines; none is empty.
std::vector<std::string_view> split_blanks(std::string_view text);

// The whole of `text` as a decimal number of the type T; nullopt if it is anything else or does not fit.
template<std::integral T>
std::optional<T> to_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

std::string join(std::span<const std::string> parts, std::string_view separator);

// ASCII only: no locale is ever set in snug.
std::string to_lower(std::string_view text);

// Safe to print on a terminal: control bytes (C0, DEL, C1, also as UTF-8), bidirectional overrides and
// invalid UTF-8 become \xNN or \u{NNNN}; everything else stays. Names, paths and messages from images,
// profiles and containers go through this (CVE-2023-28101 is the class of attack).
std::string escape_control(std::string_view text);

// A shell word: as it is where nothing in it is special, else in single quotes.
std::string shell_quote(std::string_view word);

// The candidate nearest to `word` by edit distance, or "" where none is near enough to be worth a "did you
// mean".
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

// Shell-style matching of * and ? over the whole of `text`; no brackets, no escapes.
bool matches_glob(std::string_view pattern, std::string_view text);

}  // namespace snug
