// The types of MQL and its functions on texts, numbers and arrays.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace mql {
// What makes a terminal remove an expert from its chart: "critical error".
struct Fatal : std::runtime_error {
  using std::runtime_error::runtime_error;
};
[[noreturn]] inline void fatal(const std::string& what) { throw Fatal(what); }

inline std::string narrow(const std::u16string& s) {
  std::string out;
  for (size_t i = 0; i < s.size(); i++) {
    uint32_t c = s[i];
    if (c >= 0xD800 && c < 0xDC00 && i + 1 < s.size())
      c = 0x10000 + ((c - 0xD800) << 10) + (s[++i] - 0xDC00);
    if (c < 0x80) {
      out += char(c);
    } else if (c < 0x800) {
      out += char(0xC0 | c >> 6);
      out += char(0x80 | (c & 63));
    } else if (c < 0x10000) {
      out += char(0xE0 | c >> 12);
      out += char(0x80 | (c >> 6 & 63));
      out += char(0x80 | (c & 63));
    } else {
      out += char(0xF0 | c >> 18);
      out += char(0x80 | (c >> 12 & 63));
      out += char(0x80 | (c >> 6 & 63));
      out += char(0x80 | (c & 63));
    }
  }
  return out;
}

// False when the bytes are not UTF-8, as MultiByteToWideChar with MB_ERR_INVALID_CHARS says.
inline bool widen(const std::string& s, std::u16string& out) {
  out.clear();
  for (size_t i = 0; i < s.size();) {
    unsigned char c = (unsigned char)s[i];
    uint32_t u = c;
    size_t n = 1;
    if (c >= 0xC2 && c < 0xE0) u = c & 31u, n = 2;
    else if (c >= 0xE0 && c < 0xF0) u = c & 15u, n = 3;
    else if (c >= 0xF0 && c < 0xF5) u = c & 7u, n = 4;
    else if (c >= 0x80) return false;
    if (i + n > s.size()) return false;
    for (size_t k = 1; k < n; k++) {
      if ((s[i + k] & 0xC0) != 0x80) return false;
      u = u << 6 | (uint32_t)(s[i + k] & 63);
    }
    i += n;
    if ((u >= 0xD800 && u < 0xE000) || u > 0x10FFFF) return false;
    if (u < 0x10000) {
      out += char16_t(u);
    } else {
      u -= 0x10000;
      out += char16_t(0xD800 + (u >> 10));
      out += char16_t(0xDC00 + (u & 1023));
    }
  }
  return true;
}
}  // namespace mql

typedef int64_t mql_long;
typedef uint64_t mql_ulong;
typedef uint32_t mql_uint;
typedef uint16_t mql_ushort;
typedef uint8_t mql_uchar;
typedef int8_t mql_char;

struct datetime {
  int64_t v;
  constexpr datetime(int64_t x = 0) : v(x) {}
  constexpr operator int64_t() const { return v; }
};
struct color {
  int32_t v;
  constexpr explicit color(int32_t x = 0) : v(x) {}
};
struct mql_null_t {
  template <class N>
    requires std::is_arithmetic_v<N>
  constexpr operator N() const { return 0; }
};
inline constexpr mql_null_t mql_null{};

// UTF-16 by value.  Numbers do not become texts by themselves: MetaEditor warns, this refuses.
class string {
 public:
  std::u16string s;
  string() = default;
  string(mql_null_t) {}
  string(const char16_t* p) : s(p) {}
  explicit string(std::u16string x) : s(std::move(x)) {}
  static string utf8(const std::string& x) {
    string out;
    mql::widen(x, out.s);
    return out;
  }
  std::string u8() const { return mql::narrow(s); }
  string& operator+=(const string& o) {
    s += o.s;
    return *this;
  }
  friend string operator+(const string& a, const string& b) { return string(a.s + b.s); }
  friend bool operator==(const string& a, const string& b) { return a.s == b.s; }
  friend bool operator!=(const string& a, const string& b) { return a.s != b.s; }
};
template <class T>
  requires std::is_arithmetic_v<T>
string operator+(const string&, T) = delete;
template <class T>
  requires std::is_arithmetic_v<T>
string operator+(T, const string&) = delete;
#define _S(x) string(x)

