// Positions, deals and orders of MetaTrader 5.
#pragma once
#include "account.hpp"

enum { ACCOUNT_MARGIN_MODE_RETAIL_NETTING = 0, ACCOUNT_MARGIN_MODE_EXCHANGE = 1, ACCOUNT_MARGIN_MODE_RETAIL_HEDGING = 2 };
enum { SYMBOL_FILLING_FOK = 1, SYMBOL_FILLING_IOC = 2 };
enum ENUM_ORDER_TYPE { ORDER_TYPE_BUY = 0, ORDER_TYPE_SELL = 1 };
enum ENUM_POSITION_TYPE { POSITION_TYPE_BUY = 0, POSITION_TYPE_SELL = 1 };
enum ENUM_TRADE_REQUEST_ACTIONS { TRADE_ACTION_NOTHING = 0, TRADE_ACTION_DEAL = 1, TRADE_ACTION_SLTP = 6, TRADE_ACTION_REMOVE = 8 };
enum ENUM_ORDER_TYPE_FILLING { ORDER_FILLING_FOK = 0, ORDER_FILLING_IOC = 1, ORDER_FILLING_RETURN = 2 };
enum ENUM_POSITION_PROPERTY_STRING { POSITION_SYMBOL, POSITION_COMMENT };
enum ENUM_POSITION_PROPERTY_DOUBLE { POSITION_VOLUME, POSITION_PRICE_OPEN, POSITION_SL, POSITION_TP, POSITION_PROFIT };
enum ENUM_POSITION_PROPERTY_INTEGER { POSITION_TYPE, POSITION_MAGIC, POSITION_IDENTIFIER, POSITION_TIME_MSC };
enum ENUM_ORDER_PROPERTY_STRING { ORDER_SYMBOL, ORDER_COMMENT };
enum ENUM_ORDER_PROPERTY_DOUBLE { ORDER_VOLUME_CURRENT, ORDER_PRICE_OPEN, ORDER_SL, ORDER_TP };
enum ENUM_ORDER_PROPERTY_INTEGER { ORDER_TYPE, ORDER_MAGIC, ORDER_TIME_SETUP_MSC };
enum ENUM_DEAL_PROPERTY_STRING { DEAL_SYMBOL, DEAL_COMMENT };
enum ENUM_DEAL_PROPERTY_DOUBLE { DEAL_VOLUME, DEAL_PRICE, DEAL_PROFIT, DEAL_SWAP, DEAL_COMMISSION };
enum ENUM_DEAL_PROPERTY_INTEGER { DEAL_ENTRY, DEAL_POSITION_ID, DEAL_TYPE, DEAL_MAGIC, DEAL_REASON, DEAL_TIME_MSC };
enum { DEAL_ENTRY_IN = 0, DEAL_ENTRY_OUT = 1, DEAL_TYPE_BUY = 0, DEAL_TYPE_SELL = 1 };
enum { DEAL_REASON_CLIENT = 0, DEAL_REASON_SL = 4, DEAL_REASON_TP = 5, DEAL_REASON_SO = 6 };
enum { TRADE_RETCODE_PLACED = 10008, TRADE_RETCODE_DONE = 10009, TRADE_RETCODE_DONE_PARTIAL = 10010, TRADE_RETCODE_NO_CHANGES = 10025 };
struct MqlTradeRequest {
  ENUM_TRADE_REQUEST_ACTIONS action{};
  mql_ulong magic{}, order{};
  string symbol;
  double volume{}, price{}, stoplimit{}, sl{}, tp{};
  mql_ulong deviation{};
  ENUM_ORDER_TYPE type{};
  ENUM_ORDER_TYPE_FILLING type_filling{};
  string comment;
  mql_ulong position{};
};
struct MqlTradeResult {
  mql_uint retcode{};
  mql_ulong deal{}, order{};
  double volume{}, price{};
};
struct MqlTradeTransaction {
  int type = 0;
};

namespace mql {
inline std::vector<Order*> of_kind(bool pending) {
  std::vector<Order*> found;
  for (auto& o : T().orders)
    if ((o.type > 1) == pending) found.push_back(&o);
  return found;
}
struct Deal {
  int64_t ticket;
  bool in;
  Order order;
};
inline std::vector<Deal>& deals() {
  static auto* d = new std::vector<Deal>;
  return *d;
}
inline const Deal* deal(mql_ulong ticket) {
  for (auto& d : deals())
    if ((mql_ulong)d.ticket == ticket) return &d;
  return nullptr;
}
inline void begin(const Order& o) {
  int64_t id = o.position_id ? o.position_id : o.ticket;
  if (!deal((mql_ulong)id)) deals().push_back({id, true, o});
}
}  // namespace mql

