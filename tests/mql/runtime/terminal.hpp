// A terminal without a screen: its account and market come in, its orders and texts go out, over
// one socket.  Lines of fields between tabs; the other end is tests/mql/terminal.py.
#pragma once
#include <deque>
#include <map>
#include <unistd.h>
#include "os.hpp"
#include "values.hpp"

namespace mql {
struct Session {  // of one day, in seconds of it
  int day = 0;
  bool traded = false;
  int64_t begins = 0, ends = 0;
};
struct Bar {
  double high = 0, low = 0, close = 0;
};
struct Symbol {
  std::string name;
  int digits = 0;
  double point = 0, tick_size = 0, tick_value = 0, contract = 0, min_lot = 0, max_lot = 0, step = 0;
  int stops = 0, mode = 4;
  double bid = 0, ask = 0;
  std::vector<Session> sessions;
  std::vector<Bar> bars;  // of any time frame; the newest, which is not whole yet, last
};
struct Order {  // a position, a pending order or, with a close, a deal of the history
  int64_t ticket = 0, position_id = 0;
  std::string symbol;
  int type = 0;
  double lots = 0, open = 0, close = 0, sl = 0, tp = 0, profit = 0, swap = 0, commission = 0;
  int64_t magic = 0, open_ms = 0, close_ms = 0;
  std::string comment, reason;
};
struct Reply {
  int code = 0;
  int64_t ticket = 0;
  double lots = 0, price = 0;
};

struct Terminal {
  int channel = -1;
  bool live = false, stopping = false;
  int64_t wall_us = 0, mono_us = 0;
  std::string inbox, outbox, comment;
  std::map<std::string, std::string> account;
  std::vector<Symbol> symbols;
  std::vector<Order> orders, history;
  int history_revision = 0;
  bool connected = true, trading = true, synchronised = true;
  int64_t server_ms = 0, history_from_ms = 0;
  int timer_ms = 0, last_error = 0, fail_writes = 0, orders_sent = 0, orders_before = 0;
  Order selected;
  bool replied = false;
  Reply reply;
  std::string events;  // what happened while an order was on its way
  // The pipe: a socket in a live terminal, in-band otherwise.
  bool pipe_there = false, pipe_open = false, pipe_cut = false;
  int pipe_fd = -1;
  int64_t logins_left = -1;  // readings of the account's number until it is another one's
  std::string next_login;
  std::string pipe_in;
  int64_t turn_us = 0;  // when the turn began that is going on, by the live clock
};
inline Terminal& T() {  // outlives the destructors of the expert's globals
  static auto* t = new Terminal;
  return *t;
}
inline Symbol* symbol(const std::string& name) {
  for (auto& s : T().symbols)
    if (s.name == name) return &s;
  return nullptr;
}

inline int64_t wall_us() { return T().live ? os::wall_us() : T().wall_us; }
inline int64_t mono_us() { return T().live ? os::mono_us() : T().mono_us; }

// ---- the socket
inline std::string escaped(const std::string& s) {
  std::string out;
  for (char c : s) {
    if (c == '%' || c == '\t' || c == '\n' || c == '\r') {
      char b[4];
      snprintf(b, sizeof b, "%%%02x", (unsigned char)c);
      out += b;
    } else {
      out += c;
    }
  }
  return out;
}
inline std::string unescaped(const std::string& s) {
  std::string out;
  for (size_t i = 0; i < s.size(); i++)
    if (s[i] == '%' && i + 2 < s.size())
      out += (char)strtol(s.substr(i + 1, 2).c_str(), nullptr, 16), i += 2;
    else
      out += s[i];
  return out;
}
inline void flush() {
  auto& t = T();
  for (size_t at = 0; at < t.outbox.size();) {
    long n = os::send(t.channel, t.outbox.data() + at, t.outbox.size() - at);
    if (n <= 0) {
      t.stopping = true;
      break;
    }
    at += (size_t)n;
  }
  t.outbox.clear();
}
inline void tell(std::initializer_list<std::string> fields) {
  auto& t = T();
  bool first = true;
  for (auto& f : fields) {
    if (!first) t.outbox += '\t';
    t.outbox += escaped(f);
    first = false;
  }
  t.outbox += '\n';
  if (t.live) flush();
}
inline std::string num(double x) {
  char b[64];
  snprintf(b, sizeof b, "%.10f", x);
  return b;
}

typedef std::vector<std::string> Fields;
inline int64_t integer(const Fields& f, size_t i) { return i < f.size() ? strtoll(f[i].c_str(), nullptr, 10) : 0; }
inline double real(const Fields& f, size_t i) { return i < f.size() ? strtod(f[i].c_str(), nullptr) : 0; }

inline Order order_of(const Fields& f) {
  Order o;
  o.ticket = integer(f, 1), o.position_id = integer(f, 2), o.symbol = f[3];
  o.type = (int)integer(f, 4), o.lots = real(f, 5), o.open = real(f, 6), o.sl = real(f, 7);
  o.tp = real(f, 8), o.profit = real(f, 9), o.magic = integer(f, 10), o.comment = f[11];
  o.open_ms = integer(f, 12);
  if (f.size() > 13) {
    o.close = real(f, 13), o.close_ms = integer(f, 14), o.swap = real(f, 15);
    o.commission = real(f, 16), o.reason = f[17];
  }
  return o;
}

inline void take_symbol(const Fields& f) {
  Symbol* s = symbol(f[1]);
  if (!s) {
    T().symbols.push_back({});
    s = &T().symbols.back();
    s->name = f[1];
  }
  s->digits = (int)integer(f, 2), s->point = real(f, 3), s->tick_size = real(f, 4);
  s->tick_value = real(f, 5), s->contract = real(f, 6), s->min_lot = real(f, 7);
  s->max_lot = real(f, 8), s->step = real(f, 9), s->stops = (int)integer(f, 10);
  s->mode = (int)integer(f, 11);
}

void set_input(const std::string& name, const std::string& value);
void handle(const Fields& f);

// Takes one line of the other end into the picture of the account; false = it is an event.
inline bool take(const Fields& f) {
  auto& t = T();
  switch (f[0][0]) {
    case 'I': set_input(f[1], f[2]); return true;
    case 'K': t.wall_us = integer(f, 1), t.mono_us = integer(f, 2); return true;
    case 'A':
      for (size_t i = 1; i + 1 < f.size(); i += 2) t.account[f[i]] = f[i + 1];
      return true;
    case 'C':
      t.connected = integer(f, 1), t.trading = integer(f, 2), t.synchronised = integer(f, 3);
      t.server_ms = integer(f, 4), t.history_from_ms = integer(f, 5);
      return true;
    case 'S': take_symbol(f); return true;
    case 'W':
      if (Symbol* s = symbol(f[1])) {
        if (f.size() == 2) s->sessions.clear();
        else s->sessions.push_back({(int)integer(f, 2), f[3] == "trade", integer(f, 4), integer(f, 5)});
      }
      return true;
    case 'B':
      if (Symbol* s = symbol(f[1])) {
        if (f.size() == 2) s->bars.clear();
        else s->bars.push_back({real(f, 2), real(f, 3), real(f, 4)});
      }
      return true;
    case 'P':
      if (Symbol* s = symbol(f[1])) s->bid = real(f, 2), s->ask = real(f, 3);
      return true;
    case 'O':
      if (f.size() == 1) t.orders.clear();
      else t.orders.push_back(order_of(f));
      return true;
    case 'H':
      t.history_revision++;
      if (f.size() == 1) t.history.clear();
      else t.history.push_back(order_of(f));
      return true;
    case 'G': t.logins_left = integer(f, 1), t.next_login = f[2]; return true;
    case 'F': t.fail_writes = (int)integer(f, 1); return true;
    case 'U':
      t.pipe_there = integer(f, 1) != 0;
      if (!t.pipe_there) t.pipe_cut = true;
      return true;
    case 'D': t.pipe_in += f[1]; return true;
    case 'R':
      t.replied = true;
      t.reply = {(int)integer(f, 1), integer(f, 2), real(f, 3), real(f, 4)};
      return true;
    default: return false;
  }
}

inline bool next_line(Fields& f) {
  auto& t = T();
  size_t end = t.inbox.find('\n');
  if (end == std::string::npos) return false;
  f.clear();
  for (size_t from = 0; from <= end;) {
    size_t tab = t.inbox.find('\t', from);
    if (tab == std::string::npos || tab > end) tab = end;
    f.push_back(unescaped(t.inbox.substr(from, tab - from)));
    from = tab + 1;
  }
  t.inbox.erase(0, end + 1);
  return !f[0].empty() || next_line(f);
}
// Reads what is there; waits for something if nothing is.
inline void receive() {
  char b[65536];
  long n = os::receive(T().channel, b, sizeof b);
  if (n <= 0) T().stopping = true;
  else T().inbox.append(b, (size_t)n);
}

// For measuring: how long after the turn's begin an order leaves, in microseconds, one a line.
inline void note_reaction() {
  const char* path = getenv("ECHO_REACTIONS");
  FILE* file = path ? fopen(path, "a") : nullptr;
  if (!file) return;
  fprintf(file, "%lld\n", (long long)(os::mono_us() - T().turn_us));
  fclose(file);
}

// Sends an order, and waits as a terminal does: the expert stands still until the answer comes.
inline bool ask(std::initializer_list<std::string> fields) {
  auto& t = T();
  if (t.live && t.orders_sent == t.orders_before) note_reaction();
  t.replied = false;
  t.reply = {};
  std::string line;
  t.orders_sent++;
  tell(fields);
  if (!t.live) tell({"?"});
  flush();
  Fields f;
  while (!t.replied && !t.stopping) {
    while (!t.replied && next_line(f))
      if (!take(f)) t.events += f[0];
    if (!t.replied) {
      receive();
    }
  }
  return t.replied;
}
}  // namespace mql