// Dynamic or fixed; checked like the terminal does it: "array out of range" ends the expert.
template <class T>
class Array {
 public:
  std::vector<T> v;
  bool fixed = false;
  Array() = default;
  explicit Array(int n, bool is_fixed) : v((size_t)n), fixed(is_fixed) {}
  Array(std::initializer_list<T> l) : v(l) {}
  Array(const Array&) = default;
  Array& operator=(const Array&) = default;
  T& operator[](int64_t i) {
    if (i < 0 || i >= (int64_t)v.size()) mql::fatal("array out of range");
    return v[(size_t)i];
  }
  const T& operator[](int64_t i) const {
    if (i < 0 || i >= (int64_t)v.size()) mql::fatal("array out of range");
    return v[(size_t)i];
  }
};

inline constexpr int64_t LONG_MIN_ = INT64_MIN, LONG_MAX_ = INT64_MAX;
#undef LONG_MIN
#undef LONG_MAX
#define LONG_MIN LONG_MIN_
#define LONG_MAX LONG_MAX_
#define WHOLE_ARRAY -1
#define CP_UTF8 65001
#define INVALID_HANDLE -1

// ---- texts
inline int StringLen(const string& s) { return (int)s.s.size(); }
inline mql_ushort StringGetCharacter(const string& s, int i) {
  return i < 0 || i >= StringLen(s) ? (mql_ushort)0 : (mql_ushort)s.s[(size_t)i];
}
inline string StringSubstr(const string& s, int p, int n = -1) {
  if (p < 0 || p >= StringLen(s) || n == 0) return u"";
  return string(s.s.substr((size_t)p, n < 0 ? std::u16string::npos : (size_t)n));
}
inline int StringFind(const string& s, const string& w, int p = 0) {
  auto at = s.s.find(w.s, (size_t)p);
  return at == std::u16string::npos ? -1 : (int)at;
}
inline int StringReplace(string& s, const string& a, const string& b) {
  int n = 0;
  for (size_t p = 0; (p = s.s.find(a.s, p)) != std::u16string::npos; p += b.s.size(), n++)
    s.s.replace(p, a.s.size(), b.s);
  return n;
}
inline int StringSplit(const string& s, mql_ushort sep, Array<string>& out) {
  out.v.clear();
  if (s.s.empty()) return 0;
  for (size_t p = 0;;) {
    size_t q = s.s.find((char16_t)sep, p);
    out.v.push_back(string(s.s.substr(p, q == std::u16string::npos ? q : q - p)));
    if (q == std::u16string::npos) return (int)out.v.size();
    p = q + 1;
  }
}
inline bool StringToLower(string& s) {
  for (auto& c : s.s) c = c >= u'A' && c <= u'Z' ? char16_t(c + 32) : c;
  return true;
}
inline bool StringToUpper(string& s) {
  for (auto& c : s.s) c = c >= u'a' && c <= u'z' ? char16_t(c - 32) : c;
  return true;
}
inline int StringTrimLeft(string& s) {
  size_t n = s.s.find_first_not_of(u" \t\r\n");
  n = n == std::u16string::npos ? s.s.size() : n;
  s.s.erase(0, n);
  return (int)n;
}
inline int StringTrimRight(string& s) {
  size_t n = s.s.find_last_not_of(u" \t\r\n");
  s.s.erase(n == std::u16string::npos ? 0 : n + 1);
  return 0;
}
inline string ShortToString(mql_ushort c) { return string(std::u16string(1, (char16_t)c)); }
inline string ShortArrayToString(const Array<mql_ushort>& a, int p = 0, int n = -1) {
  std::u16string o;
  for (int i = p; i < (int)a.v.size() && (n < 0 || i < p + n) && a.v[(size_t)i]; i++)
    o += (char16_t)a.v[(size_t)i];
  return string(o);
}
inline int StringToCharArray(const string& s, Array<mql_uchar>& out, int p = 0, int = -1, unsigned = 0) {
  std::string b = s.u8();
  out.v.resize((size_t)p);
  out.v.insert(out.v.end(), b.begin(), b.end());
  out.v.push_back(0);
  return (int)b.size() + 1;
}
inline string CharArrayToString(const Array<mql_uchar>& a, int p = 0, int n = -1, unsigned = 0) {
  size_t end = n < 0 ? a.v.size() : std::min(a.v.size(), (size_t)(p + n));
  std::u16string out;
  mql::widen(std::string(a.v.begin() + p, a.v.begin() + (long)end), out);
  return string(out);
}
inline string IntegerToString(int64_t x) { return string::utf8(std::to_string(x)); }
inline string DoubleToString(double x, int d = 8) {
  char b[64];
  snprintf(b, sizeof b, "%.*f", d, x);
  return string::utf8(b);
}
inline double StringToDouble(const string& s) { return strtod(s.u8().c_str(), nullptr); }
inline int64_t StringToInteger(const string& s) { return strtoll(s.u8().c_str(), nullptr, 10); }

