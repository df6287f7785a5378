//+------------------------------------------------------------------+
//| Mt5/Door.mqh - positions, history and orders of MetaTrader 5     |
//+------------------------------------------------------------------+
#ifndef ECHO_MT5_DOOR_MQH
#define ECHO_MT5_DOOR_MQH
#include "../Codes.mqh"
#include "../Terminal.mqh"

#define HISTORY_MS 1000
#define DAY_S 86400

CSymbolReader g_symbols;
CConnection   g_connection;
long          g_history_ms = 0;
ulong         g_positions_seen = 0;
int           g_deals_total = -1;

bool TakePosition(ulong ticket, SPosition &position)
  {
   if(!PositionSelectByTicket(ticket))
      return(false);
   position.ticket = (long)ticket;
   position.root = PositionGetInteger(POSITION_IDENTIFIER);
   position.symbol = PositionGetString(POSITION_SYMBOL);
   position.side = PositionGetInteger(POSITION_TYPE) == POSITION_TYPE_BUY ? 1 : -1;
   position.lot = PositionGetDouble(POSITION_VOLUME);
   position.price = PositionGetDouble(POSITION_PRICE_OPEN);
   position.stop_loss = PositionGetDouble(POSITION_SL);
   position.take_profit = PositionGetDouble(POSITION_TP);
   position.profit = PositionGetDouble(POSITION_PROFIT);
   position.magic = PositionGetInteger(POSITION_MAGIC);
   position.comment = PositionGetString(POSITION_COMMENT);
   position.open_ms = PositionGetInteger(POSITION_TIME_MSC);
   return(true);
  }

void ReadPositions(CView &view)
  {
   int total = PositionsTotal();
   int taken = 0;
   ulong seen = (ulong)total;
   ArrayResize(view.positions, total, 64);
   for(int i = 0; i < total; i++)
     {
      if(!TakePosition(PositionGetTicket(i), view.positions[taken]))
         continue;
      seen = seen * 31 + (ulong)view.positions[taken].ticket
             + (ulong)(view.positions[taken].lot * 1000.0);
      taken++;
     }
   ArrayResize(view.positions, taken, 64);
   if(seen != g_positions_seen)
      g_history_ms = 0;
   g_positions_seen = seen;
  }

void ReadPendings(CView &view)
  {
   int total = OrdersTotal();
   int taken = 0;
   ArrayResize(view.pendings, total, 64);
   for(int i = 0; i < total; i++)
     {
      ulong ticket = OrderGetTicket(i);
      if(ticket == 0)
         continue;
      view.pendings[taken].ticket = (long)ticket;
      view.pendings[taken].root = (long)ticket;
      view.pendings[taken].symbol = OrderGetString(ORDER_SYMBOL);
      view.pendings[taken].side = OrderGetInteger(ORDER_TYPE) % 2 == 0 ? 1 : -1;
      view.pendings[taken].lot = OrderGetDouble(ORDER_VOLUME_CURRENT);
      view.pendings[taken].price = OrderGetDouble(ORDER_PRICE_OPEN);
      view.pendings[taken].stop_loss = OrderGetDouble(ORDER_SL);
      view.pendings[taken].take_profit = OrderGetDouble(ORDER_TP);
      view.pendings[taken].profit = 0.0;
      view.pendings[taken].magic = OrderGetInteger(ORDER_MAGIC);
      view.pendings[taken].comment = OrderGetString(ORDER_COMMENT);
      view.pendings[taken].open_ms = OrderGetInteger(ORDER_TIME_SETUP_MSC);
      taken++;
     }
   ArrayResize(view.pendings, taken, 64);
  }

string Mt5Reason(long reason)
  {
   if(reason == DEAL_REASON_SL)
      return("sl");
   if(reason == DEAL_REASON_TP)
      return("tp");
   return(reason == DEAL_REASON_SO ? "so" : "manual");
  }

