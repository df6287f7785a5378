// Account, terminal and symbol functions that MQL4 and MQL5 share.
#pragma once
#include "system.hpp"

enum ENUM_ACCOUNT_INFO_INTEGER { ACCOUNT_LOGIN, ACCOUNT_LEVERAGE, ACCOUNT_TRADE_ALLOWED, ACCOUNT_MARGIN_MODE };
enum ENUM_ACCOUNT_INFO_DOUBLE { ACCOUNT_BALANCE, ACCOUNT_EQUITY, ACCOUNT_MARGIN, ACCOUNT_MARGIN_FREE, ACCOUNT_MARGIN_LEVEL };
enum ENUM_ACCOUNT_INFO_STRING { ACCOUNT_SERVER, ACCOUNT_COMPANY, ACCOUNT_CURRENCY };
enum ENUM_TERMINAL_INFO_INTEGER { TERMINAL_CONNECTED, TERMINAL_BUILD, TERMINAL_TRADE_ALLOWED };
enum ENUM_MQL_INFO_INTEGER { MQL_TRADE_ALLOWED, MQL_DLLS_ALLOWED };
enum ENUM_SYMBOL_INFO_INTEGER {
  SYMBOL_DIGITS, SYMBOL_TRADE_STOPS_LEVEL, SYMBOL_TRADE_MODE, SYMBOL_SWAP_MODE,
  SYMBOL_SWAP_ROLLOVER3DAYS, SYMBOL_TIME, SYMBOL_FILLING_MODE
};
enum ENUM_SYMBOL_INFO_DOUBLE {
  SYMBOL_BID, SYMBOL_ASK, SYMBOL_POINT, SYMBOL_TRADE_TICK_SIZE, SYMBOL_TRADE_TICK_VALUE,
  SYMBOL_TRADE_CONTRACT_SIZE, SYMBOL_VOLUME_MIN, SYMBOL_VOLUME_MAX, SYMBOL_VOLUME_STEP,
  SYMBOL_SWAP_LONG, SYMBOL_SWAP_SHORT
};
enum { SYMBOL_TRADE_MODE_DISABLED = 0, SYMBOL_TRADE_MODE_CLOSEONLY = 3, SYMBOL_TRADE_MODE_FULL = 4 };

inline int64_t AccountInfoInteger(ENUM_ACCOUNT_INFO_INTEGER p) {
  auto& a = mql::T().account;
  switch (p) {
    case ACCOUNT_LOGIN:
      if (mql::T().logins_left >= 0 && mql::T().logins_left-- == 0) a["login"] = mql::T().next_login;
      return strtoll(a["login"].c_str(), nullptr, 10);
    case ACCOUNT_LEVERAGE: return strtoll(a["leverage"].c_str(), nullptr, 10);
    case ACCOUNT_MARGIN_MODE: return a["mode"] == "hedging" ? 2 : 0;
    default: return mql::T().trading;
  }
}
inline double AccountInfoDouble(ENUM_ACCOUNT_INFO_DOUBLE p) {
  static const char* names[] = {"balance", "equity", "margin", "free", "level"};
  return strtod(mql::T().account[names[p]].c_str(), nullptr);
}
inline string AccountInfoString(ENUM_ACCOUNT_INFO_STRING p) {
  static const char* names[] = {"server", "company", "currency"};
  return string::utf8(mql::T().account[names[p]]);
}
inline int64_t TerminalInfoInteger(ENUM_TERMINAL_INFO_INTEGER p) {
  switch (p) {
    case TERMINAL_CONNECTED: return mql::T().connected;
    case TERMINAL_BUILD: return strtoll(mql::T().account["build"].c_str(), nullptr, 10);
    default: return mql::T().trading;
  }
}
inline int64_t MQLInfoInteger(ENUM_MQL_INFO_INTEGER p) {
  if (p == MQL_DLLS_ALLOWED) return getenv("ECHO_DLLS_FORBIDDEN") ? 0 : 1;
  return mql::T().trading;
}
inline string Symbol() { return mql::T().symbols.empty() ? string() : string::utf8(mql::T().symbols[0].name); }
inline int SymbolsTotal(bool) { return (int)mql::T().symbols.size(); }
inline string SymbolName(int i, bool) { return string::utf8(mql::T().symbols.at((size_t)i).name); }
inline bool SymbolSelect(const string& n, bool) { return mql::symbol(n.u8()) != nullptr; }
inline int64_t SymbolInfoInteger(const string& n, ENUM_SYMBOL_INFO_INTEGER p) {
  auto* s = mql::symbol(n.u8());
  if (!s) return 0;
  switch (p) {
    case SYMBOL_DIGITS: return s->digits;
    case SYMBOL_TRADE_STOPS_LEVEL: return s->stops;
    case SYMBOL_TRADE_MODE: return s->mode;
    case SYMBOL_SWAP_ROLLOVER3DAYS: return 3;
    case SYMBOL_TIME: return mql::T().synchronised ? mql::T().server_ms / 1000 + 1 : 0;
    case SYMBOL_FILLING_MODE: return 3;
    default: return 0;
  }
}
inline double SymbolInfoDouble(const string& n, ENUM_SYMBOL_INFO_DOUBLE p) {
  auto* s = mql::symbol(n.u8());
  if (!s) return 0;
  switch (p) {
    case SYMBOL_BID: return s->bid;
    case SYMBOL_ASK: return s->ask;
    case SYMBOL_POINT: return s->point;
    case SYMBOL_TRADE_TICK_SIZE: return s->tick_size;
    case SYMBOL_TRADE_TICK_VALUE: return s->tick_value;
    case SYMBOL_TRADE_CONTRACT_SIZE: return s->contract;
    case SYMBOL_VOLUME_MIN: return s->min_lot;
    case SYMBOL_VOLUME_MAX: return s->max_lot;
    case SYMBOL_VOLUME_STEP: return s->step;
    default: return 0;
  }
}