// ---- numbers
inline double NormalizeDouble(double x, int d) {
  double k = std::pow(10.0, d);
  return std::round(x * k) / k;
}
template <class A, class B>
  requires(std::is_same_v<A, B>)
inline A MathMin(A a, B b) { return a < b ? a : b; }
inline double MathAbs(double x) { return std::fabs(x); }
inline double MathFloor(double x) { return std::floor(x); }
inline double MathCeil(double x) { return std::ceil(x); }
namespace mql {
inline uint32_t& seed() {
  static uint32_t s = 1;
  return s;
}
}  // namespace mql
inline void MathSrand(int s) { mql::seed() = (uint32_t)s; }
inline int MathRand() {  // 15 bits, as in the terminals
  mql::seed() = mql::seed() * 214013u + 2531011u;
  return (int)(mql::seed() >> 16 & 0x7FFF);
}

// ---- format strings are checked where they are used, since nobody checks them before
namespace mql {
struct Arg {
  char kind;  // i, u, d, s, b
  int bytes;
  int64_t i;
  double d;
  std::string s;
};
template <class X>
Arg arg(const X& x) {
  if constexpr (std::is_same_v<X, bool>) return {'b', 1, x, 0, ""};
  else if constexpr (std::is_same_v<X, string>) return {'s', 0, 0, 0, x.u8()};
  else if constexpr (std::is_enum_v<X>) return {'i', 4, (int64_t)x, 0, ""};
  else if constexpr (std::is_same_v<X, datetime>) return {'i', 8, x.v, 0, ""};
  else if constexpr (std::is_floating_point_v<X>) return {'d', 8, 0, (double)x, ""};
  else return {std::is_unsigned_v<X> ? 'u' : 'i', (int)sizeof(X), (int64_t)x, 0, ""};
}
inline std::string format(const std::string& f, const std::vector<Arg>& a) {
  std::string out;
  size_t k = 0;
  for (size_t i = 0; i < f.size(); i++) {
    if (f[i] != '%' || f[i + 1] == '%') {
      out += f[i];
      i += f[i] == '%';
      continue;
    }
    std::string spec = "%";
    i++;
    while (i < f.size() && strchr("-+ #0123456789.", f[i])) spec += f[i++];
    int width = 4;
    if (f.compare(i, 3, "I64") == 0) width = 8, i += 3;
    char c = f[i];
    if (k >= a.size()) fatal("StringFormat: an argument is missing in: " + f);
    const Arg& x = a[k++];
    char b[256];
    if (strchr("diuxX", c)) {
      if (x.kind == 'd' || x.kind == 's') fatal("StringFormat: an integer is wanted in: " + f);
      if (x.bytes > width) fatal("StringFormat: 64 bits need %I64 in: " + f);
      snprintf(b, sizeof b, (spec + "ll" + c).c_str(),
               (long long)(x.kind == 'u' && x.bytes == 4 ? (int64_t)(uint32_t)x.i : x.i));
      out += b;
    } else if (strchr("feEgG", c)) {
      if (x.kind != 'd') fatal("StringFormat: a double is wanted in: " + f);
      snprintf(b, sizeof b, (spec + c).c_str(), x.d);
      out += b;
    } else if (c == 's') {
      if (x.kind != 's') fatal("StringFormat: a string is wanted in: " + f);
      out += x.s;
    } else {
      fatal("StringFormat: unknown specifier in: " + f);
    }
  }
  if (k != a.size()) fatal("StringFormat: surplus argument in: " + f);
  return out;
}
inline std::string shown(const Arg& a) {
  char b[64];
  switch (a.kind) {
    case 's': return a.s;
    case 'b': return a.i ? "true" : "false";
    case 'd': snprintf(b, sizeof b, "%.16g", a.d); return b;
    case 'u': return std::to_string((uint64_t)a.i);
    default: return std::to_string(a.i);
  }
}
}  // namespace mql
template <class... A>
string StringFormat(const string& f, const A&... a) {
  return string::utf8(mql::format(f.u8(), {mql::arg(a)...}));
}

// ---- arrays
template <class X>
int ArraySize(const Array<X>& a) { return (int)a.v.size(); }
template <class X>
int ArrayResize(Array<X>& a, int n, int = 0) {
  if (a.fixed || n < 0) return -1;
  a.v.resize((size_t)n);
  return n;
}
template <class X, class Y>
int ArrayInitialize(Array<X>& a, Y y) {
  std::fill(a.v.begin(), a.v.end(), (X)y);
  return (int)a.v.size();
}