// The deal that ended a position, or a part of it, with what its first deal says of the beginning.
void TakeDeal(ulong ticket, SDeal &deal)
  {
   deal.ticket = (long)ticket;
   deal.position_id = HistoryDealGetInteger(ticket, DEAL_POSITION_ID);
   deal.symbol = HistoryDealGetString(ticket, DEAL_SYMBOL);
   deal.side = HistoryDealGetInteger(ticket, DEAL_TYPE) == DEAL_TYPE_BUY ? -1 : 1;
   deal.lot = HistoryDealGetDouble(ticket, DEAL_VOLUME);
   deal.close_price = HistoryDealGetDouble(ticket, DEAL_PRICE);
   deal.close_ms = HistoryDealGetInteger(ticket, DEAL_TIME_MSC);
   deal.profit = HistoryDealGetDouble(ticket, DEAL_PROFIT);
   deal.swap = HistoryDealGetDouble(ticket, DEAL_SWAP);
   deal.commission = HistoryDealGetDouble(ticket, DEAL_COMMISSION);
   deal.magic = HistoryDealGetInteger(ticket, DEAL_MAGIC);
   deal.comment = HistoryDealGetString(ticket, DEAL_COMMENT);
   deal.reason = Mt5Reason(HistoryDealGetInteger(ticket, DEAL_REASON));
   deal.open_price = 0.0;
   deal.open_ms = 0;
  }

// Fills in, from the deals that opened positions, what the deals that closed them do not say.
void TakeBeginning(CView &view, int deals, ulong ticket)
  {
   long position_id = HistoryDealGetInteger(ticket, DEAL_POSITION_ID);
   for(int i = 0; i < deals; i++)
     {
      if(view.history[i].position_id != position_id || view.history[i].open_ms > 0)
         continue;
      view.history[i].open_price = HistoryDealGetDouble(ticket, DEAL_PRICE);
      view.history[i].open_ms = HistoryDealGetInteger(ticket, DEAL_TIME_MSC);
      view.history[i].magic = HistoryDealGetInteger(ticket, DEAL_MAGIC);
      view.history[i].comment = HistoryDealGetString(ticket, DEAL_COMMENT);
     }
  }

void ReadHistory(CView &view)
  {
   long now_ms = EchoMonotonicMs();
   if(now_ms < g_history_ms || !HistorySelect(0, TimeCurrent() + DAY_S))
      return;
   g_history_ms = now_ms + HISTORY_MS;
   int total = HistoryDealsTotal();
   if(total == g_deals_total)
      return;
   g_deals_total = total;
   view.history_revision++;
   int deals = 0;
   ArrayResize(view.history, total, 256);
   for(int i = 0; i < total; i++)
     {
      ulong ticket = HistoryDealGetTicket(i);
      if(HistoryDealGetInteger(ticket, DEAL_ENTRY) == DEAL_ENTRY_IN
         || HistoryDealGetInteger(ticket, DEAL_POSITION_ID) == 0)
         continue;
      TakeDeal(ticket, view.history[deals]);
      deals++;
     }
   ArrayResize(view.history, deals, 256);
   for(int i = 0; i < total; i++)
     {
      ulong ticket = HistoryDealGetTicket(i);
      if(HistoryDealGetInteger(ticket, DEAL_ENTRY) == DEAL_ENTRY_IN)
         TakeBeginning(view, deals, ticket);
     }
  }

// Something was traded: what was closed is looked up at once.
void DoorTraded(void)
  {
   g_history_ms = 0;
  }

void DoorView(CView &view, SSettings &settings)
  {
   view.mt5 = true;
   view.mode = AccountInfoInteger(ACCOUNT_MARGIN_MODE) == ACCOUNT_MARGIN_MODE_RETAIL_HEDGING
               ? "hedging" : "netting";
   view.server_ms = (long)TimeCurrent() * 1000;
   ReadAccount(view);
   g_connection.Read(view, settings);
   if(!SymbolIsSynchronized(Symbol()))
      view.synchronised = false;
   ReadPositions(view);
   ReadPendings(view);
   ReadHistory(view);
   g_symbols.Read(view, settings);
  }