// ---- sessions and charts
enum ENUM_DAY_OF_WEEK { SUNDAY = 0, MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY };
#ifdef __MQL4__
enum ENUM_TIMEFRAMES { PERIOD_CURRENT = 0, PERIOD_M1 = 1, PERIOD_H1 = 60, PERIOD_H4 = 240, PERIOD_D1 = 1440, PERIOD_W1 = 10080, PERIOD_MN1 = 43200 };
#else
enum ENUM_TIMEFRAMES { PERIOD_CURRENT = 0, PERIOD_M1 = 1, PERIOD_H1 = 16385, PERIOD_H4 = 16388, PERIOD_D1 = 16408, PERIOD_W1 = 32769, PERIOD_MN1 = 49153 };
#endif
inline int PeriodSeconds(ENUM_TIMEFRAMES t) {
  switch (t) {
    case PERIOD_CURRENT: return atoi(mql::T().account["chart"].c_str());
    case PERIOD_H1: return 3600;
    case PERIOD_H4: return 4 * 3600;
    case PERIOD_D1: return 86400;
    case PERIOD_W1: return 7 * 86400;
    case PERIOD_MN1: return 30 * 86400;
    default: return (int)t * 60;
  }
}
namespace mql {
inline bool session(const string& n, bool traded, int day, uint32_t i, datetime& begins, datetime& ends) {
  Symbol* s = symbol(n.u8());
  if (!s) return false;
  for (auto& each : s->sessions)
    if (each.day == day && each.traded == traded && i-- == 0) return begins = each.begins, ends = each.ends, true;
  return false;
}
inline Bar bar(const string& n, int shift) {
  Symbol* s = symbol(n.u8());
  if (!s || shift < 0 || shift >= (int)s->bars.size()) return {};
  return s->bars[s->bars.size() - 1 - (size_t)shift];
}
}  // namespace mql
inline bool SymbolInfoSessionTrade(const string& n, ENUM_DAY_OF_WEEK d, mql_uint i, datetime& b, datetime& e) {
  return mql::session(n, true, d, i, b, e);
}
inline bool SymbolInfoSessionQuote(const string& n, ENUM_DAY_OF_WEEK d, mql_uint i, datetime& b, datetime& e) {
  return mql::session(n, false, d, i, b, e);
}
inline double iHigh(const string& n, ENUM_TIMEFRAMES, int i) { return mql::bar(n, i).high; }
inline double iLow(const string& n, ENUM_TIMEFRAMES, int i) { return mql::bar(n, i).low; }
inline double iClose(const string& n, ENUM_TIMEFRAMES, int i) { return mql::bar(n, i).close; }

namespace mql {
inline Order* open_order(int64_t ticket) {
  for (auto& o : T().orders)
    if (o.ticket == ticket) return &o;
  return nullptr;
}
}  // namespace mql
