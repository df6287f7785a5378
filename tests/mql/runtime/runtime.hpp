// Everything that an expert may call.
#pragma once
#ifdef __MQL4__
#include "mql4.hpp"
#else
#include "mql5.hpp"
#endif
#include <functional>

namespace mql {
inline std::map<std::string, std::function<void(const std::string&)>>& inputs() {
  static auto* i = new std::map<std::string, std::function<void(const std::string&)>>;
  return *i;
}
inline void set(string& d, const std::string& s) { d = string::utf8(s); }
inline void set(double& d, const std::string& s) { d = strtod(s.c_str(), nullptr); }
inline void set(bool& d, const std::string& s) { d = s == "true"; }
template <class N>
  requires std::is_integral_v<N> || std::is_enum_v<N>
inline void set(N& d, const std::string& s) { d = (N)strtoll(s.c_str(), nullptr, 10); }
struct Input {
  template <class X>
  Input(const char* name, X& x) {
    inputs()[name] = [&x](const std::string& s) { set(x, s); };
  }
};
inline void set_input(const std::string& name, const std::string& value) {
  auto it = inputs().find(name);
  if (it == inputs().end()) fatal("no such input: " + name);
  it->second(value);
}
}  // namespace mql
#define MQL_INPUT(name) static mql::Input mql_input_##name(#name, name);
