// Orders of MetaTrader 4.
#pragma once
#include "account.hpp"

enum { OP_BUY = 0, OP_SELL = 1, OP_BUYLIMIT = 2, OP_SELLLIMIT = 3, OP_BUYSTOP = 4, OP_SELLSTOP = 5 };
enum { SELECT_BY_POS = 0, SELECT_BY_TICKET = 1, MODE_TRADES = 0, MODE_HISTORY = 1 };

inline int OrdersTotal() { return (int)mql::T().orders.size(); }
// The deposit is the oldest entry, as far back as the history tab reaches.
inline int OrdersHistoryTotal() { return (int)mql::T().history.size() + 1; }
[[nodiscard]] inline bool OrderSelect(int i, int by, int pool = MODE_TRADES) {
  auto& t = mql::T();
  if (by == SELECT_BY_TICKET) {
    if (auto* o = mql::open_order(i)) return t.selected = *o, true;
    for (auto& o : t.history)
      if (o.ticket == i) return t.selected = o, true;
    t.last_error = 4108;
    return false;
  }
  if (pool == MODE_TRADES) {
    if (i < 0 || i >= OrdersTotal()) return false;
    t.selected = t.orders[(size_t)i];
    return true;
  }
  if (i < 0 || i >= OrdersHistoryTotal()) return false;
  if (i == 0) {
    t.selected = {};
    t.selected.type = 6;
    t.selected.open_ms = t.history_from_ms;
    return true;
  }
  t.selected = t.history[(size_t)i - 1];
  return true;
}
inline int OrderTicket() { return (int)mql::T().selected.ticket; }
inline int OrderType() { return mql::T().selected.type; }
inline double OrderLots() { return mql::T().selected.lots; }
inline double OrderOpenPrice() { return mql::T().selected.open; }
inline double OrderClosePrice() { return mql::T().selected.close; }
inline double OrderStopLoss() { return mql::T().selected.sl; }
inline double OrderTakeProfit() { return mql::T().selected.tp; }
inline double OrderProfit() { return mql::T().selected.profit; }
inline double OrderSwap() { return mql::T().selected.swap; }
inline double OrderCommission() { return mql::T().selected.commission; }
inline int OrderMagicNumber() { return (int)mql::T().selected.magic; }
inline string OrderSymbol() { return string::utf8(mql::T().selected.symbol); }
inline string OrderComment() {
  auto& o = mql::T().selected;
  bool marked = o.close_ms > 0 && (o.reason == "sl" || o.reason == "tp" || o.reason == "so");
  std::string mark = "[" + o.reason + "]";
  if (!marked || o.comment.find(mark) != std::string::npos) return string::utf8(o.comment);
  return string::utf8(o.comment + mark);
}
inline datetime OrderOpenTime() { return mql::T().selected.open_ms / 1000; }
inline datetime OrderCloseTime() { return mql::T().selected.close_ms / 1000; }

namespace mql {
inline bool done() {
  if (T().replied && T().reply.code == 0) return true;
  T().last_error = T().replied ? T().reply.code : 6;
  return false;
}
}  // namespace mql
[[nodiscard]] inline int OrderSend(const string& symbol, int type, double lots, double price, int slippage,
                                   double sl, double tp, const string& comment, int magic, datetime, color) {
  mql::ask({"o", "send", symbol.u8(), std::to_string(type), mql::num(lots), mql::num(price), std::to_string(slippage),
            mql::num(sl), mql::num(tp), std::to_string(magic), comment.u8().substr(0, 31)});
  return mql::done() ? (int)mql::T().reply.ticket : -1;
}
[[nodiscard]] inline bool OrderClose(int ticket, double lots, double price, int slippage, color) {
  mql::ask({"o", "close", std::to_string(ticket), mql::num(lots), mql::num(price), std::to_string(slippage)});
  return mql::done();
}
[[nodiscard]] inline bool OrderModify(int ticket, double, double sl, double tp, datetime, color) {
  mql::ask({"o", "levels", std::to_string(ticket), mql::num(sl), mql::num(tp)});
  return mql::done();
}
[[nodiscard]] inline bool OrderDelete(int ticket, color) {
  mql::ask({"o", "delete", std::to_string(ticket)});
  return mql::done();
}