inline bool SymbolIsSynchronized(const string&) { return mql::T().synchronised; }
inline int PositionsTotal() { return (int)mql::of_kind(false).size(); }
inline bool PositionSelectByTicket(mql_ulong ticket) {
  auto* o = mql::open_order((int64_t)ticket);
  if (!o || o->type > 1) return false;
  mql::T().selected = *o;
  return true;
}
inline mql_ulong PositionGetTicket(int i) {
  auto found = mql::of_kind(false);
  return i < 0 || i >= (int)found.size() ? 0 : (mql_ulong)found[(size_t)i]->ticket;
}
inline string PositionGetString(ENUM_POSITION_PROPERTY_STRING p) {
  auto& o = mql::T().selected;
  return string::utf8(p == POSITION_SYMBOL ? o.symbol : o.comment);
}
inline double PositionGetDouble(ENUM_POSITION_PROPERTY_DOUBLE p) {
  auto& o = mql::T().selected;
  double values[] = {o.lots, o.open, o.sl, o.tp, o.profit};
  return values[p];
}
inline mql_long PositionGetInteger(ENUM_POSITION_PROPERTY_INTEGER p) {
  auto& o = mql::T().selected;
  int64_t values[] = {o.type, o.magic, o.ticket, o.open_ms};
  return values[p];
}
inline int OrdersTotal() { return (int)mql::of_kind(true).size(); }
inline mql_ulong OrderGetTicket(int i) {
  auto found = mql::of_kind(true);
  if (i < 0 || i >= (int)found.size()) return 0;
  mql::T().selected = *found[(size_t)i];
  return (mql_ulong)found[(size_t)i]->ticket;
}
inline string OrderGetString(ENUM_ORDER_PROPERTY_STRING p) {
  auto& o = mql::T().selected;
  return string::utf8(p == ORDER_SYMBOL ? o.symbol : o.comment);
}
inline double OrderGetDouble(ENUM_ORDER_PROPERTY_DOUBLE p) {
  auto& o = mql::T().selected;
  double values[] = {o.lots, o.open, o.sl, o.tp};
  return values[p];
}
inline mql_long OrderGetInteger(ENUM_ORDER_PROPERTY_INTEGER p) {
  auto& o = mql::T().selected;
  int64_t values[] = {o.type, o.magic, o.open_ms};
  return values[p];
}
inline bool HistorySelect(datetime, datetime) {
  auto& t = mql::T();
  mql::deals().clear();
  for (auto& o : t.history) mql::begin(o);
  for (auto* o : mql::of_kind(false)) mql::begin(*o);
  for (auto& o : t.history) mql::deals().push_back({o.ticket, false, o});
  return t.connected || !t.history.empty();
}
inline int HistoryDealsTotal() { return (int)mql::deals().size(); }
inline mql_ulong HistoryDealGetTicket(int i) { return (mql_ulong)mql::deals().at((size_t)i).ticket; }
inline string HistoryDealGetString(mql_ulong ticket, ENUM_DEAL_PROPERTY_STRING p) {
  auto* d = mql::deal(ticket);
  if (!d) return string();
  return string::utf8(p == DEAL_SYMBOL ? d->order.symbol : d->in ? d->order.comment : "");
}
inline double HistoryDealGetDouble(mql_ulong ticket, ENUM_DEAL_PROPERTY_DOUBLE p) {
  auto* d = mql::deal(ticket);
  if (!d) return 0;
  double values[] = {d->order.lots, d->in ? d->order.open : d->order.close, d->in ? 0 : d->order.profit,
                     d->order.swap, d->order.commission};
  return values[p];
}
inline mql_long HistoryDealGetInteger(mql_ulong ticket, ENUM_DEAL_PROPERTY_INTEGER p) {
  auto* d = mql::deal(ticket);
  if (!d) return 0;
  auto& o = d->order;
  int64_t reason = o.reason == "sl" ? 4 : o.reason == "tp" ? 5 : o.reason == "so" ? 6 : 0;
  int64_t id = o.position_id ? o.position_id : o.ticket;
  int64_t values[] = {d->in ? DEAL_ENTRY_IN : DEAL_ENTRY_OUT, id, d->in ? o.type : 1 - o.type, d->in ? o.magic : 0,
                      d->in ? 0 : reason, d->in ? o.open_ms : o.close_ms};
  return values[p];
}
[[nodiscard]] inline bool OrderSend(MqlTradeRequest& q, MqlTradeResult& r) {
  switch (q.action) {
    case TRADE_ACTION_DEAL:
      if (q.position)
        mql::ask({"o", "close", std::to_string(q.position), mql::num(q.volume), mql::num(q.price),
                  std::to_string(q.deviation)});
      else
        mql::ask({"o", "send", q.symbol.u8(), std::to_string(q.type), mql::num(q.volume), mql::num(q.price),
                  std::to_string(q.deviation), mql::num(q.sl), mql::num(q.tp), std::to_string(q.magic),
                  q.comment.u8().substr(0, 31)});
      break;
    case TRADE_ACTION_SLTP:
      mql::ask({"o", "levels", std::to_string(q.position), mql::num(q.sl), mql::num(q.tp)});
      break;
    case TRADE_ACTION_REMOVE: mql::ask({"o", "delete", std::to_string(q.order)}); break;
    default: return false;
  }
  auto& reply = mql::T().reply;
  r.retcode = mql::T().replied ? (mql_uint)reply.code : 10031;
  r.order = (mql_ulong)reply.ticket;
  r.volume = reply.lots;
  r.price = reply.price;
  return r.retcode >= TRADE_RETCODE_PLACED && r.retcode <= TRADE_RETCODE_DONE_PARTIAL;
}