ENUM_ORDER_TYPE_FILLING FillingOf(string symbol)
  {
   long modes = SymbolInfoInteger(symbol, SYMBOL_FILLING_MODE);
   if((modes & SYMBOL_FILLING_FOK) != 0)
      return(ORDER_FILLING_FOK);
   return((modes & SYMBOL_FILLING_IOC) != 0 ? ORDER_FILLING_IOC : ORDER_FILLING_RETURN);
  }

// Asks the server; *reply* tells what its number means.
void AskServer(MqlTradeRequest &request, MqlTradeResult &result, SReply &reply)
  {
   bool sent = OrderSend(request, result);
   reply.code = (int)result.retcode;
   if(sent && (result.retcode == TRADE_RETCODE_DONE || result.retcode == TRADE_RETCODE_DONE_PARTIAL
               || result.retcode == TRADE_RETCODE_PLACED))
      reply.reading = READING_DONE;
   else
      reply.reading = result.retcode == 0 ? READING_DOUBT : ReadingOf(true, reply.code);
   DoorTraded();
  }

// A placed order is in doubt until its position shows; then the tag tells.
void DoorOpen(SOrder &order, SReply &reply)
  {
   MqlTradeRequest request = {};
   MqlTradeResult result = {};
   request.action = TRADE_ACTION_DEAL;
   request.symbol = order.symbol;
   request.volume = order.lot;
   request.type = order.side > 0 ? ORDER_TYPE_BUY : ORDER_TYPE_SELL;
   request.price = order.price;
   request.sl = order.stop_loss;
   request.tp = order.take_profit;
   request.deviation = order.deviation_points < 0 ? 10000 : (ulong)order.deviation_points;
   request.magic = (ulong)order.magic;
   request.comment = order.comment;
   request.type_filling = FillingOf(order.symbol);
   AskServer(request, result, reply);
   if(reply.reading != READING_DONE)
      return;
   reply.ticket = (long)result.order;
   reply.lot = result.volume;
   reply.price = result.price;
   SPosition position;
   if(TakePosition(result.order, position))
     {
      reply.lot = position.lot;
      reply.price = position.price;
     }
   else
      if(result.retcode == TRADE_RETCODE_PLACED || reply.price <= 0.0)
         reply.reading = READING_DOUBT;
  }

void DoorClose(const SPosition &position, double lot, SReply &reply)
  {
   MqlTradeRequest request = {};
   MqlTradeResult result = {};
   request.action = TRADE_ACTION_DEAL;
   request.position = (ulong)position.ticket;
   request.symbol = position.symbol;
   request.volume = lot;
   request.type = position.side > 0 ? ORDER_TYPE_SELL : ORDER_TYPE_BUY;
   request.price = SymbolInfoDouble(position.symbol, position.side > 0 ? SYMBOL_BID : SYMBOL_ASK);
   request.deviation = 10000;
   request.magic = (ulong)position.magic;
   request.type_filling = FillingOf(position.symbol);
   AskServer(request, result, reply);
   reply.lot = result.volume > 0.0 ? result.volume : lot;
   reply.price = result.price > 0.0 ? result.price : request.price;
  }

void DoorLevels(const SPosition &position, double stop_loss, double take_profit, SReply &reply)
  {
   MqlTradeRequest request = {};
   MqlTradeResult result = {};
   request.action = TRADE_ACTION_SLTP;
   request.position = (ulong)position.ticket;
   request.symbol = position.symbol;
   request.sl = stop_loss;
   request.tp = take_profit;
   request.magic = (ulong)position.magic;
   AskServer(request, result, reply);
   if(result.retcode == TRADE_RETCODE_NO_CHANGES)
      reply.reading = READING_DONE;
  }

void DoorDelete(long ticket, SReply &reply)
  {
   MqlTradeRequest request = {};
   MqlTradeResult result = {};
   request.action = TRADE_ACTION_REMOVE;
   request.order = (ulong)ticket;
   AskServer(request, result, reply);
  }
#endif
